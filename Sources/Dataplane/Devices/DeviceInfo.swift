import CShims

/// What a device says of itself.
package struct DeviceInfo: Sendable {
    package var driver = ""
    package var mac = MACAddress(bits: 0)
    package var maxRxQueues = 1
    package var maxTxQueues = 1
    package var minMTU = 0
    package var maxMTU = 0
    /// NUMA node, -1 when the device has none.
    package var node = -1
    package var rxOffloads: UInt64 = 0
    package var txOffloads: UInt64 = 0
    package var rssFields: RSSFields = []
    /// 0 when the device does not tell.
    package var rssKeyByteCount = 0
    /// Entries of the table from hash to queue; some devices tell only once they are configured.
    package var rssTableSize = 0

    package init() {}
}

extension DeviceInfo {
    init(_ raw: vd_port_info) {
        driver = withUnsafeBytes(of: raw.driver) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        mac = MACAddress(bits: raw.mac)
        maxRxQueues = Int(raw.max_rx_queues)
        maxTxQueues = Int(raw.max_tx_queues)
        minMTU = Int(raw.min_mtu)
        maxMTU = Int(raw.max_mtu)
        node = Int(raw.node)
        rxOffloads = raw.rx_offloads
        txOffloads = raw.tx_offloads
        rssFields = RSSFields(rawValue: raw.rss_fields)
        rssKeyByteCount = Int(raw.rss_key_size)
        rssTableSize = Int(raw.rss_table_size)
    }

    package var hasOuterIPv4Checksum: Bool { txOffloads & VD_TX_OFFLOAD_OUTER_IPV4_CKSUM != 0 }
    package var hasOuterUDPChecksum: Bool { txOffloads & VD_TX_OFFLOAD_OUTER_UDP_CKSUM != 0 }
    package var hasMultipleSegments: Bool { txOffloads & VD_TX_OFFLOAD_MULTI_SEGS != 0 }

    /// Offloads that Viaduct knows, by name: what the device offers of them.
    package var offloadNames: [String] {
        let rx = [
            ("rx_ipv4_checksum", VD_RX_OFFLOAD_IPV4_CKSUM), ("rx_udp_checksum", VD_RX_OFFLOAD_UDP_CKSUM),
            ("rx_scatter", VD_RX_OFFLOAD_SCATTER),
        ]
        let tx = [
            ("tx_outer_ipv4_checksum", VD_TX_OFFLOAD_OUTER_IPV4_CKSUM), ("tx_outer_udp_checksum", VD_TX_OFFLOAD_OUTER_UDP_CKSUM),
            ("tx_multi_segment", VD_TX_OFFLOAD_MULTI_SEGS),
        ]
        return rx.filter { rxOffloads & $0.1 != 0 }.map(\.0) + tx.filter { txOffloads & $0.1 != 0 }.map(\.0)
            + (rssFields.isEmpty ? [] : ["rss"])
    }
}
