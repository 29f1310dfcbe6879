import CShims

/// Where workers flood a network's frames.
///
/// Writer: control, which replaces a list as a whole. Readers: workers.
struct NetworkRecord: BitwiseCopyable {
    /// ``FloodList`` of the network's members on access ports, and of its remote VTEPs.
    var localFloodList: UnsafeMutableRawPointer?
    var remoteFloodList: UnsafeMutableRawPointer?
    /// ``StormMeters``; `nil` = no limits.
    var storm: UnsafeMutableRawPointer?
    /// ``MulticastTable``; `nil` = multicast is flooded.
    var multicast: UnsafeMutableRawPointer?
    var features: NetworkFeatures = []
    /// Senders of frames that do not fit a tunnel are to be told.
    var tellsTooBig = false
}

/// Network index -> VXLAN header and ``NetworkRecord``. The headers, which every packet for a tunnel needs, lie by themselves, eight to a cache
/// line.
///
/// Writer of a header: control, before the index is published in a VLAN or VNI map; it never changes while it is.
package struct NetworkTable: @unchecked Sendable {
    let headers: UnsafeMutablePointer<VXLANHeader>
    let records: UnsafeMutablePointer<NetworkRecord>
    package static let capacity = 65536

    static func make(node: Int32) -> NetworkTable {
        NetworkTable(
            headers: TableMemory.allocate(VXLANHeader.self, count: capacity, node: node),
            records: TableMemory.allocate(NetworkRecord.self, count: capacity, node: node))
    }

    func destroy() {
        TableMemory.free(headers, count: NetworkTable.capacity)
        TableMemory.free(records, count: NetworkTable.capacity)
    }

    /// Before the index is published.
    package func set(_ network: NetworkIndex, vni: VNI) {
        headers[Int(network.rawValue)] = VXLANHeader(vni: vni.rawValue)
    }

    package func vni(_ network: NetworkIndex) -> VNI? { VNI(headers[Int(network.rawValue)].vni) }

    package func tellsTooBig(_ network: NetworkIndex) -> Bool { records[Int(network.rawValue)].tellsTooBig }

    package func setTellsTooBig(_ network: NetworkIndex, _ value: Bool) { records[Int(network.rawValue)].tellsTooBig = value }

    package func features(_ network: NetworkIndex) -> NetworkFeatures {
        NetworkFeatures(rawValue: vd_load_acquire_u32(featuresWord(network)))
    }

    package func setFeatures(_ network: NetworkIndex, _ value: NetworkFeatures) {
        vd_store_release_u32(featuresWord(network), value.rawValue)
    }

    private func featuresWord(_ network: NetworkIndex) -> UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(records + Int(network.rawValue)).advanced(by: MemoryLayout<NetworkRecord>.offset(of: \.features)!)
            .assumingMemoryBound(to: UInt32.self)
    }

    package func stormMeters(_ network: NetworkIndex) -> StormMeters { StormMeters(memory: records[Int(network.rawValue)].storm) }

    /// Replaces a network's limits. Those that it returns are to be freed after a quiescent state.
    package func publishStormMeters(_ network: NetworkIndex, _ meters: StormMeters) -> StormMeters {
        let old = stormMeters(network)
        vd_store_release_pointer(&records[Int(network.rawValue)].storm, meters.memory)
        return old
    }

    @_noLocks @_noAllocation @inline(__always)
    func localFloodList(_ network: Int) -> FloodList {
        FloodList(memory: vd_load_acquire_pointer(&records[network].localFloodList))
    }

    @_noLocks @_noAllocation @inline(__always)
    func remoteFloodList(_ network: Int) -> FloodList {
        FloodList(memory: vd_load_acquire_pointer(&records[network].remoteFloodList))
    }

    /// Replaces a network's list of members on access ports. The list that it replaces is to be freed after a quiescent state.
    package func publishLocal(_ network: NetworkIndex, _ list: FloodList) -> FloodList {
        exchange(&records[Int(network.rawValue)].localFloodList, list)
    }

    /// Replaces a network's head-end replication list.
    package func publishRemote(_ network: NetworkIndex, _ list: FloodList) -> FloodList {
        exchange(&records[Int(network.rawValue)].remoteFloodList, list)
    }

    package func floodDestinations(_ network: NetworkIndex) -> (local: [Destination], remote: [Destination]) {
        let index = Int(network.rawValue)
        return (localFloodList(index).destinations, remoteFloodList(index).destinations)
    }

    private func exchange(_ field: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ list: FloodList) -> FloodList {
        let old = field.pointee
        vd_store_release_pointer(field, list.memory)
        return FloodList(memory: old)
    }
}

/// Where a network's broadcast, unknown and multicast frames go: a count and the destinations, 32 bits each. Never changed after it is
/// published; no memory at all for an empty list.
package struct FloodList: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer?

    package static let empty = FloodList(memory: nil)

    package static func make(_ destinations: [Destination]) -> FloodList {
        guard !destinations.isEmpty else { return .empty }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * (destinations.count + 1), alignment: 64)
        memory.storeBytes(of: UInt32(destinations.count), as: UInt32.self)
        for (position, destination) in destinations.enumerated() {
            memory.storeBytes(of: destination.rawValue, toByteOffset: 4 * (position + 1), as: UInt32.self)
        }
        return FloodList(memory: memory)
    }

    package func free() { memory?.deallocate() }

    @inline(__always)
    var count: Int {
        guard let memory else { return 0 }
        return Int(memory.load(as: UInt32.self))
    }

    @_noLocks @_noAllocation @inline(__always)
    func destination(_ position: Int) -> Destination {
        Destination(rawValue: memory.unsafelyUnwrapped.load(fromByteOffset: 4 &* (position &+ 1), as: UInt32.self))
    }

    var destinations: [Destination] { (0..<count).map(destination) }
}
