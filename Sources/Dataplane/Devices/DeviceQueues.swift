/// Who decides in which receive queue of a device a packet arrives.
package enum Spreader: String, Sendable, Codable {
    /// The device, by a hash over header fields that it is told (receive side scaling).
    case rss
    /// The kernel, on devices that are network interfaces of its own.
    case kernel
    /// Whoever sends: the guest or process at the other end, or a file for each queue.
    case peer
    /// Nobody: there is one queue.
    case none
}

/// How many queues to use on a device, and who spreads packets over them.
package struct DeviceQueues: Sendable, Equatable {
    package var rx: Int
    /// One for each worker, or fewer: then workers share the first.
    package var tx: Int
    package var spreader: Spreader

    package init(rx: Int, tx: Int, spreader: Spreader) {
        self.rx = rx
        self.tx = tx
        self.spreader = spreader
    }
}

extension DeviceQueues {
    /// The device string says how many queues there are, and all of them fill: what nobody polls is lost.
    private static let fillsAll: [String: Spreader] = [
        "net_af_packet": .kernel, "net_af_xdp": .kernel, "net_vhost": .peer, "net_ring": .peer, "net_pcap": .peer,
    ]
    /// The other side uses as many pairs of a receive and a transmit queue as are set up.
    private static let pairs: [String: Spreader] = ["net_tap": .kernel, "net_virtio": .peer, "net_virtio_user": .peer]

    /// `wanted`: receive queues; `nil` for as many as there are workers, so that each has one. A device may have fewer, or more.
    package init(for info: DeviceInfo, workers: Int, wanted: Int? = nil) {
        let most = min(wanted ?? workers, info.maxRxQueues)
        tx = info.maxTxQueues >= workers ? workers : 1
        if let spreader = DeviceQueues.fillsAll[info.driver] {
            (rx, self.spreader) = (max(1, info.maxRxQueues), spreader)
        } else if let spreader = DeviceQueues.pairs[info.driver], spreader == .kernel || info.rssFields.isEmpty {
            rx = max(1, min(most, info.maxTxQueues))
            (tx, self.spreader) = (rx, spreader)
        } else {
            (rx, spreader) = (info.rssFields.isEmpty ? 1 : max(1, most), .rss)
        }
        if rx == 1 { spreader = .none }
    }
}
