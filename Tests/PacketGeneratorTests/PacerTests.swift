import PacketGenerator
import Testing

@Suite("Pacing")
struct PacerTests {
    private static let cyclesPerSecond: UInt64 = 2_500_000_000

    /// Packets allowed in a second of turns every `turn` cycles, 32 at most at once.
    private func packets(rate: Double?, turn: UInt64) -> UInt64 {
        var pacer = Pacer(rate: rate, cyclesPerSecond: PacerTests.cyclesPerSecond, now: 0)
        var sent: UInt64 = 0
        for now in stride(from: UInt64(0), to: PacerTests.cyclesPerSecond, by: UInt64.Stride(turn)) {
            let count = min(pacer.allowance(now), 32)
            pacer.take(count)
            sent += count
        }
        return sent
    }

    @Test("A rate is kept within a thousandth, whatever the loop's pace", arguments: [100, 12_345, 1_000_000, 9_300_000])
    func keepsRate(_ rate: Int) {
        for turn in [1000, 2500] as [UInt64] {
            let sent = Double(packets(rate: Double(rate), turn: turn))
            #expect(abs(sent - Double(rate)) <= max(2, Double(rate) / 1000), "turns of \(turn) cycles")
        }
    }

    @Test("After a pause two bursts may go, no more")
    func depth() {
        var pacer = Pacer(rate: 1e6, cyclesPerSecond: PacerTests.cyclesPerSecond, now: 0)
        #expect(pacer.allowance(PacerTests.cyclesPerSecond) == Pacer.depth)
        pacer.take(Pacer.depth)
        #expect(pacer.allowance(PacerTests.cyclesPerSecond + 1) == 0)
    }

    @Test("Without a limit a burst may always go")
    func unlimited() {
        var pacer = Pacer(rate: nil, cyclesPerSecond: PacerTests.cyclesPerSecond, now: 0)
        for _ in 0..<10 {
            #expect(pacer.allowance(0) == Pacer.depth)
            pacer.take(32)
        }
    }
}
