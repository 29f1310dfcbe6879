/// A bit for each flow: whether its announcement has come through.
package struct FlowBitmap: BitwiseCopyable {
    private let words: UnsafeMutablePointer<UInt64>
    package let count: Int

    package static func make(count: Int) -> FlowBitmap {
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count / 64 + 1)
        words.initialize(repeating: 0, count: count / 64 + 1)
        return FlowBitmap(words: words, count: count)
    }

    private init(words: UnsafeMutablePointer<UInt64>, count: Int) {
        self.words = words
        self.count = count
    }

    package func destroy() { words.deallocate() }

    @_noLocks @_noAllocation @inline(__always)
    package func contains(_ flow: Int) -> Bool { words[flow &>> 6] &>> UInt64(truncatingIfNeeded: flow & 63) & 1 != 0 }

    /// False when the flow is in already, or is none.
    @_noLocks @_noAllocation @inline(__always)
    package func insert(_ flow: UInt64) -> Bool {
        guard flow < UInt64(truncatingIfNeeded: count) else { return false }
        let word = Int(truncatingIfNeeded: flow &>> 6)
        let mask: UInt64 = 1 &<< (flow & 63)
        guard words[word] & mask == 0 else { return false }
        words[word] |= mask
        return true
    }

    /// The first flow from `flow` on that is not in; `count` when all are.
    @_noLocks @_noAllocation @inline(__always)
    package func firstMissing(from flow: Int) -> Int {
        var flow = flow
        while flow < count, contains(flow) { flow &+= 1 }
        return flow
    }

    package var inserted: Int { (0...(count / 64)).reduce(0) { $0 + words[$1].nonzeroBitCount } }
}
