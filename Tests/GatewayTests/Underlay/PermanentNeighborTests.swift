import Dataplane
import Gateway
import Testing

private let hop = Underlay.hop
private let peerMAC = Underlay.peerMAC
private let otherMAC = Underlay.otherMAC
private let everybody = NeighborTable.Output.solicit(Underlay.hop, at: nil)
private let probe = NeighborTable.Output.solicit(Underlay.hop, at: Underlay.peerMAC)

@Suite("Neighbour table: configured neighbours")
struct PermanentNeighborTests {
    @Test("A configured neighbour has its MAC at once, and nothing is asked for it")
    func known() throws {
        var bench = NeighborBench()
        #expect(bench.setPermanent([hop: peerMAC]) == [])
        #expect(try bench.require() == [.changed(hop, peerMAC)])
        #expect(bench.run(.seconds(100)) == [])
        #expect(bench.state() == .permanent)
    }

    @Test("Nothing heard changes it")
    func unchanged() throws {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        _ = try bench.require()
        #expect(bench.confirm(otherMAC) == [])
        bench.table.recheck(port: Underlay.wan0, now: bench.clock.now)
        #expect(bench.table.forget(port: Underlay.wan0, now: bench.clock.now) == [])
        #expect(bench.table.mac(of: hop) == peerMAC)
        #expect(bench.state() == .permanent)
    }

    @Test("Configuring a neighbour that is being asked for ends the asking")
    func replacesLearned() throws {
        var bench = try NeighborBench.failed()
        #expect(bench.setPermanent([hop: peerMAC]) == [.changed(hop, peerMAC)])
        #expect(bench.run(.seconds(100)) == [])
    }

    @Test("A changed MAC is reported, an unchanged one is not")
    func reconfigured() throws {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        _ = try bench.require()
        #expect(bench.setPermanent([hop: peerMAC]) == [])
        #expect(bench.setPermanent([hop: otherMAC]) == [.changed(hop, otherMAC)])
    }

    @Test("A configured neighbour that nobody requires changes in silence")
    func reconfiguredUnused() {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        #expect(bench.setPermanent([hop: otherMAC]) == [])
        #expect(bench.table.mac(of: hop) == otherMAC)
    }

    @Test("Without its configuration a required neighbour keeps the MAC while it is asked whether that is right")
    func removedWhileRequired() throws {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        _ = try bench.require()
        #expect(bench.setPermanent([:]) == [])
        #expect(bench.run(.milliseconds(4500)).map(\.output) == [probe, probe, probe, everybody, .changed(hop, nil), .unreachable(hop)])
    }

    @Test("Without its configuration a neighbour that nobody requires is gone")
    func removed() {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        #expect(bench.setPermanent([:]) == [])
        #expect(bench.table.count == 0)
    }

    @Test("Releasing a configured neighbour keeps it")
    func released() throws {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        _ = try bench.require()
        bench.table.release(hop)
        #expect(bench.state() == .permanent)
    }

    @Test("Configured neighbours are taken in even when the table is full")
    func beyondCapacity() throws {
        var bench = NeighborBench(capacity: 1)
        _ = try bench.require()
        _ = bench.setPermanent([Underlay.key("192.0.2.9"): otherMAC])
        #expect(try bench.require(Underlay.key("192.0.2.9")) == [.changed(Underlay.key("192.0.2.9"), otherMAC)])
    }
}
