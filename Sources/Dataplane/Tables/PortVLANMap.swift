import CShims

/// Tags of a frame -> network, one map for each access port.
///
/// Layout: 4096 16-bit network indexes, 0 = no network. Position = VLAN ID of an 802.1Q tag, 0 = untagged, as in a priority tag (IEEE 802.1Q 6.8). Behind them
/// ``ServiceVLANs``, which plain frames have nothing to do with. Writer: control, release stores. Readers: workers, acquire loads, so that a worker that
/// sees an index also sees the network's record.
package struct PortVLANMap: @unchecked Sendable {
    static let untagged = 0
    static let count = 4096
    private static let byteCount = 2 * count + ServiceVLANs.byteCount

    let networks: UnsafeMutablePointer<UInt16>

    static func make(node: Int32) -> PortVLANMap {
        let memory = UnsafeMutableRawPointer(TableMemory.allocate(UInt64.self, count: byteCount / 8, node: node))
        let map = PortVLANMap(networks: memory.assumingMemoryBound(to: UInt16.self))
        map.services.setTagType(EtherType.serviceVLAN)
        return map
    }

    func destroy() {
        services.destroyMaps()
        TableMemory.free(UnsafeMutableRawPointer(networks).assumingMemoryBound(to: UInt64.self), count: PortVLANMap.byteCount / 8)
    }

    @inline(__always)
    var services: ServiceVLANs { ServiceVLANs(memory: UnsafeMutableRawPointer(networks + PortVLANMap.count)) }

    /// `nil`: no 802.1Q tag.
    static func position(_ vlan: VLANID?) -> Int { vlan.map { Int($0.rawValue) } ?? untagged }

    /// `position` is a VLAN ID, or ``untagged``.
    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ position: Int) -> UInt16 { vd_load_acquire_u16(networks + position) }

    package func publish(_ tags: MemberTags, _ network: NetworkIndex) {
        if let service = tags.service {
            services.publish(service, behind: tags.vlan, network)
        } else {
            vd_store_release_u16(networks + PortVLANMap.position(tags.vlan), network.rawValue)
        }
    }

    package subscript(tags: MemberTags) -> NetworkIndex {
        let position = PortVLANMap.position(tags.vlan)
        guard let service = tags.service else { return NetworkIndex(lookup(position)) }
        return NetworkIndex(services.lookup(Int(service.rawValue))?.lookup(position) ?? 0)
    }

    /// What service tags of the port look like: 0x88a8 (IEEE 802.1ad), or 0x8100, as much equipment stacks tags.
    package func setServiceTagType(_ type: UInt16) { services.setTagType(type.byteSwapped) }
}

/// The service VLANs of an access port, for frames with a service tag.
///
/// Layout: 4096 pointers, each `nil` or to a ``ServiceVLAN``, which stays until the port goes, since a worker may be reading it; then the EtherType of
/// service tags as it lies in memory.
struct ServiceVLANs: @unchecked Sendable {
    static let byteCount = PortVLANMap.count * 8 + 64

    let memory: UnsafeMutableRawPointer

    private var pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?> { memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self) }
    private var typeWord: UnsafeMutablePointer<UInt16> { (memory + PortVLANMap.count * 8).assumingMemoryBound(to: UInt16.self) }

    /// As a load of the two bytes on the wire gives it.
    var tagType: UInt16 { @_noLocks @_noAllocation @inline(__always) get { vd_load_acquire_u16(typeWord) } }

    func setTagType(_ type: UInt16) { vd_store_release_u16(typeWord, type) }

    /// `nil`: no member of a network has this service VLAN, or ever had.
    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ service: Int) -> ServiceVLAN? {
        vd_load_acquire_pointer(pointers + service).map { ServiceVLAN(networks: $0.assumingMemoryBound(to: UInt16.self)) }
    }

    /// `vlan`: that of the tag behind the service tag, `nil` = whatever is there.
    func publish(_ service: VLANID, behind vlan: VLANID?, _ network: NetworkIndex) {
        let position = Int(service.rawValue)
        if lookup(position) == nil {
            let memory = TableMemory.allocate(UInt16.self, count: PortVLANMap.count)
            vd_store_release_pointer(pointers + position, UnsafeMutableRawPointer(memory))
        }
        lookup(position)?.publish(vlan, network)
    }

    func destroyMaps() {
        for service in 0..<PortVLANMap.count { lookup(service).map { TableMemory.free($0.networks, count: PortVLANMap.count) } }
    }
}

/// VLAN ID of the tag behind a service tag -> network: 4096 16-bit network indexes, 0 = no network. Position 0 = whatever is behind the service tag; the last
/// one, which is no VLAN's, holds the number of members.
struct ServiceVLAN: @unchecked Sendable {
    let networks: UnsafeMutablePointer<UInt16>
    private static let memberCountPosition = PortVLANMap.count - 1

    /// `position` is a VLAN ID, or 0.
    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ position: Int) -> UInt16 { position < ServiceVLAN.memberCountPosition ? vd_load_acquire_u16(networks + position) : 0 }

    var hasMembers: Bool {
        @_noLocks @_noAllocation @inline(__always) get { vd_load_acquire_u16(networks + ServiceVLAN.memberCountPosition) != 0 }
    }

    func publish(_ vlan: VLANID?, _ network: NetworkIndex) {
        let position = PortVLANMap.position(vlan), memberCount = networks + ServiceVLAN.memberCountPosition
        let had: UInt16 = lookup(position) == 0 ? 0 : 1, has: UInt16 = network == .none ? 0 : 1
        vd_store_release_u16(networks + position, network.rawValue)
        vd_store_release_u16(memberCount, memberCount.pointee - had + has)
    }
}
