import Dataplane
import Gateway
import Testing

@Suite("Loops: which probes are sent when")
struct LoopProbingTests {
    /// Probes of each place in a stretch of time.
    private func counts(_ bench: LoopBench, _ tenths: Range<Int>) -> [LoopGuard.Place: Int] {
        Dictionary(grouping: bench.sent.filter { tenths.contains($0.tenth) }, by: \.place).mapValues(\.count)
    }

    @Test("A probe has the bytes that its layout says", arguments: [0, 100], [0, 200] as [UInt16])
    func layout(vlan: UInt16, service: UInt16) {
        let place = LoopBench.place(3, vlan, service: service, network: 0x0102)
        let probe = LoopProbeFrame(gateway: 0x1122_3344_5566_7788, place: place, sentAt: MonotonicTime(.milliseconds(0x01_0203)))
        let frame = probe.frame(from: MACAddress(2, 0, 0, 0, 0, 9))
        var expected: [UInt8] = [0xCF, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 0x90, 0, 0, 0, 1, 0, 0, 0] + Array("VdLP".utf8)
        expected += [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 3, 0, UInt8(vlan), 1, 2, 0, 0, 0, 0, 0, 1, 2, 3, 0, UInt8(service)]
        #expect(frame == expected + [UInt8](repeating: 0, count: 12))
        #expect(LoopProbeFrame(frame: frame) == probe)
        for position in [0, 12, 13, 20, 23] {
            var other = frame
            other[position] ^= 1
            #expect(LoopProbeFrame(frame: other) == nil)
        }
    }

    @Test("Each membership is probed once a second, evenly over the second", arguments: [1, 2, 10, 250, 1000])
    func onceASecond(count: Int) {
        var bench = LoopBench([LoopBench.port(0, vlans: (1...UInt16(count)).map { $0 })])
        bench.run(seconds: 20)
        let counts = counts(bench, 0..<200)
        #expect(counts.count == count && counts.values.allSatisfy { (19...21).contains($0) })
        // The first tick has nothing to measure time by.
        let perTick = Dictionary(grouping: bench.sent.filter { $0.tenth > 2 }, by: \.tenth).mapValues(\.count)
        #expect(perTick.values.max()! <= count / 10 + 1)
    }

    @Test("No more than a thousand go out in a second; then all memberships have their turn, and small ports do not wait for large ones")
    func bounded() {
        let small = LoopBench.port(0, vlans: [1, 2])
        let large = (1...2).map { LoopBench.port($0, vlans: (1...4000).map { $0 }) }
        var bench = LoopBench([small] + large)
        bench.run(seconds: 32)
        for second in 1..<31 {
            let counts = counts(bench, 10 * second..<10 * second + 10)
            #expect(counts.values.reduce(0, +) <= 1000)
            for place in small.places { #expect((0...2).contains(counts[place, default: 0])) }
        }
        let all = counts(bench, 0..<320)
        #expect(small.places.allSatisfy { all[$0, default: 0] >= 30 })
        #expect(large.flatMap(\.places).allSatisfy { (3...5).contains(all[$0, default: 0]) })
    }

    @Test("However rarely ticks come, what was missed is not made up for in one")
    func rareTicks() {
        var bench = LoopBench([LoopBench.port(0, vlans: (1...4000).map { $0 })])
        for _ in 0..<5 {
            let before = bench.sent.count
            bench.tick(after: .seconds(60))
            #expect(bench.sent.count - before <= 200)
        }
    }

    @Test("However often ticks come, every port has its turn")
    func frequentTicks() {
        var bench = LoopBench((0..<32).map { LoopBench.port($0, vlans: (1...500).map { $0 }) })
        for _ in 0..<1000 { bench.tick(after: .milliseconds(2)) }
        let perPort = Dictionary(grouping: bench.sent, by: \.place.port).mapValues(\.count)
        #expect(perPort.count == 32 && perPort.values.max()! <= 2 * perPort.values.min()! + 2)
        #expect(bench.sent.count <= 2200)
    }

    @Test("A port without memberships sends nothing")
    func noMember() {
        var bench = LoopBench([LoopBench.port(0, vlans: [])])
        bench.run(seconds: 2)
        #expect(bench.sent.isEmpty)
    }
}
