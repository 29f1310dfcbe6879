import CShims

/// What a ``MulticastTable`` is made of.
package struct MulticastTargets: Equatable, Sendable {
    /// Places that get a frame. On the way to a tunnel, a frame from a tunnel is not sent (split horizon).
    package struct Places: Equatable, Sendable {
        package var local: [Destination]
        package var remote: [Destination]

        package init(local: [Destination] = [], remote: [Destination] = []) {
            self.local = local
            self.remote = remote
        }
    }

    /// Of one IP version.
    package struct Family: Equatable, Sendable {
        /// Of packets to groups that nobody has asked for, and of reports that hosts listen to.
        package var routers: Places?
        /// Of other reports.
        package var reports: Places?

        package init(routers: Places?, reports: Places?) {
            self.routers = routers
            self.reports = reports
        }

        /// Everything goes to everyone.
        package static let flooded = Family(routers: nil, reports: nil)
    }

    package var ipv4 = Family.flooded
    package var ipv6 = Family.flooded
    /// `nil`: to everyone.
    package var groups: [UnderlayAddress: Places?] = [:]

    package init() {}

    package var isEmpty: Bool { self == MulticastTargets() }

    /// The memory of a table; none where all is flooded.
    func makeTable() -> UnsafeMutableRawPointer? {
        guard !isEmpty else { return nil }
        var bits = 4
        while 1 << bits < 4 * groups.count { bits += 1 }
        let slotCount = 1 << bits
        let listsOffset = 8 * (MulticastTable.headerWords + MulticastTable.slotWords * slotCount)
        let all = [ipv4.routers, ipv4.reports, ipv6.routers, ipv6.reports] + groups.values
        let byteCount = all.compactMap { $0 }.reduce(listsOffset) { $0 + 4 * (2 + $1.local.count + $1.remote.count) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        var writer = MulticastTableWriter(memory: memory, next: listsOffset)
        writer.words[0] = vd_random() | 1
        writer.words[1] = UInt64(64 - bits)
        for (position, places) in [ipv4.routers, ipv4.reports, ipv6.routers, ipv6.reports].enumerated() {
            writer.words[2 + position] = writer.write(places)
        }
        for (group, places) in groups { writer.insert(group, places, slotCount: slotCount) }
        return memory
    }
}

/// Fills the memory of a table, lists from front to back.
private struct MulticastTableWriter {
    let memory: UnsafeMutableRawPointer
    /// Where the next list begins.
    var next: Int
    var words: UnsafeMutablePointer<UInt64> { memory.assumingMemoryBound(to: UInt64.self) }

    mutating func insert(_ group: UnderlayAddress, _ places: MulticastTargets.Places?, slotCount: Int) {
        var position = MulticastTable.position(group, multiplier: words[0], shift: words[1])
        var slot: UnsafeMutablePointer<UInt64> { words + MulticastTable.headerWords + MulticastTable.slotWords * position }
        while slot[2] != 0 { position = (position + 1) & (slotCount - 1) }
        (slot[0], slot[1], slot[2]) = (group.front, group.back, write(places))
    }

    /// The word that leads to both lists.
    mutating func write(_ places: MulticastTargets.Places?) -> UInt64 {
        guard let places else { return MulticastTable.everyone }
        let local = write(places.local)
        return UInt64(local) << 32 | UInt64(write(places.remote))
    }

    private mutating func write(_ list: [Destination]) -> Int {
        defer { next += 4 * (list.count + 1) }
        memory.storeBytes(of: UInt32(list.count), toByteOffset: next, as: UInt32.self)
        for (position, destination) in list.enumerated() {
            memory.storeBytes(of: destination.rawValue, toByteOffset: next + 4 * (position + 1), as: UInt32.self)
        }
        return next
    }
}

extension NetworkTable {
    @_noLocks @_noAllocation @inline(__always)
    func multicast(_ network: Int) -> MulticastTable { MulticastTable(memory: vd_load_acquire_pointer(&records[network].multicast)) }

    /// Replaces what a network knows of groups. The memory that it returns is to be freed after a quiescent state.
    package func publishMulticast(_ network: NetworkIndex, _ targets: MulticastTargets) -> UnsafeMutableRawPointer? {
        let old = records[Int(network.rawValue)].multicast
        vd_store_release_pointer(&records[Int(network.rawValue)].multicast, targets.makeTable())
        return old
    }

    /// Where packets to a group go now, routers included; `nil` = to everyone.
    package func multicastPlaces(_ network: NetworkIndex, _ group: UnderlayAddress) -> MulticastTargets.Places? {
        multicast(Int(network.rawValue)).lookup(group).map { .init(local: $0.local.destinations, remote: $0.remote.destinations) }
    }
}
