import CShims

/// Underlay address, 16 bytes -> a number that is not 0: remote VTEPs over IPv6, multicast groups of both families.
///
/// Layout of a snapshot: a header of four 64-bit words, multiplier and shift; then an open-addressed table of slots of four words: both halves of the
/// address, the number; 0 = free. At most a quarter full, linear probing. Never changed after it is published: control builds another and frees this one
/// after a quiescent state. The multiplier is random, so probe lengths are not for a sender to choose; it is the one of many random ones that leaves the
/// most addresses at the first place that a worker looks at, as in ``VTEPMap``.
package struct AddressMap: BitwiseCopyable, @unchecked Sendable {
    /// Holds the pointer to the current snapshot.
    let current: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    private static let slotWords = 4

    static func make() -> AddressMap {
        let current = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
        current.initialize(to: makeSnapshot([:]))
        return AddressMap(current: current)
    }

    func destroy() {
        current.pointee?.deallocate()
        current.deallocate()
    }

    /// What holds now. Workers take it once a burst, and hold it no longer.
    @inline(__always)
    var snapshot: Snapshot {
        let words = vd_load_acquire_pointer(current).unsafelyUnwrapped.assumingMemoryBound(to: UInt64.self)
        return Snapshot(slots: words + AddressMap.slotWords, multiplier: words[0], shift: words[1])
    }

    struct Snapshot {
        let slots: UnsafeMutablePointer<UInt64>
        let multiplier: UInt64
        let shift: UInt64

        /// 0 = not in the map.
        @_noLocks @_noAllocation @inline(__always)
        func lookup(_ address: UnderlayAddress) -> UInt16 {
            let position = AddressMap.position(address, multiplier: multiplier, shift: shift)
            let slot = slots + AddressMap.slotWords &* position
            if _fastPath(slot[0] == address.front && slot[1] == address.back) { return UInt16(truncatingIfNeeded: slot[2]) }
            return search(address, after: position)
        }

        /// Goes on where the first look has found another address.
        @_noLocks @_noAllocation @inline(never)
        private func search(_ address: UnderlayAddress, after start: Int) -> UInt16 {
            let mask = (1 &<< (64 &- Int(truncatingIfNeeded: shift))) &- 1
            var position = start
            while slots[AddressMap.slotWords &* position &+ 2] != 0 {
                position = (position &+ 1) & mask
                let slot = slots + AddressMap.slotWords &* position
                if slot[0] == address.front && slot[1] == address.back { return UInt16(truncatingIfNeeded: slot[2]) }
            }
            return 0
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func position(_ address: UnderlayAddress, multiplier: UInt64, shift: UInt64) -> Int {
        Int(truncatingIfNeeded: (((address.front &* multiplier) ^ address.back) &* multiplier) &>> shift)
    }

    /// Replaces the whole map. The memory that it returns is to be freed after a quiescent state.
    package func publish(_ numbers: [UnderlayAddress: UInt16]) -> UnsafeMutableRawPointer? {
        let old = current.pointee
        vd_store_release_pointer(current, AddressMap.makeSnapshot(numbers))
        return old
    }

    package subscript(address: UnderlayAddress) -> UInt16 { snapshot.lookup(address) }

    private static func makeSnapshot(_ numbers: [UnderlayAddress: UInt16]) -> UnsafeMutableRawPointer {
        var bits = 6
        while 1 << bits < 4 * numbers.count { bits += 1 }
        let slotCount = 1 << bits
        let shift = UInt64(64 - bits)
        let multiplier = bestMultiplier(numbers.keys, shift: shift)
        let wordCount = slotWords * (slotCount + 1)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * wordCount, alignment: 64)
        let words = memory.bindMemory(to: UInt64.self, capacity: wordCount)
        words.initialize(repeating: 0, count: wordCount)
        words[0] = multiplier
        words[1] = shift
        for (address, number) in numbers {
            var position = position(address, multiplier: multiplier, shift: shift)
            while words[slotWords * (position + 1) + 2] != 0 { position = (position + 1) & (slotCount - 1) }
            let slot = words + slotWords * (position + 1)
            (slot[0], slot[1], slot[2]) = (address.front, address.back, UInt64(number))
        }
        return memory
    }

    /// The one of 64 random odd multipliers under which the fewest addresses share their first position.
    private static func bestMultiplier(_ addresses: some Collection<UnderlayAddress>, shift: UInt64) -> UInt64 {
        var best = (multiplier: UInt64(1), crowded: Int.max)
        var attempts = 64
        while attempts > 0, best.crowded > 0 {
            let multiplier = vd_random() | 1
            let crowded = addresses.count - Set(addresses.map { position($0, multiplier: multiplier, shift: shift) }).count
            if crowded < best.crowded { best = (multiplier, crowded) }
            attempts -= 1
        }
        return best.multiplier
    }
}
