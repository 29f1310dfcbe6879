import Dataplane
import Gateway
import Testing

@Suite("Multicast snooping: messages")
struct SnoopedMessageTests {
    private typealias Change = SnoopedMessage.Change

    private static func change(_ group: String, _ isMember: Bool) -> SnoopedMessage.Change {
        .init(group: Underlay.address(group), isMember: isMember)
    }

    @Test("What Scapy makes reads back")
    func reads() throws {
        let wanted: [([UInt8], SnoopedMessage)] = [
            (MembershipFrames.igmpv3Join, .changes([Self.change("239.1.1.1", true), Self.change("239.129.2.3", true)], .igmpv3)),
            (MembershipFrames.igmpv3Leave, .changes([Self.change("239.1.1.1", false), Self.change("239.129.2.3", false)], .igmpv3)),
            (MembershipFrames.igmpv3Current, .changes([Self.change("239.1.1.1", true), Self.change("239.129.2.3", true)], .igmpv3)),
            (MembershipFrames.igmpv3Sources, .changes([Self.change("239.1.1.1", true)], .igmpv3)),
            (MembershipFrames.igmpv3NoAddress, .changes([Self.change("239.1.1.1", true)], .igmpv3)),
            (MembershipFrames.igmpv2Report, .changes([Self.change("239.1.1.1", true)], .igmpv2)),
            (MembershipFrames.igmpv2Leave, .changes([Self.change("239.1.1.1", false)], .igmpv2)),
            (MembershipFrames.igmpv1Report, .changes([Self.change("239.1.1.1", true)], .igmpv1)),
            (MembershipFrames.mldv2Join, .changes([Self.change("ff02::1:ff78:9abc", true), Self.change("ff0e::1:2", true)], .mldv2)),
            (MembershipFrames.mldv2Leave, .changes([Self.change("ff02::1:ff78:9abc", false), Self.change("ff0e::1:2", false)], .mldv2)),
            (MembershipFrames.mldv2Sources, .changes([Self.change("ff0e::1:2", true)], .mldv2)),
            (MembershipFrames.mldv1Report, .changes([Self.change("ff0e::1:2", true)], .mldv1)),
            (MembershipFrames.mldv1Done, .changes([Self.change("ff0e::1:2", false)], .mldv1)),
            (HeardReports.pimHello, .hello(.igmp, holdTime: .seconds(30))), (HeardReports.pimHello6, .hello(.mld, holdTime: .seconds(30))),
        ]
        for (frame, message) in wanted { #expect(try SnoopedMessage(frame: frame) == message) }
    }

    @Test("Queries of every version read as a host reads them")
    func queries() throws {
        for (frame, version, address) in [
            (MembershipFrames.igmpv1Query, MembershipVersion.igmpv1, "192.0.2.254"), (MembershipFrames.igmpv2Query, .igmpv2, "192.0.2.254"),
            (MembershipFrames.igmpv3GroupQuery, .igmpv3, "192.0.2.254"), (MembershipFrames.mldv1Query, .mldv1, "fe80::ff:fe00:2"),
            (MembershipFrames.mldv2Query, .mldv2, "fe80::ff:fe00:2"),
        ] {
            guard case .query(let query, let source)? = try SnoopedMessage(frame: frame) else {
                Issue.record("\(version) is no query")
                continue
            }
            #expect(query.version == version && source == Underlay.address(address))
        }
    }

    @Test(
        "A record that wants sources is a membership, one that wants none a leave, others say nothing",
        arguments: [
            (HeardReports.isInclude, 0, nil), (HeardReports.isInclude, 1, true), (HeardReports.isExclude, 0, true),
            (HeardReports.isExclude, 2, true), (HeardReports.toInclude, 0, false), (HeardReports.toInclude, 3, true),
            (HeardReports.toExclude, 0, true), (HeardReports.allow, 1, true), (HeardReports.allow, 0, nil), (HeardReports.block, 1, nil),
            (0, 0, nil), (7, 0, nil),
        ] as [(UInt8, Int, Bool?)])
    func records(type: UInt8, sourceCount: Int, isMember: Bool?) throws {
        let sources = (0..<sourceCount).map { "198.51.100.\($0)" }, sources6 = (0..<sourceCount).map { "2001:db8::\($0)" }
        let four = HeardReports.igmpv3((type, "239.1.1.1", sources), (HeardReports.isExclude, "239.1.1.2", []))
        let behind = Self.change("239.1.1.2", true)
        #expect(try SnoopedMessage(frame: four) == .changes((isMember.map { [Self.change("239.1.1.1", $0)] } ?? []) + [behind], .igmpv3))
        let six = HeardReports.mldv2((type, "ff05::1", sources6), (HeardReports.isExclude, "ff05::2", []))
        let behind6 = Self.change("ff05::2", true)
        #expect(try SnoopedMessage(frame: six) == .changes((isMember.map { [Self.change("ff05::1", $0)] } ?? []) + [behind6], .mldv2))
    }

    @Test("Auxiliary data and what is no group are passed over")
    func passedOver() throws {
        var message: [UInt8] = [0x22, 0, 0, 0, 0, 0, 0, 3, 2, 2, 0, 0] + HeardMembership.wire("239.1.1.1") + [1, 2, 3, 4, 5, 6, 7, 8]
        message += [2, 0, 0, 0] + HeardMembership.wire("192.0.2.1") + [2, 0, 0, 0] + HeardMembership.wire("239.1.1.2")
        let frame = HeardMembership.igmp(message, to: "224.0.0.22")
        #expect(try SnoopedMessage(frame: frame) == .changes([Self.change("239.1.1.1", true), Self.change("239.1.1.2", true)], .igmpv3))
    }

    @Test("A host without an address reports in MLD as well (RFC 3590), but does not ask")
    func unspecifiedSource() throws {
        let report = HeardReports.mldv2((HeardReports.isExclude, "ff05::1", []), from: "::")
        #expect(try SnoopedMessage(frame: report) == .changes([Self.change("ff05::1", true)], .mldv2))
        #expect(try SnoopedMessage(frame: HeardReports.mldv1("ff05::1", from: "::")) == .changes([Self.change("ff05::1", true)], .mldv1))
        let query = HeardMembership.mld([130] + [UInt8](repeating: 0, count: 23), from: "::")
        #expect(throws: PuntDropReason.mldSource) { try SnoopedMessage(frame: query) }
    }

    @Test("What is malformed is refused for its reason")
    func malformed() {
        let report = HeardReports.igmpv3((HeardReports.isExclude, "239.1.1.1", ["192.0.2.7"]))
        let wanted: [([UInt8], PuntDropReason)] = [
            (report.replacing(50, 9), .igmpChecksum), (report.replacing(22, 2), .ipv4Checksum),
            (HeardMembership.igmp([0x22, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 239, 1, 1, 1], to: "224.0.0.22"), .igmpLength),
            (HeardMembership.igmp([0x22, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0xFF, 0xFF, 239, 1, 1, 1], to: "224.0.0.22"), .igmpLength),
            (HeardMembership.igmp([0x22, 0, 0, 0], to: "224.0.0.22"), .igmpLength),
            (HeardMembership.igmp([0x17, 0, 0, 0, 192, 0, 2, 1], to: "224.0.0.2"), .igmpGroup),
            (HeardMembership.igmp([0x16, 0, 0, 0, 239, 1, 1, 1], to: "239.1.1.2"), .igmpGroup),
            (HeardMembership.mld([143, 0, 0, 0, 0, 0, 0, 1], to: "ff02::16"), .mldLength),
            (HeardMembership.mld([132, 0, 0, 0, 0, 0, 0, 0], to: "ff02::2"), .mldLength),
            (HeardReports.mldv1("ff05::1").replacing(21, 2), .mldHopLimit), (HeardReports.mldv1("ff05::1").replacing(63, 1), .mldChecksum),
            (HeardReports.pimHello.replacing(40, 1), .ipProtocol), (HeardReports.pimHello6.replacing(60, 1), .ipProtocol),
        ]
        for (frame, reason) in wanted { #expect(throws: reason, "\(reason)") { try SnoopedMessage(frame: frame) } }
    }

    @Test("Anything else tells nothing")
    func others() throws {
        for frame in [UnderlayFrames.arpRequest, UnderlayFrames.echoRequest, NDFrames.confirmation] {
            #expect(try SnoopedMessage(frame: frame) == nil)
        }
    }
}
