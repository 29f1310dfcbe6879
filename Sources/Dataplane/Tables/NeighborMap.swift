import CShims

/// A host of a network as ``NeighborMap`` knows it.
package struct KnownNeighbor: Equatable, BitwiseCopyable, Sendable {
    package var mac: MACAddress
    /// An IPv6 router, as its last advertisement said (RFC 4861 section 4.4).
    package var isRouter: Bool

    package init(mac: MACAddress, isRouter: Bool = false) {
        self.mac = mac
        self.isRouter = isRouter
    }
}

/// (network, IP address) -> MAC: what workers answer ARP and ND requests from.
///
/// Layout: buckets of four slots of 32 bytes, two cache lines. A slot is four words:
///
///     0  bits 0-31 version, odd while the slot is being written; bit 32: the host is an IPv6 router
///     1  front of the address          2  back of the address
///     3  bits 0-47 MAC, 48-63 network; 0 = free
///
/// A key is in one of two buckets, chosen by a hash that is seeded at start, so that nobody can aim at a bucket; it goes into the emptier one. There are four
/// slots for each entry of ``capacity``: that both buckets of a key are full is hardly to be seen. Then ``put(_:_:_:)`` says so.
///
/// Writer: control alone. Readers: workers, with requests that are to be flooded. Memory order: control makes the version odd, writes the words, makes it even, each
/// with a release store. A reader loads the version, the words (acquire) and the version again; a slot that changes meanwhile is nobody's to it, and
/// the request is flooded, as for a host that is not known. Nobody waits, a reader looks at eight slots at most.
package struct NeighborMap: @unchecked Sendable {
    /// Most hosts that control keeps of all networks, beside the configured ones.
    package static let capacity = 65536

    static let slotWords = 4
    static let slotsPerBucket = 4
    static let bucketCount = capacity
    private static let bucketMask = UInt64(bucketCount - 1)
    private static let versionMask: UInt64 = 0xFFFF_FFFF
    private static let routerBit: UInt64 = 1 << 32
    /// In what ``lookup(network:_:)`` finds, above the MAC.
    static let isRouterBit: UInt64 = 1 << 48

    let words: UnsafeMutablePointer<UInt64>
    private let seed: UInt64
    /// Control's own: the number of entries. On another cache line, for workers: the MAC that control probes from.
    private let header: UnsafeMutablePointer<UInt64>

    static func make(node: Int32 = -1, seed: UInt64 = vd_random()) -> NeighborMap {
        NeighborMap(
            words: TableMemory.allocate(UInt64.self, count: bucketCount * slotsPerBucket * slotWords, node: node), seed: seed | 1,
            header: TableMemory.allocate(UInt64.self, count: 16, node: node))
    }

    func destroy() {
        TableMemory.free(words, count: NeighborMap.bucketCount * NeighborMap.slotsPerBucket * NeighborMap.slotWords)
        TableMemory.free(header, count: 16)
    }
}

// What workers ask.
extension NeighborMap {
    /// MAC of a host in bits 0 to 47, and ``isRouterBit``; 0 = not known.
    @_noLocks @_noAllocation
    func lookup(network: UInt16, _ address: UnderlayAddress) -> UInt64 {
        let hash = hash(network, address)
        let found = NeighborMap.read(home(hash), network, address)
        return found != 0 ? found : NeighborMap.read(alternate(hash), network, address)
    }

    @_noLocks @_noAllocation
    private static func read(_ bucket: UnsafeMutablePointer<UInt64>, _ network: UInt16, _ address: UnderlayAddress) -> UInt64 {
        var slot = bucket
        let end = bucket + slotsPerBucket &* slotWords
        while slot < end {
            let version = vd_load_acquire_u64(slot)
            let front = vd_load_acquire_u64(slot + 1), back = vd_load_acquire_u64(slot + 2), value = vd_load_acquire_u64(slot + 3)
            if front == address.front, back == address.back, value &>> 48 == UInt64(network), version & 1 == 0,
                vd_load_relaxed_u64(slot) == version
            {
                return value & MACAddress.mask | (version & routerBit) &<< 16
            }
            slot += slotWords
        }
        return 0
    }

    /// The MAC that control probes hosts from, and gets their answers at; 0 before it has said so.
    @inline(__always)
    var ownMAC: UInt64 { vd_load_relaxed_u64(header + 8) }
}

// Where a key lives.
extension NeighborMap {
    /// As ``MACTable/hash(_:)``, over network and address.
    @_noLocks @_noAllocation @inline(__always)
    private func hash(_ network: UInt16, _ address: UnderlayAddress) -> UInt64 {
        let other = address.back ^ (UInt64(network) &* 0x9E37_79B9_7F4A_7C15) ^ 0xD6E8_FEB8_6659_FD93
        let first = (address.front ^ seed).multipliedFullWidth(by: other)
        let second = (first.high ^ first.low ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB ^ seed)
        return second.high ^ second.low
    }

    @_noLocks @_noAllocation @inline(__always)
    private func home(_ hash: UInt64) -> UnsafeMutablePointer<UInt64> { bucket(hash & NeighborMap.bucketMask) }

    /// Never the home bucket: the lowest bit of the bucket number differs.
    @_noLocks @_noAllocation @inline(__always)
    private func alternate(_ hash: UInt64) -> UnsafeMutablePointer<UInt64> { bucket((hash ^ (hash >> 32 | 1)) & NeighborMap.bucketMask) }

    @_noLocks @_noAllocation @inline(__always)
    private func bucket(_ number: UInt64) -> UnsafeMutablePointer<UInt64> {
        words + Int(truncatingIfNeeded: number) &* NeighborMap.slotsPerBucket &* NeighborMap.slotWords
    }
}

// What control does.
extension NeighborMap {
    package var count: Int { Int(header[0]) }

    package func setOwnMAC(_ mac: MACAddress) { vd_store_relaxed_u64(header + 8, mac.bits) }

    package subscript(network: NetworkIndex, address: UnderlayAddress) -> KnownNeighbor? {
        let value = lookup(network: network.rawValue, address)
        return value == 0 ? nil : KnownNeighbor(mac: MACAddress(bits: value), isRouter: value & NeighborMap.isRouterBit != 0)
    }

    /// Adds a host, or replaces what is known of it. False when there is no room for it.
    @discardableResult
    package func put(_ network: NetworkIndex, _ address: UnderlayAddress, _ neighbor: KnownNeighbor) -> Bool {
        let old = slot(of: network, address)
        guard let slot = old ?? freeSlot(network, address) else { return false }
        if old == nil { header[0] += 1 }
        write(slot, address, UInt64(network.rawValue) << 48 | neighbor.mac.bits, isRouter: neighbor.isRouter)
        return true
    }

    package func remove(_ network: NetworkIndex, _ address: UnderlayAddress) {
        if let slot = slot(of: network, address) { clear(slot) }
    }

    /// Removes all hosts of these networks.
    package func removeAll(in networks: Set<NetworkIndex>) {
        guard count > 0, !networks.isEmpty else { return }
        for position in 0..<NeighborMap.bucketCount * NeighborMap.slotsPerBucket {
            let slot = words + position * NeighborMap.slotWords
            if slot[3] != 0, networks.contains(NetworkIndex(UInt16(slot[3] >> 48))) { clear(slot) }
        }
    }

    private func clear(_ slot: UnsafeMutablePointer<UInt64>) {
        header[0] -= 1
        write(slot, .none, 0, isRouter: false)
    }

    private func buckets(_ network: NetworkIndex, _ address: UnderlayAddress) -> [UnsafeMutablePointer<UInt64>] {
        let hash = hash(network.rawValue, address)
        return [home(hash), alternate(hash)]
    }

    private func slots(_ bucket: UnsafeMutablePointer<UInt64>) -> [UnsafeMutablePointer<UInt64>] {
        (0..<NeighborMap.slotsPerBucket).map { bucket + $0 * NeighborMap.slotWords }
    }

    private func slot(of network: NetworkIndex, _ address: UnderlayAddress) -> UnsafeMutablePointer<UInt64>? {
        buckets(network, address).lazy.flatMap(slots).first { slot in
            slot[1] == address.front && slot[2] == address.back && slot[3] != 0 && slot[3] >> 48 == UInt64(network.rawValue)
        }
    }

    private func freeSlot(_ network: NetworkIndex, _ address: UnderlayAddress) -> UnsafeMutablePointer<UInt64>? {
        let free = buckets(network, address).map { slots($0).filter { $0[3] == 0 } }
        return free.max { $0.count < $1.count }?.first
    }

    private func write(_ slot: UnsafeMutablePointer<UInt64>, _ address: UnderlayAddress, _ value: UInt64, isRouter: Bool) {
        let version = slot[0] & NeighborMap.versionMask
        vd_store_relaxed_u64(slot, version + 1)
        vd_store_release_u64(slot + 1, address.front)
        vd_store_release_u64(slot + 2, address.back)
        vd_store_release_u64(slot + 3, value)
        vd_store_release_u64(slot, (version + 2) & NeighborMap.versionMask | (isRouter ? NeighborMap.routerBit : 0))
    }
}
