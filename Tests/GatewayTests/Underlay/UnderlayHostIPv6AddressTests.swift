import Dataplane
import Gateway
import Testing

private let wan0 = Underlay.wan0
private let announcement = UnderlayAction.transmit(port: Underlay.wan0, frame: NDFrames.announcement)
private let linkLocalAnnouncement = UnderlayAction.transmit(port: Underlay.wan0, frame: NDFrames.linkLocalAnnouncement)
private let probe = UnderlayAction.transmit(port: Underlay.wan0, frame: NDFrames.ownProbe)
private let linkLocalProbe = UnderlayAction.transmit(
    port: Underlay.wan0, frame: NeighborSolicitation.probe(for: Underlay.linkLocal).frame(from: Underlay.ownMAC, to: nil))

@Suite("Underlay host: our IPv6 addresses")
struct UnderlayHostIPv6AddressTests {
    private let conflict = UnderlayAction.event(.addressConflict(port: wan0, address: Underlay.own6, mac: Underlay.otherMAC))

    @Test("At the start each address is probed once, and a second later announced twice, two seconds apart")
    func announces() {
        var host = UnderlayHost()
        var clock = Underlay.Clock()
        _ = host.update(ports: [Underlay.port6()], now: clock.now)
        #expect(host.tick(now: clock.now) == [probe, linkLocalProbe])
        clock.advance(.milliseconds(999))
        #expect(host.tick(now: clock.now) == [])
        clock.advance(.milliseconds(1))
        #expect(host.tick(now: clock.now) == [announcement, linkLocalAnnouncement])
        clock.advance(.milliseconds(1999))
        #expect(host.tick(now: clock.now) == [])
        clock.advance(.milliseconds(1))
        #expect(host.tick(now: clock.now) == [announcement, linkLocalAnnouncement])
        clock.advance(.seconds(100))
        #expect(host.tick(now: clock.now) == [])
        #expect(host.counters.probes == 2)
        #expect(host.counters.announcements == 4)
    }

    @Test("IPv4 addresses are not probed, and wait for no probe")
    func bothFamilies() {
        var host = UnderlayHost()
        let clock = Underlay.Clock()
        _ = host.update(ports: [Underlay.port6(addresses: ["192.0.2.1/24", "2001:db8::1/64"])], now: clock.now)
        #expect(
            host.tick(now: clock.now) == [.transmit(port: wan0, frame: UnderlayFrames.arpAnnouncement), probe, linkLocalProbe])
    }

    @Test("While its probe is out an address is answered for already")
    func usedAtOnce() {
        var host = UnderlayHost()
        let clock = Underlay.Clock()
        _ = host.update(ports: [Underlay.port6()], now: clock.now)
        _ = host.tick(now: clock.now)
        #expect(host.receive(frame: NDFrames.question, onPort: wan0, now: clock.now).count == 1)
    }

    @Test("The answer to our probe is a conflict: told, and defended at once")
    func duplicate() {
        var host = UnderlayHost()
        let clock = Underlay.Clock()
        _ = host.update(ports: [Underlay.port6()], now: clock.now)
        _ = host.tick(now: clock.now)
        let claim = NDPeer.claim(of: "2001:db8::1")
        #expect(host.receive(frame: claim, onPort: wan0, now: clock.now) == [announcement, conflict])
        #expect(host.counters.conflicts == 1)
    }

    @Test("Somebody else with our address is a conflict in any message: announcing, answering, asking")
    func conflicts() {
        let answer = NDPeer.advertisement(of: "2001:db8::1", at: Underlay.otherMAC, isSolicited: true, isOverride: false)
        let answerForUs = answer.replacing(NDOffset.source, address: "2001:db8::9")
        let question = NDPeer.question(for: "2001:db8:9::1", from: "2001:db8::1", at: Underlay.otherMAC)
        for frame in [NDPeer.claim(of: "2001:db8::1"), answer, answerForUs, question, answer.withOptions()] {
            var bench = HostBench(ports: [Underlay.port6()])
            #expect(bench.receive(frame) == [announcement, conflict])
            #expect(bench.host.counters.conflicts == 1)
        }
    }

    @Test("The link-local address is defended as well")
    func linkLocal() {
        var bench = HostBench(ports: [Underlay.port6()])
        #expect(
            bench.receive(NDPeer.claim(of: "fe80::ff:fe00:1")) == [
                linkLocalAnnouncement, .event(.addressConflict(port: wan0, address: Underlay.linkLocal, mac: Underlay.otherMAC)),
            ])
    }

    @Test("It is defended at most every ten seconds, and every claim is counted")
    func defenceIsLimited() {
        var bench = HostBench(ports: [Underlay.port6()])
        let claim = NDPeer.claim(of: "2001:db8::1")
        _ = bench.receive(claim)
        bench.clock.advance(.milliseconds(9999))
        #expect(bench.receive(claim) == [])
        bench.clock.advance(.milliseconds(1))
        #expect(bench.receive(claim) == [announcement, conflict])
        #expect(bench.host.counters.conflicts == 3)
    }

    @Test("Two of our ports on one link are no conflict, whichever of their MACs is seen where")
    func ownPorts() {
        var bench = HostBench(ports: [
            Underlay.port6(), Underlay.port6(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["2001:db8:1::1/64"]),
        ])
        for frame in [NDFrames.announcement, NDFrames.ownProbe, NDFrames.solicitation] {
            #expect(bench.receive(frame, on: Underlay.wan1) == [])
        }
        let carried = NDPeer.claim(of: "2001:db8::1", at: Underlay.ownMAC1).replacing(6, 2, 0, 0, 0, 0, 3)
        #expect(bench.receive(carried) == [])
        #expect(bench.host.counters[.ownFrame] == 4)
        #expect(bench.host.counters.conflicts == 0)
    }

    @Test("Each IPv6 address of a port is solicited in its group; addresses that end alike share one")
    func groups() {
        var bench = HostBench(ports: [
            Underlay.port6(addresses: ["192.0.2.1/24", "2001:db8::1/64", "2001:db8:1::1/64", "2001:db8::2:3/64"]),
            Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["198.51.100.1/24"]),
        ])
        #expect(
            bench.host.solicitedNodeGroups == [
                wan0: Set(["ff02::1:ff00:1", "ff02::1:ff02:3"].map(Underlay.address))
            ])
        _ = bench.update(Underlay.port(), localAddresses: ["198.51.100.9"])
        #expect(bench.host.solicitedNodeGroups.isEmpty)
    }
}

extension NDPeer {
    /// Tells all nodes that `address` is at `mac`.
    static func claim(of address: String, at mac: MACAddress = Underlay.otherMAC) -> [UInt8] {
        var frame = advertisement(of: address, at: mac, isSolicited: false, isOverride: true)
        frame.replaceSubrange(0..<6, with: MACAddress(group: .allNodes).octets)
        return frame.replacing(NDOffset.destination, address: "ff02::1")
    }
}
