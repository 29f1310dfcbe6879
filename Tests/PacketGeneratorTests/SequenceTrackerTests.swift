import PacketGenerator
import Testing

@Suite("Sequence tracking")
struct SequenceTrackerTests {
    private func verdicts(_ numbers: [UInt64]) -> [SequenceTracker.Verdict] {
        var tracker = SequenceTracker.make()
        defer { tracker.destroy() }
        return numbers.map { tracker.note($0) }
    }

    @Test("Numbers in order are in order, gaps or not")
    func inOrder() { #expect(verdicts([0, 1, 2, 7, 100_000, 100_001]) == [.inOrder, .inOrder, .inOrder, .inOrder, .inOrder, .inOrder]) }

    @Test("What is smaller than the largest so far is reordered, and a second copy a duplicate")
    func reordered() {
        #expect(verdicts([0, 2, 1, 1, 2, 0]) == [.inOrder, .inOrder, .reordered, .duplicate, .duplicate, .duplicate])
    }

    @Test("A number that was skipped is no duplicate of the one a window before it")
    func skippedIsForgotten() {
        let window = SequenceTracker.window
        #expect(verdicts([5, 5 + window - 1, 5 + window + 3, 5 + window]) == [.inOrder, .inOrder, .inOrder, .reordered])
        #expect(verdicts([0, 3 * window, 3 * window - 1, 2 * window + 1]) == [.inOrder, .inOrder, .reordered, .reordered])
    }

    @Test("What comes later than the window remembers is reordered, never lost")
    func tooLate() { #expect(verdicts([0, SequenceTracker.window + 1, 0]) == [.inOrder, .inOrder, .reordered]) }

    @Test("A reset begins anew")
    func reset() {
        var tracker = SequenceTracker.make()
        defer { tracker.destroy() }
        for number in 0..<100 as Range<UInt64> { _ = tracker.note(number) }
        tracker.reset()
        #expect(tracker.note(0) == .inOrder && tracker.note(50) == .inOrder && tracker.note(49) == .reordered)
    }

    @Test("Any mix of loss, copies and disorder is told as a list of all numbers seen tells it", arguments: [1, 2, 3] as [UInt64])
    func model(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var tracker = SequenceTracker.make()
        defer { tracker.destroy() }
        var seen: Set<UInt64> = []
        var largest: UInt64?
        var number: UInt64 = 0
        for step in 0..<200_000 {
            number += generator.next() % 8 == 0 ? generator.next() % 300 : 1
            let back = generator.next() % 4 == 0 ? generator.next() % 20_000 : 0
            let sequence = number - min(back, number)
            let expected: SequenceTracker.Verdict =
                !seen.insert(sequence).inserted ? .duplicate : largest.map { sequence < $0 } ?? false ? .reordered : .inOrder
            largest = max(largest ?? 0, sequence)
            let verdict = tracker.note(sequence)
            guard verdict == expected else {
                Issue.record("step \(step) of seed \(seed): \(sequence) is \(verdict), not \(expected)")
                return
            }
        }
    }
}
