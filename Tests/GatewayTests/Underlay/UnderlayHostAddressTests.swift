import Dataplane
import Gateway
import Testing

@Suite("Underlay host: our addresses")
struct UnderlayHostAddressTests {
    private let announcement = UnderlayAction.transmit(port: Underlay.wan0, frame: UnderlayFrames.arpAnnouncement)
    private let conflict = UnderlayAction.event(
        .addressConflict(port: Underlay.wan0, address: Underlay.own, mac: Underlay.otherMAC))

    @Test("At the start each address is announced twice, two seconds apart")
    func announces() {
        var host = UnderlayHost()
        var clock = Underlay.Clock()
        _ = host.update(ports: [Underlay.port()], now: clock.now)
        #expect(host.tick(now: clock.now) == [announcement])
        clock.advance(.milliseconds(1999))
        #expect(host.tick(now: clock.now) == [])
        clock.advance(.milliseconds(1))
        #expect(host.tick(now: clock.now) == [announcement])
        clock.advance(.seconds(100))
        #expect(host.tick(now: clock.now) == [])
        #expect(host.counters.announcements == 2)
    }

    @Test("Somebody else with our address is an event, and our announcement follows at once")
    func conflicts() {
        var bench = HostBench()
        let claim = ARPPacket.announcement(of: Underlay.own, at: Underlay.otherMAC).frame(to: .broadcast)
        #expect(bench.receive(claim) == [announcement, conflict])
        #expect(bench.host.counters.conflicts == 1)
    }

    @Test("A reply with our address is a conflict too, and so is a question")
    func conflictsInAnyPacket() {
        let question = ARPPacket.asked(Underlay.peer, by: Underlay.own, at: Underlay.otherMAC)
        let reply = ARPPacket.asked(Underlay.own).reply(from: Underlay.otherMAC)
        for packet in [question, reply] {
            var bench = HostBench()
            #expect(bench.receive(packet.frame(to: .broadcast)) == [announcement, conflict])
        }
    }

    @Test("It is defended at most every ten seconds, and every claim is counted")
    func defenceIsLimited() {
        var bench = HostBench()
        let claim = ARPPacket.announcement(of: Underlay.own, at: Underlay.otherMAC).frame(to: .broadcast)
        _ = bench.receive(claim)
        bench.clock.advance(.milliseconds(9999))
        #expect(bench.receive(claim) == [])
        bench.clock.advance(.milliseconds(1))
        #expect(bench.receive(claim) == [announcement, conflict])
        #expect(bench.host.counters.conflicts == 3)
    }

    @Test("The limit is for each address")
    func defencePerAddress() {
        var bench = HostBench(ports: [Underlay.port(addresses: ["192.0.2.1/24", "192.0.2.5/24"])])
        for address in ["192.0.2.1", "192.0.2.5"] {
            let claim = ARPPacket.announcement(of: Underlay.address(address), at: Underlay.otherMAC)
            #expect(bench.receive(claim.frame(to: .broadcast)).count == 2)
        }
    }

    @Test("Two of our ports on one link are no conflict")
    func ownPorts() {
        var bench = HostBench(ports: [
            Underlay.port(), Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["192.0.2.5/24"]),
        ])
        #expect(bench.receive(UnderlayFrames.arpAnnouncement, on: Underlay.wan1) == [])
        #expect(bench.host.counters[.ownFrame] == 1)
        #expect(bench.host.counters.conflicts == 0)
    }
}
