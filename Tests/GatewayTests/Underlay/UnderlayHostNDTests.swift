import Dataplane
import Gateway
import Testing

private let hop = Underlay.hop6
private let wan0 = Underlay.wan0
private let learned = UnderlayAction.neighborChanged(port: Underlay.wan0, address: Underlay.peer6, mac: Underlay.peerMAC)

@Suite("Underlay host: neighbour discovery")
struct UnderlayHostNDTests {
    private static let bench = HostBench(ports: [Underlay.port6()])

    @Test("A solicitation of our address is answered to the asker alone")
    func answers() {
        var bench = UnderlayHostNDTests.bench
        #expect(bench.receive(NDFrames.question) == [.transmit(port: wan0, frame: NDFrames.answer)])
        #expect(bench.host.counters.ndReplies == 1)
    }

    @Test("A solicitation sent to our address, with and without the asker's MAC, is answered like one to the group")
    func answersUnicast() {
        var bench = UnderlayHostNDTests.bench
        var question = NDFrames.question.replacing(NDOffset.destination, address: "2001:db8::1")
        question.replaceSubrange(0..<6, with: Underlay.ownMAC.octets)
        #expect(bench.receive(question) == [.transmit(port: wan0, frame: NDFrames.answer)])
        #expect(bench.receive(question.withOptions()) == [.transmit(port: wan0, frame: NDFrames.answer)])
    }

    @Test("The answer goes to the MAC that the asker gives, whoever carried the frame")
    func answersToOption() {
        var bench = UnderlayHostNDTests.bench
        let question = NDFrames.question.replacing(6, 2, 0, 0, 0, 0, 3)
        #expect(bench.receive(question) == [.transmit(port: wan0, frame: NDFrames.answer)])
    }

    @Test("Our link-local address is answered for, to link-local askers too")
    func answersForLinkLocal() throws {
        var bench = UnderlayHostNDTests.bench
        let question = NDPeer.question(for: "fe80::ff:fe00:1", from: "fe80::ff:fe00:2")
        guard case .transmit(_, let frame)? = bench.receive(question).first else {
            Issue.record("no answer")
            return
        }
        let header = try IPv6Header(frame: frame)
        let answer = try NeighborAdvertisement(ICMPv6Message(frame: frame, header: header))
        #expect(header.source == Underlay.linkLocal && header.destination == Underlay.peerLinkLocal)
        #expect(answer.target == Underlay.linkLocal && answer.isSolicited && answer.isOverride)
    }

    @Test("A probe for an address of ours is answered to all nodes: whoever probes must not have it")
    func answersProbe() {
        var bench = UnderlayHostNDTests.bench
        #expect(bench.receive(NDFrames.peerProbe) == [.transmit(port: wan0, frame: NDFrames.announcement)])
        #expect(bench.receive(NDPeer.probe(for: "fe80::ff:fe00:1")) == [.transmit(port: wan0, frame: NDFrames.linkLocalAnnouncement)])
        #expect(bench.host.counters.ndReplies == 2)
        #expect(bench.host.counters.conflicts == 0)
    }

    @Test("A probe by Linux, with its nonce, is answered")
    func answersLinuxProbe() {
        var bench = HostBench(ports: [Underlay.port6(mac: MACAddress(2, 0, 0, 1, 0x0B, 1), addresses: ["fe80::ff:fe01:a01/64"])])
        #expect(bench.receive(LinuxFrames.probe).count == 1)
    }

    @Test("Between Linux hosts the gateway says what Linux said")
    func answersAsLinux() {
        var bench = HostBench(ports: [Underlay.port6(mac: LinuxFrames.mac, addresses: [LinuxFrames.address])])
        #expect(bench.receive(LinuxFrames.solicitation) == [.transmit(port: wan0, frame: LinuxFrames.advertisement)])
        let reply = LinuxFrames.echoReply.replacing(14, 0x60, 0, 0, 0)
        #expect(bench.receive(LinuxFrames.echoRequest) == [.transmit(port: wan0, frame: reply)])
    }

    @Test("Each port answers for its own addresses only")
    func answersPerPort() {
        var bench = HostBench(ports: [
            Underlay.port6(), Underlay.port6(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["2001:db8:1::2/64"]),
        ])
        let question = NDPeer.question(for: "2001:db8::3")
        #expect(bench.receive(question) == [])
        #expect(bench.host.counters[.notOurAddress] == 1)
        #expect(bench.receive(NDFrames.question, on: Underlay.wan1) == [])
        #expect(bench.host.counters[.notOurAddress] == 2)
        #expect(bench.receive(NDFrames.question).count == 1)
    }
}

@Suite("Underlay host: IPv6 next hops")
struct UnderlayHostNextHopTests {
    @Test("A next hop is solicited in its group from the address of its subnet, and its answer is used")
    func resolves() throws {
        var bench = HostBench(ports: [Underlay.port6(addresses: ["2001:db8:1::1/64", "2001:db8::1/64"])])
        #expect(try bench.require(hop) == [])
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: wan0, frame: NDFrames.solicitation)])
        #expect(bench.receive(NDFrames.confirmation) == [learned])
        #expect(bench.host.neighbors.state(of: hop) == .reachable)
        #expect(bench.host.counters.solicitations == 1)
        #expect(bench.host.counters.neighborsHeard == 1)
    }

    @Test("A confirmed next hop is probed at its MAC, and its answer confirms it again")
    func probes() throws {
        var bench = try HostBench.resolved6()
        let probe = UnderlayAction.transmit(port: wan0, frame: NDFrames.unicastProbe)
        #expect(bench.run(.milliseconds(26_050)) == [probe])
        #expect(bench.host.neighbors.state(of: hop) == .probing)
        #expect(bench.receive(NDFrames.confirmation) == [])
        #expect(bench.host.neighbors.state(of: hop) == .reachable)
        #expect(bench.run(.milliseconds(26_050)) == [probe])
    }

    @Test("A next hop that does not answer is asked everybody at last, loses its MAC, and is an event")
    func lost() throws {
        var bench = try HostBench.resolved6()
        let probe = UnderlayAction.transmit(port: wan0, frame: NDFrames.unicastProbe)
        #expect(
            bench.run(.milliseconds(30_500)) == [
                probe, probe, probe, .transmit(port: wan0, frame: NDFrames.solicitation),
                .neighborChanged(port: wan0, address: Underlay.peer6, mac: nil),
                .event(.neighborUnreachable(port: wan0, address: Underlay.peer6)),
            ])
    }

    @Test("A link-local gateway is solicited from our link-local address, and used")
    func linkLocalGateway() throws {
        var bench = HostBench(ports: [Underlay.port6()])
        let key = PortAddress(port: wan0, address: Underlay.router)
        _ = try bench.require(key)
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: wan0, frame: NDFrames.routerSolicitation)])
        let answer = NDPeer.advertisement(of: "fe80::fe", isSolicited: true, isOverride: true)
            .replacing(NDOffset.destination, address: "fe80::ff:fe00:1")
        #expect(
            bench.receive(answer) == [.neighborChanged(port: wan0, address: Underlay.router, mac: Underlay.peerMAC)])
        #expect(bench.host.neighbors.state(of: key) == .reachable)
    }

    @Test("The same link-local address behind two ports is two next hops")
    func linkLocalPerPort() throws {
        var bench = HostBench(ports: [
            Underlay.port6(), Underlay.port6(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["2001:db8:1::1/64"]),
        ])
        let keys = [wan0, Underlay.wan1].map { PortAddress(port: $0, address: Underlay.router) }
        for key in keys { _ = try bench.require(key) }
        let answer = NDPeer.advertisement(of: "fe80::fe", isSolicited: true, isOverride: true)
            .replacing(NDOffset.destination, address: "fe80::ff:fe00:1")
        _ = bench.receive(answer)
        #expect(keys.map { bench.host.neighbors.mac(of: $0) } == [Underlay.peerMAC, nil])
    }

    @Test("Beyond its subnets a port asks from its link-local address")
    func offLinkGateway() throws {
        var bench = HostBench(ports: [Underlay.port6(addresses: ["2001:db8::1/128"])])
        _ = try bench.require(hop)
        guard case .transmit(_, let frame)? = bench.run(.milliseconds(50)).first else {
            Issue.record("nothing asked")
            return
        }
        #expect(try IPv6Header(frame: frame).source == Underlay.linkLocal)
    }

    @Test("A question from a next hop tells where it is, and is answered; that it hears us is still to be confirmed")
    func learnsFromQuestion() throws {
        var bench = HostBench(ports: [Underlay.port6()])
        _ = try bench.require(hop)
        #expect(bench.receive(NDFrames.question) == [learned, .transmit(port: wan0, frame: NDFrames.answer)])
        #expect(bench.host.neighbors.state(of: hop) == .probing)
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: wan0, frame: NDFrames.unicastProbe)])
    }

    @Test("A question for another host is not looked at, even from a next hop")
    func othersQuestion() throws {
        var bench = try HostBench.resolved6()
        let question = NDPeer.question(for: "2001:db8:9::1", at: Underlay.otherMAC)
        #expect(bench.receive(question) == [])
        #expect(bench.host.counters[.ndNotOurs] == 1)
        #expect(bench.host.neighbors.mac(of: hop) == Underlay.peerMAC)
    }

    @Test("An announcement moves a next hop at once, and the new MAC is probed")
    func moves() throws {
        var bench = try HostBench.resolved6()
        bench.clock.advance(.seconds(5))
        let moved = NDPeer.advertisement(at: Underlay.otherMAC, isSolicited: false, isOverride: true)
        #expect(bench.receive(moved) == [.neighborChanged(port: wan0, address: Underlay.peer6, mac: Underlay.otherMAC)])
        #expect(bench.host.neighbors.state(of: hop) == .probing)
        var probe = NDFrames.unicastProbe
        probe.replaceSubrange(0..<6, with: Underlay.otherMAC.octets)
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: wan0, frame: probe)])
    }

    @Test("An advertisement that does not override leaves the MAC and has it probed")
    func rival() throws {
        var bench = try HostBench.resolved6()
        bench.clock.advance(.seconds(5))
        #expect(bench.receive(NDPeer.advertisement(at: Underlay.otherMAC, isSolicited: false, isOverride: false)) == [])
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: wan0, frame: NDFrames.unicastProbe)])
        #expect(bench.host.neighbors.mac(of: hop) == Underlay.peerMAC)
    }

    @Test("An answer without a MAC confirms the one that was probed")
    func withoutOption() throws {
        var bench = try HostBench.resolved6()
        _ = bench.run(.milliseconds(26_050))
        #expect(bench.receive(NDFrames.confirmation.withOptions()) == [])
        #expect(bench.host.neighbors.state(of: hop) == .reachable)
    }

    @Test("Next hops of both families share a port")
    func dualStack() throws {
        var bench = HostBench(ports: [Underlay.port6(addresses: ["192.0.2.1/24", "2001:db8::1/64"])])
        _ = try bench.require()
        _ = try bench.require(hop)
        #expect(
            bench.run(.milliseconds(50)) == [
                .transmit(port: wan0, frame: UnderlayFrames.arpRequest), .transmit(port: wan0, frame: NDFrames.solicitation),
            ])
    }

    @Test("An IPv4 next hop cannot be moved through IPv6")
    func mapped() throws {
        var bench = try HostBench.resolved()
        _ = bench.update(Underlay.port6(addresses: ["192.0.2.1/24", "2001:db8::1/64"]))
        let target = NDFrames.confirmation.replacing(NDOffset.optionMAC, 2, 0, 0, 0, 0, 3)
            .replacing(NDOffset.target, address: "::ffff:192.0.2.2")
        let source = NDPeer.question(for: "2001:db8::1", from: "::ffff:192.0.2.2", at: Underlay.otherMAC)
        for frame in [target, source] { #expect(bench.receive(frame) == []) }
        #expect(bench.host.counters[.ndTarget] == 1)
        #expect(bench.host.counters[.ipv6Mapped] == 1)
        #expect(bench.host.neighbors.mac(of: Underlay.hop) == Underlay.peerMAC)
    }

    @Test("Nothing is sent into a link that is down, and one that comes up is probed, told and asked")
    func links() throws {
        var bench = try HostBench.resolved6()
        bench.clock.advance(.seconds(5))
        let lost = UnderlayAction.neighborChanged(port: wan0, address: Underlay.peer6, mac: nil)
        #expect(bench.host.linkChanged(onPort: wan0, isUp: false, now: bench.clock.now) == [lost])
        #expect(bench.run(.seconds(2)) == [])
        #expect(bench.host.linkChanged(onPort: wan0, isUp: true, now: bench.clock.now) == [])
        let probes = [Underlay.own6, Underlay.linkLocal].map {
            UnderlayAction.transmit(port: wan0, frame: NeighborSolicitation.probe(for: $0).frame(from: Underlay.ownMAC, to: nil))
        }
        let ask = UnderlayAction.transmit(port: wan0, frame: NDFrames.solicitation)
        #expect(bench.run(.milliseconds(100)) == probes + [ask])
    }
}
