import CShims

/// VLAN ID or untagged -> network, one map for each access port.
///
/// Layout: 4096 16-bit network indexes, 0 = no network. Position = VLAN ID, 0 = untagged, as in a priority tag (IEEE 802.1Q 6.8). Writer: control,
/// release stores. Readers: workers, acquire loads, so that a worker that sees an index also sees the network's record.
package struct PortVLANMap: @unchecked Sendable {
    static let untagged = 0
    static let count = 4096

    let networks: UnsafeMutablePointer<UInt16>

    static func make(node: Int32) -> PortVLANMap {
        PortVLANMap(networks: TableMemory.allocate(UInt16.self, count: count, node: node))
    }

    func destroy() { TableMemory.free(networks, count: PortVLANMap.count) }

    /// `position` is a VLAN ID, or ``untagged``.
    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ position: Int) -> UInt16 { vd_load_acquire_u16(networks + position) }

    package func publish(_ vlan: VLANID?, _ network: NetworkIndex) {
        vd_store_release_u16(networks + (vlan.map { Int($0.rawValue) } ?? PortVLANMap.untagged), network.rawValue)
    }

    package subscript(vlan: VLANID?) -> NetworkIndex {
        NetworkIndex(lookup(vlan.map { Int($0.rawValue) } ?? PortVLANMap.untagged))
    }
}
