import Dataplane
import Gateway
import Testing

@Suite("Membership packets that are heard")
struct MembershipPacketTests {
    private static func read(_ frame: [UInt8]) throws(PuntDropReason) -> MembershipPacket? {
        try MembershipPacket(frame: frame, behind: EthernetHeader(frame: frame))
    }

    private static func query(_ frame: [UInt8]) throws -> MembershipQuery? {
        guard case .query(let query)? = try read(frame)?.message else { return nil }
        return query
    }

    @Test(
        "Queries of every version by Scapy read back",
        arguments: [
            (MembershipFrames.igmpv1Query, MembershipVersion.igmpv1, nil, 10_000), (MembershipFrames.igmpv2Query, .igmpv2, nil, 10_000),
            (MembershipFrames.igmpv2GroupQuery, .igmpv2, "239.1.1.1", 1000), (MembershipFrames.igmpv3Query, .igmpv3, nil, 10_000),
            (MembershipFrames.igmpv3GroupQuery, .igmpv3, "239.1.1.1", 1000), (MembershipFrames.mldv1Query, .mldv1, nil, 10_000),
            (MembershipFrames.mldv1GroupQuery, .mldv1, "ff0e::1:2", 1000), (MembershipFrames.mldv2Query, .mldv2, nil, 10_000),
            (MembershipFrames.mldv2GroupQuery, .mldv2, "ff0e::1:2", 1000),
        ] as [([UInt8], MembershipVersion, String?, Int)])
    func reads(frame: [UInt8], version: MembershipVersion, group: String?, milliseconds: Int) throws {
        let query = try #require(try MembershipPacketTests.query(frame))
        #expect(query.version == version)
        #expect(query.group == group.map(Underlay.address))
        #expect(query.responseWithin == .milliseconds(milliseconds))
        #expect(query.sources.isEmpty)
        let isNewest = version == .igmpv3 || version == .mldv2
        #expect(query.robustness == (isNewest ? 3 : nil))
        #expect(query.queryInterval == (isNewest ? .seconds(60) : nil))
    }

    @Test("Sources of a query read back, and those of a query without a group are ignored")
    func sources() throws {
        let two = try MembershipPacketTests.query(MembershipFrames.igmpv3SourceQuery)?.sources
        #expect(two == ["198.51.100.9", "198.51.100.7"].map(Underlay.address))
        let two6 = try MembershipPacketTests.query(MembershipFrames.mldv2SourceQuery)?.sources
        #expect(two6 == ["2001:db8::9", "2001:db8::7"].map(Underlay.address))
        #expect(try MembershipPacketTests.query(HeardMembership.igmpv3(sources: ["192.0.2.7"]))?.sources == [])
    }

    @Test("Headers and reports read back")
    func headers() throws {
        let report = try #require(try MembershipPacketTests.read(MembershipFrames.igmpv2OtherReport))
        #expect(report.source == Underlay.address("192.0.2.3"))
        #expect(report.destination == Underlay.address("239.1.1.1"))
        #expect(report.message == .report(Underlay.address("239.1.1.1")))
        #expect(try MembershipPacketTests.read(MembershipFrames.igmpv1OtherReport)?.message == report.message)
        let report6 = try #require(try MembershipPacketTests.read(MembershipFrames.mldv1OtherReport))
        #expect(report6.source == Underlay.address("fe80::ff:fe00:3"))
        #expect(report6.message == .report(Underlay.address("ff0e::1:2")))
    }

    @Test(
        "Short floating point numbers are those of RFC 3376",
        arguments: [(0, 0), (1, 1), (127, 127), (128, 128), (129, 136), (0x8F, 248), (0x90, 256), (0xFF, 31744)])
    func float8(code: UInt8, number: Int) { #expect(MembershipQuery.floatCode8(code) == number) }

    @Test(
        "Long floating point numbers are those of RFC 3810",
        arguments: [(0, 0), (32767, 32767), (32768, 32768), (0x8001, 32776), (0x8FFF, 65528), (0x9000, 65536), (0xFFFF, 8_387_584)])
    func float16(code: UInt16, number: Int) { #expect(MembershipQuery.floatCode16(code) == number) }

    @Test("Only the newest versions write times in floating point")
    func times() throws {
        #expect(try MembershipPacketTests.query(HeardMembership.igmpv2(code: 0xFF))?.responseWithin == .milliseconds(25_500))
        #expect(try MembershipPacketTests.query(HeardMembership.igmpv3(code: 0xFF))?.responseWithin == .milliseconds(3_174_400))
        #expect(try MembershipPacketTests.query(HeardMembership.mldv1(code: 0xFFFF))?.responseWithin == .milliseconds(65_535))
        #expect(try MembershipPacketTests.query(HeardMembership.mldv2(code: 0xFFFF))?.responseWithin == .milliseconds(8_387_584))
        #expect(try MembershipPacketTests.query(HeardMembership.igmpv3(interval: 0x80))?.queryInterval == .seconds(128))
        #expect(try MembershipPacketTests.query(HeardMembership.mldv2(interval: 0xFF))?.queryInterval == .seconds(31_744))
    }

    @Test("What a querier leaves open has its default")
    func defaults() throws {
        for frame in [HeardMembership.igmpv3(robustness: 8, interval: 0), HeardMembership.mldv2(robustness: 0, interval: 0)] {
            let query = try #require(try MembershipPacketTests.query(frame))
            #expect(query.robustness == 2)
            #expect(query.queryInterval == .seconds(125))
        }
    }

    @Test(
        "The length alone tells an IGMP query's version",
        arguments: [(8, true), (9, false), (10, false), (11, false), (12, true), (13, true), (100, true)])
    func igmpLengths(byteCount: Int, isQuery: Bool) throws {
        let frame = HeardMembership.igmp([0x11, 100] + [UInt8](repeating: 0, count: byteCount - 2))
        guard isQuery else {
            #expect(throws: PuntDropReason.igmpLength) { try MembershipPacketTests.read(frame) }
            return
        }
        #expect(try MembershipPacketTests.query(frame)?.version == (byteCount == 8 ? .igmpv2 : .igmpv3))
    }

    @Test(
        "The length alone tells an MLD query's version",
        arguments: [(23, false), (24, true), (25, false), (27, false), (28, true), (30, true), (100, true)])
    func mldLengths(byteCount: Int, isQuery: Bool) throws {
        let frame = HeardMembership.mld([130] + [UInt8](repeating: 0, count: byteCount - 1))
        guard isQuery else {
            #expect(throws: PuntDropReason.mldLength) { try MembershipPacketTests.read(frame) }
            return
        }
        #expect(try MembershipPacketTests.query(frame)?.version == (byteCount == 24 ? .mldv1 : .mldv2))
    }

    @Test("An IGMP query needs no Router Alert, and any options do")
    func igmpOptions() throws {
        let message = [0x11, 100, 0, 0] + HeardMembership.wire("0.0.0.0")
        for options in [[], [1, 1, 1, 0], [0x94, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0], [UInt8](repeating: 1, count: 40)] as [[UInt8]] {
            #expect(try MembershipPacketTests.query(HeardMembership.igmp(message, options: options))?.version == .igmpv2)
        }
    }

    @Test("The Router Alert of MLD may stand among other options that may be skipped")
    func mldOptions() throws {
        let message = [130] + [UInt8](repeating: 0, count: 23)
        for options in [[0, 5, 2, 0, 0, 0], [1, 0, 5, 2, 0, 0], [0x3E, 6, 1, 2, 3, 4, 5, 6, 5, 2, 0, 0, 0, 0]] as [[UInt8]] {
            #expect(try MembershipPacketTests.query(HeardMembership.mld(message, options: options))?.version == .mldv1)
        }
    }

    @Test("Frames of other protocols are none of membership's")
    func others() throws {
        let mld = MembershipFrames.mldv2Query
        let frames = [
            UnderlayFrames.echoRequest, UnderlayFrames.arpRequest, mld.replacing(20, 17), mld.replacing(54, 17), mld.replacing(62, 135),
            mld.replacing(14, 0x40), [UInt8](mld[..<55]), [UInt8](mld[..<62]), [UInt8](MembershipFrames.igmpv2Query[..<23]),
        ]
        for frame in frames { #expect(try MembershipPacketTests.read(frame) == nil) }
    }

    @Test(
        "Each malformed field of IGMP is refused for its own reason",
        arguments: [
            ("short", [UInt8](MembershipFrames.igmpv2Query[..<33]), PuntDropReason.ipv4Short),
            ("version", MembershipFrames.igmpv2Query.replacing(14, 0x66), .ipv4Version),
            ("header of 16 bytes", MembershipFrames.igmpv2Query.replacing(14, 0x44), .ipv4Length),
            ("total length below the header", MembershipFrames.igmpv2Query.replacing(16, 0, 23), .ipv4Length),
            ("total length beyond the frame", MembershipFrames.igmpv2Query.replacing(16, 0, 47), .ipv4Length),
            ("IPv4 checksum", MembershipFrames.igmpv2Query.replacing(24, 0), .ipv4Checksum),
            ("fragment", withHeaderChecksum24(MembershipFrames.igmpv2Query.replacing(20, 0x20)), .ipv4Fragment),
            ("TTL 0", withHeaderChecksum24(MembershipFrames.igmpv2Query.replacing(22, 0)), .igmpTTL),
            ("TTL 2", withHeaderChecksum24(MembershipFrames.igmpv2Query.replacing(22, 2)), .igmpTTL),
            ("seven bytes", withHeaderChecksum24(MembershipFrames.igmpv2Query.replacing(16, 0, 31)), .igmpLength),
            ("no message", withHeaderChecksum24(MembershipFrames.igmpv2Query.replacing(16, 0, 24)), .igmpLength),
            ("sources beyond the end", HeardMembership.igmp([0x11, 1, 0, 0, 239, 1, 1, 1, 2, 125, 0, 2, 192, 0, 2, 7, 0, 0]), .igmpLength),
            ("IGMP checksum", MembershipFrames.igmpv2Query.replacing(39, 99), .igmpChecksum),
            ("leave", MembershipFrames.igmpv2OtherLeave, .igmpType),
            ("report of version 3", MembershipFrames.igmpv3OtherReport, .igmpType),
            ("DVMRP", HeardMembership.igmp([0x13, 1, 0, 0, 0, 0, 0, 0]), .igmpType),
            ("query about a host", HeardMembership.igmpv3("192.0.2.7", to: "224.0.0.1"), .igmpGroup),
            ("report about a host", HeardMembership.igmp([0x16, 0, 0, 0, 192, 0, 2, 7], to: "192.0.2.7"), .igmpGroup),
            ("report elsewhere", HeardMembership.igmp([0x16, 0, 0, 0, 239, 1, 1, 1]), .igmpGroup),
        ])
    func malformedIGMP(field: String, frame: [UInt8], reason: PuntDropReason) {
        #expect(throws: reason, "\(field)") { try MembershipPacketTests.read(frame) }
    }

    private static let mldQuery: [UInt8] = [130] + [UInt8](repeating: 0, count: 23)

    @Test(
        "Each malformed field of MLD is refused for its own reason",
        arguments: [
            ("payload beyond the frame", MembershipFrames.mldv1Query.replacing(18, 0, 33), PuntDropReason.mldLength),
            ("payload without a message", MembershipFrames.mldv1Query.replacing(18, 0, 8), .mldLength),
            ("payload below the hop-by-hop header", MembershipFrames.mldv1Query.replacing(18, 0, 7), .mldLength),
            ("sources beyond the end", HeardMembership.mld(mldQuery + [2, 125, 0, 1] + [UInt8](repeating: 1, count: 15)), .mldLength),
            ("hop limit 0", MembershipFrames.mldv2Query.replacing(21, 0), .mldHopLimit),
            ("hop limit 255", MembershipFrames.mldv2Query.replacing(21, 255), .mldHopLimit),
            ("global source", HeardMembership.mld(mldQuery, from: "2001:db8::2"), .mldSource),
            ("no source", HeardMembership.mld(mldQuery, from: "::"), .mldSource),
            ("no hop-by-hop header", withoutHopByHop(MembershipFrames.mldv2Query), .mldRouterAlert),
            ("padding only", HeardMembership.mld(mldQuery, options: [1, 4, 0, 0, 0, 0]), .mldRouterAlert),
            ("Router Alert for RSVP", HeardMembership.mld(mldQuery, options: [5, 2, 0, 1, 1, 0]), .mldRouterAlert),
            ("Router Alert of four bytes", HeardMembership.mld(mldQuery, options: [5, 4, 0, 0, 0, 0]), .mldRouterAlert),
            ("option beyond the header", HeardMembership.mld(mldQuery, options: [5, 2, 0, 0, 1, 1]), .mldOptions),
            ("option without a length", HeardMembership.mld(mldQuery, options: [5, 2, 0, 0, 0, 1]), .mldOptions),
            ("option that must be understood", HeardMembership.mld(mldQuery, options: [5, 2, 0, 0, 0xC2, 0]), .mldOptions),
            ("checksum", MembershipFrames.mldv2Query.replacing(66, 1), .mldChecksum),
            ("source is summed", MembershipFrames.mldv2Query.replacing(37, 9), .mldChecksum),
            ("done", MembershipFrames.mldv1OtherDone, .mldType),
            ("report of version 2", MembershipFrames.mldv2OtherReport, .mldType),
            ("empty report of version 2", HeardMembership.mld([143, 0, 0, 0, 0, 0, 0, 0], to: "ff02::16"), .mldType),
            ("query about a host", HeardMembership.mldv2("2001:db8::7"), .mldGroup),
            ("query about an IPv4 group", HeardMembership.mldv2("::ffff:239.1.1.1"), .mldGroup),
            ("report elsewhere", HeardMembership.mld([131, 0, 0, 0, 0, 0, 0, 0] + HeardMembership.wire("ff0e::1:2")), .mldGroup),
        ])
    func malformedMLD(field: String, frame: [UInt8], reason: PuntDropReason) {
        #expect(throws: reason, "\(field)") { try MembershipPacketTests.read(frame) }
    }

    private static func withoutHopByHop(_ frame: [UInt8]) -> [UInt8] {
        [UInt8](frame[..<54] + frame[62...]).replacing(18, 0, frame[19] - 8, 58)
    }

    @Test("Every truncation is refused or seen not to be membership's")
    func truncated() throws {
        for frame in [MembershipFrames.igmpv3SourceQuery, MembershipFrames.mldv2SourceQuery, MembershipFrames.mldv1OtherReport] {
            let end = frame[12] == 8 ? 58 : frame.count
            for count in 14..<end {
                let packet = try? MembershipPacketTests.read([UInt8](frame[..<count]))
                #expect(packet == nil, "\(count)")
            }
            #expect(try MembershipPacketTests.read([UInt8](frame[..<end])) != nil)
        }
    }
}

/// `frame` with the checksum of its IPv4 header of 24 bytes.
func withHeaderChecksum24(_ frame: [UInt8]) -> [UInt8] {
    let cleared = frame.replacing(24, 0, 0)
    let sum = internetChecksum(cleared, in: 14..<38)
    return cleared.replacing(24, UInt8(sum >> 8), UInt8(sum & 0xFF))
}
