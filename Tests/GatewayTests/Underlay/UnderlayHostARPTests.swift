import Dataplane
import Gateway
import Testing

@Suite("Underlay host: ARP")
struct UnderlayHostARPTests {
    @Test("A request for our address is answered to the asker alone")
    func answers() {
        var bench = HostBench()
        let actions = bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast))
        #expect(actions == [.transmit(port: Underlay.wan0, frame: UnderlayFrames.arpReply)])
        #expect(bench.host.counters.arpReplies == 1)
    }

    @Test("A request sent to our MAC is answered like a broadcast one")
    func answersUnicast() {
        var bench = HostBench()
        #expect(bench.receive(ARPPacket.asked(Underlay.own).frame(to: Underlay.ownMAC)).count == 1)
    }

    @Test("A probe for our address is answered, and its sender's lack of an address returned")
    func answersProbe() throws {
        var bench = HostBench()
        guard case .transmit(_, let frame)? = bench.receive(UnderlayFrames.arpProbe).first else {
            Issue.record("no reply")
            return
        }
        let reply = try ARPPacket(frame: frame)
        #expect(reply.senderAddress == Underlay.own)
        #expect(reply.targetAddress.isUnspecified)
        #expect(reply.targetMAC == Underlay.peerMAC)
    }

    @Test("Each port answers for its own addresses only")
    func answersPerPort() {
        var bench = HostBench(ports: [
            Underlay.port(), Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["198.51.100.1/24"]),
        ])
        let question = ARPPacket.asked(Underlay.own).frame(to: .broadcast)
        #expect(bench.receive(question, on: Underlay.wan1) == [])
        #expect(bench.host.counters[.arpNotOurs] == 1)
        #expect(bench.receive(question).count == 1)
    }

    @Test("A next hop is asked for by broadcast from the address of its subnet, and its answer is used")
    func resolves() throws {
        var bench = HostBench()
        #expect(try bench.require() == [])
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: Underlay.wan0, frame: UnderlayFrames.arpRequest)])
        let reply = ARPPacket.asked(Underlay.peer, by: Underlay.own, at: Underlay.ownMAC).reply(from: Underlay.peerMAC)
        #expect(
            bench.receive(reply.frame(to: Underlay.ownMAC)) == [
                .neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: Underlay.peerMAC)
            ])
        #expect(bench.host.neighbors.mac(of: Underlay.hop) == Underlay.peerMAC)
        #expect(bench.host.counters.solicitations == 1)
        #expect(bench.host.counters.neighborsHeard == 1)
    }

    @Test("A confirmed next hop is probed at its MAC")
    func probes() throws {
        var bench = HostBench()
        _ = try bench.require()
        _ = bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast))
        let frame = ARPPacket.request(for: Underlay.peer, from: Underlay.own, at: Underlay.ownMAC)
            .frame(to: Underlay.peerMAC)
        #expect(bench.run(.milliseconds(26_050)) == [.transmit(port: Underlay.wan0, frame: frame)])
    }

    @Test("A question from a next hop tells where it is and is answered as well")
    func learnsFromRequest() throws {
        var bench = HostBench()
        _ = try bench.require()
        #expect(
            bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast)) == [
                .neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: Underlay.peerMAC),
                .transmit(port: Underlay.wan0, frame: UnderlayFrames.arpReply),
            ])
    }

    @Test("A gratuitous announcement moves a next hop at once")
    func gratuitous() throws {
        var bench = HostBench()
        _ = try bench.require()
        _ = bench.receive(ARPPacket.announcement(of: Underlay.peer, at: Underlay.peerMAC).frame(to: .broadcast))
        let moved = ARPPacket.announcement(of: Underlay.peer, at: Underlay.otherMAC).frame(to: .broadcast)
        #expect(
            bench.receive(moved) == [
                .neighborChanged(port: Underlay.wan0, address: Underlay.peer, mac: Underlay.otherMAC)
            ])
    }

    @Test("A next hop that does not answer is an event")
    func unreachable() throws {
        var bench = HostBench()
        _ = try bench.require()
        let events = bench.run(.seconds(60)).filter { if case .event = $0 { true } else { false } }
        #expect(events == [.event(.neighborUnreachable(port: Underlay.wan0, address: Underlay.peer))])
    }

    @Test(
        "Without an address of the family nothing can be asked, and nothing is sent",
        arguments: [("2001:db8::1/64", "192.0.2.2"), ("192.0.2.1/24", "2001:db8::2")])
    func noSource(own: String, hop: String) throws {
        var bench = HostBench(ports: [Underlay.port(addresses: [own])])
        _ = try bench.require(Underlay.key(hop))
        #expect(bench.run(.seconds(2)) == [])
        #expect(bench.host.counters.solicitations == 0)
    }

    @Test(
        "What is none of our business is counted by reason",
        arguments: [
            (ARPPacket.asked(Underlay.gateway).frame(to: .broadcast), PuntDropReason.arpNotOurs),
            (ARPPacket.asked(Underlay.gateway).reply(from: Underlay.otherMAC).frame(to: .broadcast), .arpUnsolicited),
            (UnderlayFrames.arpRequest, .ownFrame),
            (ARPPacket.asked(Underlay.own).frame(to: Underlay.otherMAC), .macNotOurs),
            (ARPPacket.asked(Underlay.own).frame(to: MACAddress(1, 0, 0x5E, 0, 0, 1)), .macNotOurs),
            (UnderlayFrames.arpProbe.replacing(6, 3), .sourceMACInvalid),
            (UnderlayFrames.arpProbe.replacing(6, 0, 0, 0, 0, 0, 0), .sourceMACInvalid),
            (UnderlayFrames.arpProbe.replacing(12, 0x88, 0xCC), .etherType),
            (UnderlayFrames.arpProbe.replacing(22, 2, 0, 0, 0, 0, 1), .ownFrame),
            ([UInt8](UnderlayFrames.arpProbe[..<13]), .frameShort),
            ([UInt8](UnderlayFrames.arpProbe[..<41]), .arpShort),
        ])
    func ignored(frame: [UInt8], reason: PuntDropReason) {
        var bench = HostBench()
        #expect(bench.receive(frame) == [])
        #expect(bench.host.counters[reason] == 1)
        #expect(bench.host.counters.dropped == 1)
    }

    @Test("Frames from a port that is no underlay port are counted")
    func unknownPort() {
        var bench = HostBench()
        #expect(bench.receive(UnderlayFrames.arpProbe, on: PortIndex(77)) == [])
        #expect(bench.host.counters[.portUnknown] == 1)
    }
}
