import CShims

/// VNI -> network.
///
/// Layout: 2^24 16-bit network indexes, 32 MiB of address space of which only touched pages take memory; 0 = no network.
/// Writer: control, release stores. Readers: workers, acquire loads.
package struct VNIMap: @unchecked Sendable {
    static let count = 1 << 24

    let networks: UnsafeMutablePointer<UInt16>

    static func make(node: Int32) -> VNIMap {
        VNIMap(networks: TableMemory.allocate(UInt16.self, count: count, node: node))
    }

    func destroy() { TableMemory.free(networks, count: VNIMap.count) }

    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ vni: UInt32) -> UInt16 { vd_load_acquire_u16(networks + Int(vni & VNI.maximum)) }

    package func publish(_ vni: VNI, _ network: NetworkIndex) {
        vd_store_release_u16(networks + Int(vni.rawValue), network.rawValue)
    }

    package subscript(vni: VNI) -> NetworkIndex { NetworkIndex(lookup(vni.rawValue)) }
}
