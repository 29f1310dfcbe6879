import CShims

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
            return DeviceInfo(raw)
        }
    }

    /// Configures and starts the device. `rss`: what to spread received packets over several queues by, of what the device offers; the
    /// device's own choice where it refuses that. Returns what it then does.
    @discardableResult
    package func start(
        info: DeviceInfo, rxQueues: Int, txQueues: Int, mtu: Int, promiscuous: Bool, verifiesChecksums: Bool, pool: PacketPool,
        rss: RSSFields = []
    ) throws(DeviceError) -> RSSStatus? {
        let checksums = verifiesChecksums ? VD_RX_OFFLOAD_IPV4_CKSUM | VD_RX_OFFLOAD_UDP_CKSUM : 0
        var settings = vd_port_settings(
            rx_queues: UInt16(rxQueues), tx_queues: UInt16(txQueues), rx_descriptors: 1024, tx_descriptors: 1024, mtu: UInt16(mtu),
            rx_offloads: info.rxOffloads & checksums,
            tx_offloads: info.txOffloads & (VD_TX_OFFLOAD_OUTER_IPV4_CKSUM | VD_TX_OFFLOAD_OUTER_UDP_CKSUM | VD_TX_OFFLOAD_MULTI_SEGS),
            rss_fields: 0, rss_key: nil,
            rss_key_size: 0, promiscuous: promiscuous, pool: pool.handle)
        let refusal = try configure(&settings, info, rss: rxQueues > 1 ? rss : [])
        var stage: UnsafePointer<CChar>?
        let mark = EAL.log.count
        let result = vd_port_start(number, &settings, &stage)
        guard result == 0 else { throw failure(stage.map { String(cString: $0) } ?? "start", result, mark) }
        guard rxQueues > 1, !rss.isEmpty else { return nil }
        return settleRSS(rss, queues: rxQueues, refusedAtFirst: refusal)
    }

    /// Why the device refused `rss`, and took its own choice instead.
    private func configure(_ settings: inout vd_port_settings, _ info: DeviceInfo, rss: RSSFields) throws(DeviceError) -> String? {
        settings.rss_fields = rss.rawValue
        settings.rss_key = SymmetricKey.bytes
        settings.rss_key_size = UInt8(SymmetricKey.byteCount(for: info))
        let mark = EAL.log.count
        let result = vd_port_configure(number, &settings)
        if result == 0 { return nil }
        let first = failure("configure queues", result, mark)
        settings.rss_fields = info.rssFields.atDefaultDepth.rawValue
        settings.rss_key = nil
        guard !rss.isEmpty, vd_port_configure(number, &settings) == 0 else { throw first }
        return first.reason
    }

    private func failure(_ stage: String, _ result: Int32, _ mark: Int) -> DeviceError {
        .start(device: arguments, stage: stage, reason: EAL.complaint(after: mark) ?? EAL.describe(result))
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
