import Dataplane
import Gateway
import Testing

@Suite("Underlay host: reload and links")
struct UnderlayReloadTests {
    @Test("An update that changes nothing does nothing")
    func unchanged() throws {
        var bench = try HostBench.resolved()
        #expect(bench.update(Underlay.port()) == [])
        #expect(bench.run(.seconds(3)) == [])
        #expect(bench.host.neighbors.mac(of: Underlay.hop) == Underlay.peerMAC)
    }

    @Test("A new address is announced and answered for, the old one is left in peace")
    func addressAdded() {
        var bench = HostBench()
        #expect(bench.update(Underlay.port(addresses: ["192.0.2.1/24", "192.0.2.5/24"])) == [])
        let added = ARPPacket.announcement(of: Underlay.address("192.0.2.5"), at: Underlay.ownMAC)
        let frame = UnderlayAction.transmit(port: Underlay.wan0, frame: added.frame(to: .broadcast))
        #expect(bench.run(.seconds(5)) == [frame, frame])
        #expect(bench.receive(ARPPacket.asked(Underlay.address("192.0.2.5")).frame(to: .broadcast)).count == 1)
        #expect(bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast)).count == 1)
    }

    @Test("An address that is gone is neither announced nor answered for nor defended")
    func addressRemoved() {
        var bench = HostBench()
        _ = bench.update(Underlay.port(addresses: ["192.0.2.1/24", "192.0.2.5/24"]))
        _ = bench.update(Underlay.port())
        #expect(bench.run(.seconds(5)) == [])
        let gone = Underlay.address("192.0.2.5")
        #expect(bench.receive(ARPPacket.asked(gone).frame(to: .broadcast)) == [])
        #expect(bench.receive(ARPPacket.announcement(of: gone, at: Underlay.otherMAC).frame(to: .broadcast)) == [])
        #expect(bench.host.counters.conflicts == 0)
    }

    @Test("Another prefix length alone is no new address")
    func prefixChanged() {
        var bench = HostBench()
        #expect(bench.update(Underlay.port(addresses: ["192.0.2.1/25"])) == [])
        #expect(bench.run(.seconds(5)) == [])
    }

    @Test("A port whose MAC changed announces its addresses with the new one")
    func macChanged() {
        var bench = HostBench()
        _ = bench.update(Underlay.port(mac: Underlay.ownMAC1))
        let announcement = ARPPacket.announcement(of: Underlay.own, at: Underlay.ownMAC1).frame(to: .broadcast)
        #expect(bench.run(.seconds(1)) == [.transmit(port: Underlay.wan0, frame: announcement)])
    }

    @Test("Static neighbours come and go while next hops stay required")
    func staticNeighbors() throws {
        var bench = HostBench()
        _ = try bench.require()
        let changed = UnderlayAction.neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: Underlay.otherMAC)
        #expect(bench.update(Underlay.port(neighbors: ["192.0.2.2": Underlay.otherMAC])) == [changed])
        #expect(bench.run(.seconds(60)) == [])
        #expect(bench.update(Underlay.port()) == [])
        #expect(bench.host.neighbors.mac(of: Underlay.hop) == Underlay.otherMAC)
        let probe = ARPPacket.request(for: Underlay.peer, from: Underlay.own, at: Underlay.ownMAC)
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: Underlay.wan0, frame: probe.frame(to: Underlay.otherMAC))])
    }

    @Test("A port that is gone takes the MACs behind it along, learned and configured, and leaves other ports alone")
    func portRemoved() throws {
        let second = Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["198.51.100.1/24"])
        let fixed = Underlay.key("192.0.2.9")
        var bench = HostBench(ports: [Underlay.port(neighbors: ["192.0.2.9": Underlay.otherMAC]), second])
        for key in [Underlay.hop, fixed] { _ = try bench.require(key) }
        _ = bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast))
        #expect(
            bench.update(second) == [
                .neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: nil),
                .neighborChanged(port: Underlay.wan0, address: fixed.address, mac: nil),
            ])
        #expect(bench.run(.milliseconds(100)) == [])
        #expect(bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast)) == [])
        for key in [Underlay.hop, fixed] { bench.host.release(key) }
        #expect(bench.host.neighbors.count == 0)
    }

    @Test("Nothing is sent into a link that is down")
    func linkDown() throws {
        var bench = HostBench()
        _ = try bench.require()
        #expect(bench.host.linkChanged(onPort: Underlay.wan0, isUp: false, now: bench.clock.now) == [])
        let actions = bench.run(.seconds(10))
        #expect(actions == [.event(.neighborUnreachable(port: Underlay.wan0, address: Underlay.peer))])
    }

    @Test("A link that goes down takes the MACs with it; one that comes up is told our addresses and asked for the next hops")
    func linkUp() throws {
        var bench = try HostBench.resolved()
        let lost = UnderlayAction.neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: nil)
        #expect(bench.host.linkChanged(onPort: Underlay.wan0, isUp: false, now: bench.clock.now) == [lost])
        #expect(bench.host.linkChanged(onPort: Underlay.wan0, isUp: true, now: bench.clock.now) == [])
        let request = ARPPacket.request(for: Underlay.peer, from: Underlay.own, at: Underlay.ownMAC)
        #expect(
            bench.run(.milliseconds(100)) == [
                .transmit(port: Underlay.wan0, frame: UnderlayFrames.arpAnnouncement),
                .transmit(port: Underlay.wan0, frame: request.frame(to: .broadcast)),
            ])
        let found = UnderlayAction.neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: Underlay.peerMAC)
        #expect(bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast)).contains(found))
    }

    @Test("A link that was up already, or is of no underlay port, changes nothing")
    func linkUnchanged() throws {
        var bench = try HostBench.resolved()
        #expect(bench.host.linkChanged(onPort: Underlay.wan0, isUp: true, now: bench.clock.now) == [])
        #expect(bench.host.linkChanged(onPort: PortIndex(77), isUp: false, now: bench.clock.now) == [])
        #expect(bench.run(.seconds(3)) == [])
    }

    @Test("After any sequence of updates the host answers as one freshly started with the last of them")
    func equalsFreshStart() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("underlay reload seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = HostBench(ports: [])
        for _ in 0..<200 {
            let ports = randomPorts(using: &random)
            _ = bench.host.update(ports: ports, now: bench.clock.now)
            _ = bench.run(.seconds(3))
            var fresh = HostBench(ports: ports)
            #expect(bench.host.neighbors.status == fresh.host.neighbors.status, "seed \(seed)")
            for port in [Underlay.wan0, Underlay.wan1] {
                for target in (1...6).map({ Underlay.address("192.0.2.\($0)") }) {
                    let question = ARPPacket.asked(target, by: Underlay.gateway).frame(to: .broadcast)
                    #expect(bench.receive(question, on: port) == fresh.receive(question, on: port), "seed \(seed)")
                }
            }
        }
    }

    private func randomPorts(using random: inout SeededRandom) -> [UnderlayPort] {
        [(Underlay.wan0, Underlay.ownMAC, 1...3), (Underlay.wan1, Underlay.ownMAC1, 4...6)].compactMap { index, mac, hosts in
            guard Int.random(in: 0..<4, using: &random) > 0 else { return nil }
            let addresses = hosts.filter { _ in Bool.random(using: &random) }.map { "192.0.2.\($0)/24" }
            let statics = (10...13).filter { _ in Bool.random(using: &random) }.map { host in
                ("192.0.2.\(host)", Bool.random(using: &random) ? Underlay.peerMAC : Underlay.otherMAC)
            }
            return Underlay.port(index, mac: mac, addresses: addresses, neighbors: Dictionary(uniqueKeysWithValues: statics))
        }
    }
}
