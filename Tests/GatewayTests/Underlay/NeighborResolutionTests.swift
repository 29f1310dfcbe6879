import Dataplane
import Gateway
import Testing

private let hop = Underlay.hop
private let peerMAC = Underlay.peerMAC
private let everybody = NeighborTable.Output.solicit(Underlay.hop, at: nil)

@Suite("Neighbour table: resolving")
struct NeighborResolutionTests {
    @Test("A required neighbour is asked at once, again soon, then each second, and has failed after five requests")
    func resolves() throws {
        var bench = NeighborBench()
        #expect(try bench.require() == [])
        #expect(bench.state() == .incomplete)
        #expect(
            bench.run(.seconds(5)) == [
                TimedOutput(0, everybody), TimedOutput(250, everybody), TimedOutput(1250, everybody), TimedOutput(2250, everybody),
                TimedOutput(3250, everybody), TimedOutput(4250, .unreachable(hop)),
            ])
        #expect(bench.state() == .failed)
        #expect(bench.table.mac(of: hop) == nil)
    }

    @Test("A failed neighbour is asked with growing pauses of at most 30 s, and never given up")
    func backsOff() throws {
        var bench = NeighborBench()
        _ = try bench.require()
        _ = bench.run(.milliseconds(4300))
        let asked = bench.run(.seconds(200)).map(\.milliseconds)
        #expect(asked == [950, 2950, 6950, 14950, 30950, 60950, 90950, 120_950, 150_950, 180_950])
    }

    @Test("A failed neighbour is reported once, not each time it is asked")
    func reportsOnce() throws {
        var bench = try NeighborBench.failed()
        #expect(bench.run(.seconds(100)).allSatisfy { $0.output == everybody })
    }

    @Test("An answer makes it reachable, in every state", arguments: [Duration.zero, .seconds(2), .seconds(20)])
    func answer(after wait: Duration) throws {
        var bench = NeighborBench()
        _ = try bench.require()
        _ = bench.run(wait)
        #expect(bench.confirm() == [.changed(hop, peerMAC)])
        #expect(bench.state() == .reachable)
        #expect(bench.table.mac(of: hop) == peerMAC)
        #expect(bench.run(.seconds(20)) == [])
    }

    @Test("A tick asks a bounded number, and the next ones the rest, the longest waiting first")
    func paced() throws {
        var bench = NeighborBench(solicitationsPerTickMax: 2)
        let keys = (2...6).map { Underlay.key("192.0.2.\($0)") }
        for key in keys.reversed() {
            _ = try bench.require(key)
            bench.clock.advance(.milliseconds(1))
        }
        let asked = (0..<3).map { _ in bench.table.tick(now: bench.clock.now) }
        #expect(
            asked == [[keys[4], keys[3]], [keys[2], keys[1]], [keys[0]]].map { $0.map { .solicit($0, at: nil) } })
    }
}
