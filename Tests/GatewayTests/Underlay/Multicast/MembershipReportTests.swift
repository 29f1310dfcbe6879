import Dataplane
import Gateway
import Testing

@Suite("Membership reports on the wire")
struct MembershipReportTests {
    private static let group = Underlay.address("239.1.1.1")
    private static let group6 = Underlay.address("ff0e::1:2")

    private static func records(_ type: GroupRecord.RecordType, _ groups: String...) -> MembershipReport {
        .records(groups.map { GroupRecord(type, Underlay.address($0)) })
    }

    @Test(
        "Each is built as Scapy builds it",
        arguments: [
            (MembershipVersion.igmpv3, records(.changeToExclude, "239.1.1.1", "239.129.2.3"), MembershipFrames.igmpv3Join),
            (.igmpv3, records(.changeToInclude, "239.1.1.1", "239.129.2.3"), MembershipFrames.igmpv3Leave),
            (.igmpv3, records(.modeIsExclude, "239.1.1.1", "239.129.2.3"), MembershipFrames.igmpv3Current),
            (
                .igmpv3, .records([GroupRecord(.modeIsInclude, group, sources: ["198.51.100.7", "198.51.100.9"].map(Underlay.address))]),
                MembershipFrames.igmpv3Sources
            ),
            (.igmpv2, .member(group), MembershipFrames.igmpv2Report),
            (.igmpv2, .leave(group), MembershipFrames.igmpv2Leave),
            (.igmpv1, .member(group), MembershipFrames.igmpv1Report),
            (.mldv2, records(.changeToExclude, "ff02::1:ff78:9abc", "ff0e::1:2"), MembershipFrames.mldv2Join),
            (.mldv2, records(.changeToInclude, "ff02::1:ff78:9abc", "ff0e::1:2"), MembershipFrames.mldv2Leave),
            (.mldv2, records(.modeIsExclude, "ff02::1:ff78:9abc", "ff0e::1:2"), MembershipFrames.mldv2Current),
            (
                .mldv2, .records([GroupRecord(.modeIsInclude, group6, sources: ["2001:db8::7", "2001:db8::9"].map(Underlay.address))]),
                MembershipFrames.mldv2Sources
            ),
            (.mldv1, .member(group6), MembershipFrames.mldv1Report),
            (.mldv1, .leave(group6), MembershipFrames.mldv1Done),
        ])
    func asScapy(version: MembershipVersion, report: MembershipReport, frame: [UInt8]) {
        #expect(report.frame(in: version, from: Underlay.port()) == frame)
    }

    @Test("A port without an IPv4 address reports from 0.0.0.0, and its link-local address is there in any case")
    func withoutAddress() {
        let port = Underlay.port(addresses: [])
        let join = MembershipReportTests.records(.changeToExclude, "239.1.1.1")
        #expect(join.frame(in: .igmpv3, from: port) == MembershipFrames.igmpv3NoAddress)
        #expect(MembershipReport.member(MembershipReportTests.group6).frame(in: .mldv1, from: port) == MembershipFrames.mldv1Report)
    }

    @Test(
        "The tests' own reader takes Scapy's frames for what they are",
        arguments: [
            (MembershipFrames.igmpv3Join, "IGMPv3 join 239.1.1.1, join 239.129.2.3"),
            (MembershipFrames.igmpv3Sources, "IGMPv3 includes 239.1.1.1 from 198.51.100.7 198.51.100.9"),
            (MembershipFrames.igmpv2Leave, "IGMPv2 leave 239.1.1.1"),
            (MembershipFrames.igmpv1Report, "IGMPv1 member 239.1.1.1"),
            (MembershipFrames.mldv2Current, "MLDv2 member ff02::1:ff78:9abc, member ff0e::1:2"),
            (MembershipFrames.mldv1Done, "MLDv1 leave ff0e::1:2"),
        ])
    func reader(frame: [UInt8], said: String) {
        #expect(SaidMembership(frame: frame)?.description == said)
        for offset in [16, 22, 24, 45, frame.count - 1] where frame[offset] != 0 {
            #expect(SaidMembership(frame: frame.replacing(offset, frame[offset] ^ 1)) == nil, "byte \(offset)")
        }
    }
}
