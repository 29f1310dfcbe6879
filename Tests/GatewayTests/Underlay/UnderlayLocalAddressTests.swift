import Dataplane
import Gateway
import Testing

private let wan0 = Underlay.wan0
private let wan1 = Underlay.wan1

/// VTEP addresses of the whole gateway, and IPv6 addresses that come and go.
@Suite("Underlay host: VTEP addresses and reload with IPv6")
struct UnderlayLocalAddressTests {
    private let ports = [
        Underlay.port6(addresses: ["192.0.2.1/24", "2001:db8::1/64"]),
        Underlay.port6(wan1, mac: Underlay.ownMAC1, addresses: ["198.51.100.1/24", "2001:db8:1::1/64"]),
    ]

    @Test("Every underlay port answers for them, in ARP, neighbour discovery and echo")
    func answers() {
        var bench = HostBench(ports: ports, localAddresses: ["203.0.113.1", "2001:db8:ffff::1"])
        let echo = withHeaderChecksum(UnderlayFrames.echoRequest.replacing(30, 203, 0, 113, 1))
        let echo6 = NDFrames.echoRequest.replacing(NDOffset.destination, address: "2001:db8:ffff::1")
        for (port, mac) in [(wan0, Underlay.ownMAC), (wan1, Underlay.ownMAC1)] {
            #expect(bench.receive(ARPPacket.asked(Underlay.address("203.0.113.1")).frame(to: .broadcast), on: port).count == 1)
            #expect(bench.receive(NDPeer.question(for: "2001:db8:ffff::1"), on: port).count == 1)
            for frame in [echo, echo6] {
                var frame = frame
                frame.replaceSubrange(0..<6, with: mac.octets)
                #expect(bench.receive(frame, on: port).count == 1)
            }
        }
        #expect(bench.host.counters.dropped == 0)
    }

    @Test("They are solicited in their groups on every underlay port")
    func groups() {
        let bench = HostBench(ports: ports, localAddresses: ["203.0.113.1", "2001:db8:ffff::42"])
        let group = Underlay.address("ff02::1:ff00:42")
        #expect(bench.host.solicitedNodeGroups[wan0]?.contains(group) == true)
        #expect(bench.host.solicitedNodeGroups[wan1]?.contains(group) == true)
    }

    @Test("They are announced, and probed, on the link whose subnet they are of, and on no other")
    func announced() throws {
        var host = UnderlayHost()
        var clock = Underlay.Clock()
        let local = ["203.0.113.1", "198.51.100.7", "2001:db8::7", "2001:db8:ffff::1"].map(Underlay.address)
        _ = host.update(ports: ports, localAddresses: local, now: clock.now)
        var announced: [PortAddress] = []
        for _ in 0..<10 {
            for case .transmit(let port, let frame) in host.tick(now: clock.now) {
                let address = (try? ARPPacket(frame: frame).senderAddress) ?? (try? IPv6Header(frame: frame).source)
                if let address, local.contains(address) { announced.append(PortAddress(port: port, address: address)) }
            }
            clock.advance(.milliseconds(500))
        }
        let expected = [PortAddress(port: wan0, address: local[2]), PortAddress(port: wan1, address: local[1])]
        #expect(announced.sorted() == expected.flatMap { [$0, $0] })
    }

    @Test("Somebody else with one of them is a conflict on any link, told and defended")
    func conflict() {
        var bench = HostBench(ports: ports, localAddresses: ["2001:db8:ffff::1"])
        let actions = bench.receive(NDPeer.claim(of: "2001:db8:ffff::1"), on: wan1)
        #expect(actions.count == 2)
        #expect(
            actions.last
                == .event(.addressConflict(port: wan1, address: Underlay.address("2001:db8:ffff::1"), mac: Underlay.otherMAC)))
    }

    @Test("Without them nobody is answered any more, and they may come back")
    func comeAndGo() {
        var bench = HostBench(ports: ports, localAddresses: ["203.0.113.1", "2001:db8:ffff::1"])
        let questions = [
            ARPPacket.asked(Underlay.address("203.0.113.1")).frame(to: .broadcast), NDPeer.question(for: "2001:db8:ffff::1"),
        ]
        #expect(bench.host.update(ports: ports, now: bench.clock.now) == [])
        for question in questions { #expect(bench.receive(question) == []) }
        #expect(bench.receive(NDPeer.claim(of: "2001:db8:ffff::1")) == [])
        #expect(bench.host.counters.conflicts == 0)
        let local = ["203.0.113.1", "2001:db8:ffff::1"].map(Underlay.address)
        #expect(bench.host.update(ports: ports, localAddresses: local, now: bench.clock.now) == [])
        for question in questions { #expect(bench.receive(question).count == 1) }
        #expect(bench.run(.seconds(5)) == [])
    }

    @Test("A port without an IPv6 address of its own has a link-local one as soon as it answers for an IPv6 VTEP address")
    func unnumbered() throws {
        var bench = HostBench(ports: [Underlay.port6(addresses: [])], localAddresses: ["2001:db8:ffff::1"])
        _ = try bench.require(PortAddress(port: wan0, address: Underlay.router))
        #expect(bench.run(.milliseconds(50)) == [.transmit(port: wan0, frame: NDFrames.routerSolicitation)])
    }

    @Test("A new IPv6 address is probed, announced and answered for, the old ones are left in peace")
    func addressAdded() {
        var bench = HostBench(ports: [Underlay.port6()])
        #expect(bench.update(Underlay.port6(addresses: ["2001:db8::1/64", "2001:db8::5/64"])) == [])
        let added = Underlay.address("2001:db8::5")
        let probe = NeighborSolicitation.probe(for: added).frame(from: Underlay.ownMAC, to: nil)
        let frame = NeighborAdvertisement(announcing: added, at: Underlay.ownMAC).frame(from: Underlay.ownMAC, to: .broadcast)
        #expect(bench.run(.seconds(5)) == [probe, frame, frame].map { .transmit(port: wan0, frame: $0) })
        #expect(bench.receive(NDPeer.question(for: "2001:db8::5")).count == 1)
        #expect(bench.receive(NDFrames.question).count == 1)
    }

    @Test("The last IPv6 address takes the link-local one along")
    func lastAddressRemoved() {
        var bench = HostBench(ports: [Underlay.port6(addresses: ["192.0.2.1/24", "2001:db8::1/64"])])
        _ = bench.update(Underlay.port())
        #expect(bench.receive(NDPeer.question(for: "fe80::ff:fe00:1")) == [])
        #expect(bench.receive(NDPeer.claim(of: "fe80::ff:fe00:1")) == [])
        #expect(bench.host.counters.conflicts == 0)
        #expect(bench.run(.seconds(5)) == [])
    }

    @Test("A port whose MAC changed has another link-local address, and probes and announces all it has")
    func macChanged() {
        var bench = HostBench(ports: [Underlay.port6()])
        _ = bench.update(Underlay.port6(mac: Underlay.ownMAC1))
        let probes = [Underlay.own6, IPAddress(linkLocalOf: Underlay.ownMAC1)].map {
            UnderlayAction.transmit(port: wan0, frame: NeighborSolicitation.probe(for: $0).frame(from: Underlay.ownMAC1, to: nil))
        }
        #expect(bench.run(.milliseconds(900)) == probes)
        #expect(bench.receive(NDPeer.question(for: "fe80::ff:fe00:1")) == [])
    }

    @Test("After any sequence of updates the host answers as one freshly started with the last of them")
    func equalsFreshStart() {
        let seed = UInt64.random(in: 0...(.max))
        print("underlay IPv6 reload seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = HostBench(ports: [])
        for _ in 0..<200 {
            let ports = randomPorts(using: &random)
            let local = ["2001:db8::6", "2001:db8:ffff::1"].filter { _ in Bool.random(using: &random) }
            _ = bench.host.update(ports: ports, localAddresses: local.map(Underlay.address), now: bench.clock.now)
            _ = bench.run(.seconds(Int.random(in: 0...4, using: &random)))
            var fresh = HostBench(ports: ports, localAddresses: local)
            #expect(bench.host.solicitedNodeGroups == fresh.host.solicitedNodeGroups, "seed \(seed)")
            for port in [wan0, wan1] {
                let targets = (1...6).map { "2001:db8::\($0)" } + ["2001:db8:ffff::1", "fe80::ff:fe00:1", "fe80::ff:fe00:101"]
                for question in targets.map({ NDPeer.question(for: $0, from: "2001:db8::99") }) {
                    #expect(bench.receive(question, on: port) == fresh.receive(question, on: port), "seed \(seed)")
                }
            }
        }
    }

    private func randomPorts(using random: inout SeededRandom) -> [UnderlayPort] {
        [(wan0, Underlay.ownMAC, 1...3), (wan1, Underlay.ownMAC1, 4...5)].compactMap { index, mac, hosts in
            guard Int.random(in: 0..<4, using: &random) > 0 else { return nil }
            let addresses = hosts.filter { _ in Bool.random(using: &random) }.map { "2001:db8::\($0)/64" }
            return Underlay.port6(index, mac: mac, addresses: addresses)
        }
    }
}
