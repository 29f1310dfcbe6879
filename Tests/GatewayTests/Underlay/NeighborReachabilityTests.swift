import Dataplane
import Gateway
import Testing

private let hop = Underlay.hop
private let peerMAC = Underlay.peerMAC
private let otherMAC = Underlay.otherMAC
private let everybody = NeighborTable.Output.solicit(Underlay.hop, at: nil)
private let probe = NeighborTable.Output.solicit(Underlay.hop, at: Underlay.peerMAC)

@Suite("Neighbour table: confirmed MACs")
struct NeighborReachabilityTests {
    @Test("Unconfirmed for 26 s it is probed three times, then everybody is asked, and after 30 s it has failed")
    func expires() throws {
        var bench = try NeighborBench.reachable()
        #expect(
            bench.run(.milliseconds(30_500)) == [
                TimedOutput(26_000, probe), TimedOutput(27_000, probe), TimedOutput(28_000, probe), TimedOutput(29_000, everybody),
                TimedOutput(30_000, .changed(hop, nil)), TimedOutput(30_000, .unreachable(hop)),
            ])
        #expect(bench.state() == .failed)
    }

    @Test("While it is probed its MAC stays in use")
    func usedWhileProbing() throws {
        var bench = try NeighborBench.reachable()
        _ = bench.run(.seconds(29))
        #expect(bench.state() == .probing)
        #expect(bench.table.mac(of: hop) == peerMAC)
    }

    @Test("The answer to any probe holds for another 30 s", arguments: [26.5, 27.5, 28.5, 29.5])
    func probeAnswered(seconds: Double) throws {
        var bench = try NeighborBench.reachable()
        _ = bench.run(.seconds(seconds))
        #expect(bench.confirm() == [])
        #expect(bench.state() == .reachable)
        #expect(bench.run(.milliseconds(26_050)) == [TimedOutput(26_000, probe)])
    }

    @Test("Whatever is heard of it meanwhile saves the probes")
    func passiveConfirmation() throws {
        var bench = try NeighborBench.reachable()
        for _ in 0..<10 {
            #expect(bench.run(.seconds(20)) == [])
            #expect(bench.confirm() == [])
        }
    }

    @Test("Another MAC takes effect at once", arguments: [Duration.zero, .seconds(10), .seconds(28)])
    func moves(after wait: Duration) throws {
        var bench = try NeighborBench.reachable()
        _ = bench.run(wait)
        #expect(bench.confirm(otherMAC) == [.changed(hop, otherMAC)])
        #expect(bench.table.mac(of: hop) == otherMAC)
        #expect(bench.state() == .reachable)
    }

    @Test("A neighbour that nobody requires is not learned")
    func notLearned() throws {
        var bench = try NeighborBench.reachable()
        #expect(bench.confirm(peerMAC, Underlay.key("192.0.2.77")) == nil)
        #expect(bench.confirm(peerMAC, PortAddress(port: Underlay.wan1, address: Underlay.peer)) == nil)
        #expect(bench.table.count == 1)
    }

    @Test("A link that came back has every MAC behind it probed at once, and used meanwhile")
    func recheckReachable() throws {
        var bench = try NeighborBench.reachable()
        bench.table.recheck(port: Underlay.wan1, now: bench.clock.now)
        #expect(bench.run(.milliseconds(100)) == [])
        bench.table.recheck(port: Underlay.wan0, now: bench.clock.now)
        #expect(bench.run(.milliseconds(100)) == [TimedOutput(0, probe)])
        #expect(bench.table.mac(of: hop) == peerMAC)
    }

    @Test("A link that came back has failed neighbours asked as if they were new")
    func recheckFailed() throws {
        var bench = try NeighborBench.failed()
        bench.table.recheck(port: Underlay.wan0, now: bench.clock.now)
        #expect(bench.run(.milliseconds(300)) == [TimedOutput(0, everybody), TimedOutput(250, everybody)])
        #expect(bench.state() == .incomplete)
    }

    @Test("A port that is gone takes its MACs along")
    func forget() throws {
        var bench = try NeighborBench.reachable()
        #expect(bench.table.forget(port: Underlay.wan0, now: bench.clock.now) == [.changed(hop, nil)])
        #expect(bench.state() == .incomplete)
        #expect(bench.table.forget(port: Underlay.wan0, now: bench.clock.now) == [])
    }
}
