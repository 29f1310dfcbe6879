import Dataplane
import Gateway
import Testing

private let hop = Underlay.hop
private let peerMAC = Underlay.peerMAC

@Suite("Neighbour table: who requires what")
struct NeighborReferenceTests {
    @Test("It stays until the last user releases it")
    func counted() throws {
        var bench = try NeighborBench.reachable()
        #expect(try bench.require() == [.changed(hop, peerMAC)])
        bench.table.release(hop)
        #expect(bench.table.mac(of: hop) == peerMAC)
        bench.table.release(hop)
        #expect(bench.table.count == 0)
        #expect(bench.run(.seconds(60)) == [])
    }

    @Test("Releasing what nobody requires changes nothing")
    func releaseUnknown() {
        var bench = NeighborBench()
        bench.table.release(hop)
        _ = bench.setPermanent([hop: peerMAC])
        bench.table.release(hop)
        #expect(bench.table.mac(of: hop) == peerMAC)
    }

    @Test("A full table refuses new next hops, counts them, and goes on with those it has")
    func capacity() throws {
        var bench = NeighborBench(capacity: 2)
        _ = try bench.require()
        _ = try bench.require(Underlay.key("192.0.2.3"))
        let third = Underlay.key("192.0.2.4")
        #expect(throws: NeighborTable.Full(capacity: 2, refused: third)) { try bench.table.require(third, now: bench.clock.now) }
        #expect(bench.table.refusedCount == 1)
        #expect(try bench.require() == [])
        bench.table.release(Underlay.key("192.0.2.3"))
        #expect(try bench.require(third) == [])
        #expect(bench.table.count == 2)
    }

    @Test("The refusal says which next hop, how many there are, and what to do")
    func capacityMessage() {
        let message = NeighborTable.Full(capacity: 2, refused: hop).description
        #expect(message.contains("192.0.2.2") && message.contains("2 entries") && message.contains("gateway"))
    }

    @Test("Neighbours are shown by port and address")
    func status() throws {
        var bench = NeighborBench()
        let far = PortAddress(port: Underlay.wan1, address: Underlay.address("192.0.2.1"))
        for key in [far, Underlay.key("192.0.2.9"), hop] { _ = try bench.require(key) }
        _ = bench.confirm()
        #expect(
            bench.table.status == [
                .init(key: hop, mac: peerMAC, state: .reachable),
                .init(key: Underlay.key("192.0.2.9"), mac: nil, state: .incomplete),
                .init(key: far, mac: nil, state: .incomplete),
            ])
    }
}
