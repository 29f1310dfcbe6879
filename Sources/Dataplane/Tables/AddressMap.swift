import CShims

/// Underlay address, 16 bytes -> a number that is not 0: remote VTEPs over IPv6, multicast groups of both families.
///
/// Layout of a snapshot: a header of four 64-bit words, multiplier and shift; then an open-addressed table of slots of four words: both halves of the
/// address, the number; 0 = free. At most a quarter full, linear probing. Never changed after it is published: control builds another and frees this one
/// after a quiescent state. The multiplier is random, so probe lengths are not for a sender to choose.
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
        Snapshot(words: vd_load_acquire_pointer(current).unsafelyUnwrapped.assumingMemoryBound(to: UInt64.self))
    }

    struct Snapshot {
        fileprivate let words: UnsafeMutablePointer<UInt64>

        /// 0 = not in the map.
        @_noLocks @_noAllocation @inline(__always)
        func lookup(_ address: UnderlayAddress) -> UInt16 {
            let shift = words[1]
            let mask = (1 &<< (64 &- Int(truncatingIfNeeded: shift))) &- 1
            var position = AddressMap.position(address, multiplier: words[0], shift: shift)
            while true {
                let slot = words + slotWords &* (position &+ 1)
                if slot[0] == address.front && slot[1] == address.back { return UInt16(truncatingIfNeeded: slot[2]) }
                if slot[2] == 0 { return 0 }
                position = (position &+ 1) & mask
            }
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
        var bits = 4
        while 1 << bits < 4 * numbers.count { bits += 1 }
        let slotCount = 1 << bits
        let wordCount = slotWords * (slotCount + 1)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * wordCount, alignment: 64)
        let words = memory.bindMemory(to: UInt64.self, capacity: wordCount)
        words.initialize(repeating: 0, count: wordCount)
        words[0] = vd_random() | 1
        words[1] = UInt64(64 - bits)
        for (address, number) in numbers {
            var position = position(address, multiplier: words[0], shift: words[1])
            while words[slotWords * (position + 1) + 2] != 0 { position = (position + 1) & (slotCount - 1) }
            let slot = words + slotWords * (position + 1)
            (slot[0], slot[1], slot[2]) = (address.front, address.back, UInt64(number))
        }
        return memory
    }
}
