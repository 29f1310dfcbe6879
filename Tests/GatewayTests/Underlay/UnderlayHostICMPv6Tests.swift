import Dataplane
import Gateway
import Testing

@Suite("Underlay host: ICMPv6 and what leads to nothing")
struct UnderlayHostICMPv6Tests {
    @Test("An echo request to our address is answered out of the same port")
    func answers() {
        var bench = HostBench(ports: [Underlay.port6()])
        #expect(bench.receive(NDFrames.echoRequest) == [.transmit(port: Underlay.wan0, frame: NDFrames.echoReply)])
        #expect(bench.host.counters.echoReplies == 1)
    }

    @Test("The link-local address is answered for, to link-local hosts")
    func answersForLinkLocal() throws {
        var bench = HostBench(ports: [Underlay.port6()])
        let request = NDFrames.echoRequest.replacing(NDOffset.source, address: "fe80::ff:fe00:2")
            .replacing(NDOffset.destination, address: "fe80::ff:fe00:1")
        guard case .transmit(_, let frame)? = bench.receive(request).first else {
            Issue.record("no reply")
            return
        }
        let header = try IPv6Header(frame: frame)
        #expect(header.source == Underlay.linkLocal && header.destination == Underlay.peerLinkLocal)
    }

    @Test("A link-local address of ours on another link may be somebody else's here")
    func linkLocalElsewhere() {
        var bench = HostBench(ports: [
            Underlay.port6(addresses: ["2001:db8::1/64"]),
            Underlay.port6(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["fe80::7/64"]),
        ])
        let request = NDFrames.echoRequest.replacing(NDOffset.source, address: "fe80::7")
        #expect(bench.receive(request).count == 1)
        #expect(bench.receive(NDFrames.echoRequest.replacing(NDOffset.source, address: "fe80::ff:fe00:1")) == [])
        #expect(bench.host.counters[.ownSourceAddress] == 1)
    }

    @Test("A reply up to the port's MTU is sent, and none beyond", arguments: [(1552, true), (1553, false)])
    func bounded(byteCount: Int, isAnswered: Bool) {
        var bench = HostBench(ports: [Underlay.port6()])
        let actions = bench.receive(echoRequest6(data: [UInt8](repeating: 7, count: byteCount)))
        #expect(actions.isEmpty != isAnswered)
        #expect(bench.host.counters[.echoTooLarge] == (isAnswered ? 0 : 1))
    }

    /// One frame or more for each reason that IPv6 has.
    private static let badFrames: [(frame: [UInt8], reason: PuntDropReason)] = [
        (toGroup(NDFrames.echoRequest), .linkBroadcast),
        (NDFrames.echoRequest.replacing(0, 255, 255, 255, 255, 255, 255), .linkBroadcast),
        (toGroup(NDFrames.confirmation), .linkBroadcast),
        (NDFrames.question.replacing(0, 2, 0, 0, 0, 0, 9), .macNotOurs),
        (NDFrames.ownProbe, .ownFrame),
        (NDFrames.question.replacing(80, 2, 0, 0, 0, 0, 1).withICMPv6Checksum, .ownFrame),
        (NDFrames.confirmation.replacing(80, 2, 0, 0, 0, 0, 1).withICMPv6Checksum, .ownFrame),

        ([UInt8](NDFrames.question[..<53]), .ipv6Short),
        (NDFrames.question.replacing(14, 0x40), .ipv6Version),
        (NDFrames.question.replacing(18, 0, 33), .ipv6Length),
        (NDFrames.question.replacing(20, 44), .ipv6Fragment),
        (NDFrames.question.replacing(20, 60), .ipv6Extension),
        (NDFrames.echoRequestHopByHop, .ipv6HopByHop),
        (NDFrames.question.replacing(NDOffset.source, address: "::ffff:192.0.2.2"), .ipv6Mapped),
        (NDFrames.echoRequest.replacing(20, 17), .ipProtocol),
        (NDFrames.echoRequest.replacing(NDOffset.destination, address: "2001:db8::9"), .notOurAddress),
        (NDFrames.question.replacing(NDOffset.destination, address: "ff02::2"), .notOurAddress),
        (NDFrames.question.replacing(NDOffset.destination, address: "ff02::1:ff00:9"), .notOurAddress),

        (NDFrames.echoRequest.replacing(18, 0, 3), .icmpv6Short),
        ([UInt8](NDFrames.echoRequest[..<61]).withICMPv6Length, .icmpv6Short),
        (NDFrames.echoRequest.replacing(56, 0), .icmpv6Checksum),
        (NDFrames.question.replacing(61, 1), .icmpv6Checksum),
        (NDFrames.echoRequest.replacing(54, 129).withICMPv6Checksum, .icmpv6Type),
        (NDFrames.echoRequest.replacing(54, 2).withICMPv6Checksum, .icmpv6Type),
        (NDFrames.echoRequest.replacing(54, 133).withICMPv6Checksum, .icmpv6Type),
        (NDFrames.echoRequest.replacing(55, 1).withICMPv6Checksum, .icmpv6Type),
        (toGroup(NDFrames.echoRequest.replacing(NDOffset.destination, address: "ff02::1")), .echoMulticast),
        (NDFrames.echoRequest.replacing(NDOffset.destination, address: "ff02::1:ff00:1"), .echoMulticast),
        (NDFrames.echoRequest.replacing(NDOffset.source, address: "2001:db8::1"), .ownSourceAddress),
        (NDFrames.echoRequest.replacing(NDOffset.source, address: "::"), .sourceAddressInvalid),
        (NDFrames.echoRequest.replacing(NDOffset.source, address: "::1"), .sourceAddressInvalid),
        (NDFrames.echoRequest.replacing(NDOffset.source, address: "ff02::1"), .sourceAddressInvalid),
        (NDFrames.question.replacing(NDOffset.source, address: "ff02::1"), .sourceAddressInvalid),
        (NDFrames.confirmation.replacing(NDOffset.source, address: "::"), .sourceAddressInvalid),
        (echoRequest6(data: [UInt8](repeating: 0, count: 2000)), .echoTooLarge),

        (NDFrames.question.replacing(NDOffset.hopLimit, 64), .ndHopLimit),
        (NDFrames.question.replacing(NDOffset.code, 1).withICMPv6Checksum, .ndCode),
        ([UInt8](NDFrames.question[..<77]).withICMPv6Length, .ndShort),
        (NDFrames.question.replacing(NDOffset.target, address: "ff02::1"), .ndTarget),
        (NDFrames.question.withOptions(1, 0), .ndOptionLength),
        (NDFrames.question.withOptions(1, 1, 1, 0, 0, 0, 0, 2), .ndLinkAddress),
        (NDFrames.peerProbe.replacing(NDOffset.destination, address: "ff02::1"), .ndProbeDestination),
        (NDFrames.peerProbe.withOptions(1, 1, 2, 0, 0, 0, 0, 2), .ndProbeLinkAddress),
        (toGroup(NDFrames.confirmation.replacing(NDOffset.destination, address: "ff02::1")), .ndSolicitedMulticast),
        (NDFrames.question.replacing(NDOffset.target, address: "2001:db8:9::1"), .ndNotOurs),
        (NDPeer.advertisement(of: "2001:db8::9", isSolicited: true, isOverride: true), .ndUnsolicited),
        (NDFrames.confirmation.withOptions(), .ndNoLinkAddress),
        (NDFrames.routerAdvertisement, .ndRouterAdvertisement),
        (NDFrames.redirect, .ndRedirect),
    ]

    @Test("What may not be answered or used is counted by reason", arguments: badFrames)
    func ignored(frame: [UInt8], reason: PuntDropReason) throws {
        var bench = HostBench(ports: [Underlay.port6()])
        _ = try bench.require(Underlay.hop6)
        #expect(bench.receive(frame) == [])
        #expect(bench.host.counters[reason] == 1)
        #expect(bench.host.counters.dropped == 1)
        #expect(bench.host.neighbors.state(of: Underlay.hop6) == .incomplete)
    }

    @Test("There is a frame for every reason that only IPv6 has")
    func complete() {
        let reached = Set(UnderlayHostICMPv6Tests.badFrames.map(\.reason))
        let prefixes = ["ipv6_", "icmpv6_", "nd_"]
        let reasons = PuntDropReason.allCases.filter { reason in prefixes.contains { reason.name.hasPrefix($0) } }
        #expect(reasons.count > 20)
        #expect(reasons.filter { !reached.contains($0) }.isEmpty)
    }

    @Test("A port without IPv6 addresses is in no group")
    func withoutIPv6() {
        var bench = HostBench()
        #expect(bench.receive(NDPeer.claim(of: "2001:db8::1")) == [])
        #expect(bench.receive(NDFrames.question) == [])
        #expect(bench.host.counters[.notOurAddress] == 2)
    }

    private static func toGroup(_ frame: [UInt8]) -> [UInt8] { frame.replacing(0, 0x33, 0x33, 0, 0, 0, 1) }
}
