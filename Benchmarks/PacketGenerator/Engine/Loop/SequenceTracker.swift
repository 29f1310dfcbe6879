/// Tells the fate of a stream's packets from their sequence numbers, which start at 0: a bitmap of the newest 65,536 numbers finds
/// duplicates, and whatever is smaller than the largest number so far came reordered (RFC 4737, section 3.3).
package struct SequenceTracker: BitwiseCopyable {
    package enum Verdict { case inOrder, reordered, duplicate }

    /// Numbers remembered: a power of two. What comes later than that counts as reordered, a second copy then, too.
    package static let window: UInt64 = 65_536
    private let bits: UnsafeMutablePointer<UInt64>
    /// The next number if nothing is lost.
    package private(set) var next: UInt64 = 0

    package static func make() -> SequenceTracker {
        let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: Int(window / 64))
        bits.initialize(repeating: 0, count: Int(window / 64))
        return SequenceTracker(bits: bits)
    }

    private init(bits: UnsafeMutablePointer<UInt64>) { self.bits = bits }

    package func destroy() { bits.deallocate() }

    package mutating func reset() {
        next = 0
        bits.update(repeating: 0, count: Int(SequenceTracker.window / 64))
    }

    @_noLocks @_noAllocation @inline(__always)
    package mutating func note(_ sequence: UInt64) -> Verdict {
        if _fastPath(sequence == next) {
            set(sequence)
            next = sequence &+ 1
            return .inOrder
        }
        return noteOutOfOrder(sequence)
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func noteOutOfOrder(_ sequence: UInt64) -> Verdict {
        if sequence > next {
            forget(from: next, to: sequence)
            set(sequence)
            next = sequence &+ 1
            return .inOrder
        }
        guard next &- sequence <= SequenceTracker.window else { return .reordered }
        if bits[word(sequence)] & mask(sequence) != 0 { return .duplicate }
        set(sequence)
        return .reordered
    }

    /// Clears the bits of numbers that were skipped; they still have those of one window ago.
    @_noLocks @_noAllocation @inline(__always)
    private mutating func forget(from first: UInt64, to end: UInt64) {
        var number = max(first, end &- min(end, SequenceTracker.window))
        while number < end {
            bits[word(number)] &= ~mask(number)
            number &+= 1
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private func set(_ sequence: UInt64) { bits[word(sequence)] |= mask(sequence) }

    @_noLocks @_noAllocation @inline(__always)
    private func word(_ sequence: UInt64) -> Int { Int(truncatingIfNeeded: (sequence & (SequenceTracker.window &- 1)) &>> 6) }

    @_noLocks @_noAllocation @inline(__always)
    private func mask(_ sequence: UInt64) -> UInt64 { 1 &<< (sequence & 63) }
}
