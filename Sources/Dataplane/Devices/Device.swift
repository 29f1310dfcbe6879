import CShims

/// What a device says of itself.
package struct DeviceInfo: Sendable {
    package var driver: String
    package var mac: MACAddress
    package var maxRxQueues: Int
    package var maxTxQueues: Int
    package var minMTU: Int
    package var maxMTU: Int
    /// NUMA node, -1 when the device has none.
    package var node: Int
    package var rxOffloads: UInt64
    package var txOffloads: UInt64
    package var rssFields: UInt64
}

extension DeviceInfo {
    package var hasOuterIPv4Checksum: Bool { txOffloads & VD_TX_OFFLOAD_OUTER_IPV4_CKSUM != 0 }
    package var hasMultipleSegments: Bool { txOffloads & VD_TX_OFFLOAD_MULTI_SEGS != 0 }

    /// Offloads that Viaduct knows, by name: what the device offers of them.
    package var offloadNames: [String] {
        let rx = [
            ("rx_ipv4_checksum", VD_RX_OFFLOAD_IPV4_CKSUM), ("rx_udp_checksum", VD_RX_OFFLOAD_UDP_CKSUM),
            ("rx_scatter", VD_RX_OFFLOAD_SCATTER),
        ]
        let tx = [("tx_outer_ipv4_checksum", VD_TX_OFFLOAD_OUTER_IPV4_CKSUM), ("tx_multi_segment", VD_TX_OFFLOAD_MULTI_SEGS)]
        return rx.filter { rxOffloads & $0.1 != 0 }.map(\.0) + tx.filter { txOffloads & $0.1 != 0 }.map(\.0)
            + (rssFields != 0 ? ["rss"] : [])
    }
}

/// An Ethernet device of DPDK's. A handle: copies name the same device.
package struct Device: Sendable {
    /// Number of the port in DPDK.
    package let number: UInt16
    /// The device string it was opened with.
    package let arguments: String

    /// Opens a device: a PCI address or a virtual device, with arguments. One that exists already is found by its name.
    package static func attach(_ arguments: String) throws(DeviceError) -> Device {
        var number: UInt16 = 0
        let mark = EAL.log.count
        let result = vd_port_attach(arguments, &number)
        guard result == 0 else { throw .attach(device: arguments, reason: EAL.complaint(after: mark) ?? EAL.describe(result)) }
        return Device(number: number, arguments: arguments)
    }

    package var info: DeviceInfo {
        get throws(DeviceError) {
            var raw = vd_port_info()
            let result = vd_port_query(number, &raw)
            guard result == 0 else { throw .start(device: arguments, stage: "tell its capabilities", reason: EAL.describe(result)) }
            let driver = withUnsafeBytes(of: raw.driver) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return DeviceInfo(
                driver: driver, mac: MACAddress(bits: raw.mac), maxRxQueues: Int(raw.max_rx_queues), maxTxQueues: Int(raw.max_tx_queues),
                minMTU: Int(raw.min_mtu), maxMTU: Int(raw.max_mtu), node: Int(raw.node), rxOffloads: raw.rx_offloads,
                txOffloads: raw.tx_offloads, rssFields: raw.rss_fields)
        }
    }

    /// Queues to use for a number of workers: a transmit queue each, or one that they share; receive queues where the device spreads flows
    /// over them.
    package static func queues(for info: DeviceInfo, workers: Int) -> (rx: Int, tx: Int) {
        let tx = info.maxTxQueues >= workers ? workers : 1
        let spreads = info.rssFields != 0 || info.driver == "net_tap"
        let rx = spreads ? min(workers, info.maxRxQueues) : 1
        // net_tap wants as many receive as transmit queues: each is one file descriptor of the interface.
        return info.driver == "net_tap" ? (min(rx, tx), min(rx, tx)) : (rx, tx)
    }

    /// Configures and starts the device.
    package func start(
        info: DeviceInfo, rxQueues: Int, txQueues: Int, mtu: Int, promiscuous: Bool, verifiesChecksums: Bool, pool: PacketPool
    ) throws(DeviceError) {
        let checksums = verifiesChecksums ? VD_RX_OFFLOAD_IPV4_CKSUM | VD_RX_OFFLOAD_UDP_CKSUM : 0
        var settings = vd_port_settings(
            rx_queues: UInt16(rxQueues), tx_queues: UInt16(txQueues), rx_descriptors: 1024, tx_descriptors: 1024, mtu: UInt16(mtu),
            rx_offloads: info.rxOffloads & checksums,
            tx_offloads: info.txOffloads & (VD_TX_OFFLOAD_OUTER_IPV4_CKSUM | VD_TX_OFFLOAD_MULTI_SEGS), rss_fields: info.rssFields,
            promiscuous: promiscuous, pool: pool.handle)
        var stage: UnsafePointer<CChar>?
        let mark = EAL.log.count
        let result = vd_port_start(number, &settings, &stage)
        guard result == 0 else {
            throw .start(
                device: arguments, stage: stage.map { String(cString: $0) } ?? "start",
                reason: EAL.complaint(after: mark) ?? EAL.describe(result))
        }
    }

    /// Whether there is a link, and its speed in Mbit/s, 0 when unknown.
    package var link: (isUp: Bool, megabits: Int) {
        var megabits: UInt32 = 0
        let isUp = vd_port_link_up(number, &megabits)
        return (isUp, Int(megabits))
    }

    /// Packets that the device lost on receipt: `missed` because nobody took them in time or no buffer was free, `errors` because they
    /// arrived damaged.
    package var losses: (missed: UInt64, errors: UInt64) {
        var statistics = vd_port_statistics()
        guard vd_port_statistics_read(number, &statistics) == 0 else { return (0, 0) }
        return (statistics.rx_missed + statistics.rx_no_mbuf, statistics.rx_errors)
    }

    package func stop() { vd_port_stop(number) }

    /// Stops and removes the device.
    package func close() { vd_port_close(number) }
}
