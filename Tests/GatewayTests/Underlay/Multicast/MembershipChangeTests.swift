import Dataplane
import Gateway
import Testing

@Suite("Multicast membership: joining and leaving")
struct MembershipChangeTests {
    private static let group = "239.1.1.1"
    private static let group6 = "ff0e::1:2"

    @Test("A join is told at once and repeated within a second", arguments: [(group, "IGMPv3"), (group6, "MLDv2")])
    func join(group: String, version: String) {
        var bench = MembershipBench()
        #expect(bench.setGroups(group) == ["\(version) join \(group)"])
        #expect(bench.states == ["\(group) \(version) joining"])
        #expect(bench.run(.seconds(10)) == ["500 \(version) join \(group)"])
        #expect(bench.states == ["\(group) \(version) idle"])
    }

    @Test("A leave is told at once, repeated, and then forgotten", arguments: [(group, "IGMPv3"), (group6, "MLDv2")])
    func leave(group: String, version: String) {
        var bench = MembershipBench()
        _ = bench.setGroups(group)
        _ = bench.run(.seconds(10))
        #expect(bench.setGroups() == ["\(version) leave \(group)"])
        #expect(bench.membership.isLeaving)
        #expect(bench.states == ["\(group) \(version) leaving"])
        #expect(bench.run(.seconds(10)) == ["500 \(version) leave \(group)"])
        #expect(!bench.membership.isLeaving)
        #expect(bench.states.isEmpty)
    }

    @Test(
        "Changes are told as often as the querier's Robustness Variable says",
        arguments: [
            (HeardMembership.igmpv3(robustness: 4), group, 4), (HeardMembership.igmpv3(robustness: 1), group, 1),
            (HeardMembership.igmpv3(robustness: 0), group, 2), (HeardMembership.mldv2(robustness: 7), group6, 7),
        ])
    func robustness(query: [UInt8], group: String, count: Int) throws {
        var bench = MembershipBench()
        try bench.hear(query)
        _ = bench.run(.seconds(11))
        #expect(bench.setGroups(group).count + bench.run(.seconds(10)).count == count)
        #expect(bench.setGroups().count + bench.run(.seconds(10)).count == count)
    }

    @Test("The repeat comes at any time within a second")
    func randomInterval() {
        var times: [String] = []
        for seed in 0..<200 as Range<UInt64> {
            var bench = MembershipBench(random: SeededRandom(state: seed))
            _ = bench.setGroups(MembershipChangeTests.group)
            times += bench.run(.seconds(10))
        }
        #expect(times.count == 200)
        #expect(Set(times) == Set((1...10).map { "\($0 * 100) IGMPv3 join 239.1.1.1" }))
    }

    @Test("Both ends of the interval are kept", arguments: [(FixedRandom.earliest, 0), (FixedRandom.latest, 1000)])
    func interval(random: FixedRandom, milliseconds: Int) {
        var bench = MembershipBench(random: random)
        _ = bench.setGroups(MembershipChangeTests.group)
        #expect(bench.run(.seconds(5)) == ["\(milliseconds) IGMPv3 join 239.1.1.1"])
    }

    @Test("Groups that change together are told together; those that change later have a report of their own")
    func together() {
        var bench = MembershipBench()
        #expect(bench.setGroups("239.1.1.2", "239.1.1.1") == ["IGMPv3 join 239.1.1.1, join 239.1.1.2"])
        #expect(bench.run(.milliseconds(200)) == [])
        #expect(bench.setGroups("239.1.1.2", "239.1.1.3") == ["IGMPv3 leave 239.1.1.1, join 239.1.1.3"])
        #expect(bench.run(.seconds(5)) == ["300 IGMPv3 join 239.1.1.2", "500 IGMPv3 leave 239.1.1.1, join 239.1.1.3"])
    }

    @Test("A change of mind is told at once, and replaces what was to be repeated")
    func changeOfMind() {
        var bench = MembershipBench()
        _ = bench.setGroups(MembershipChangeTests.group)
        _ = bench.run(.milliseconds(200))
        #expect(bench.setGroups() == ["IGMPv3 leave 239.1.1.1"])
        _ = bench.run(.milliseconds(200))
        #expect(bench.setGroups(MembershipChangeTests.group) == ["IGMPv3 join 239.1.1.1"])
        #expect(bench.run(.seconds(5)) == ["500 IGMPv3 join 239.1.1.1"])
        #expect(bench.counters(.igmp).joins == 2)
        #expect(bench.counters(.igmp).leaves == 1)
        #expect(bench.counters(.igmp).reportsSent == 4)
    }

    @Test("The same groups again are nothing to tell")
    func same() {
        var bench = MembershipBench()
        _ = bench.setGroups(MembershipChangeTests.group, MembershipChangeTests.group6)
        _ = bench.run(.seconds(5))
        #expect(bench.setGroups(MembershipChangeTests.group, MembershipChangeTests.group6) == [])
        #expect(bench.setPorts(MembershipBench.port) == [])
        #expect(bench.run(.seconds(5)) == [])
    }

    @Test("Families are told apart")
    func families() {
        var bench = MembershipBench()
        #expect(bench.setGroups("239.1.1.1", "ff0e::1:2") == ["IGMPv3 join 239.1.1.1", "MLDv2 join ff0e::1:2"])
        #expect(bench.counters(.igmp).joins == 1)
        #expect(bench.counters(.mld).joins == 1)
        #expect(bench.counters(.mld).reportsSent == 1)
    }

    @Test(
        "What every host is in, what does not leave a host, and what is no group is never reported",
        arguments: ["224.0.0.1", "ff02::1", "ff01::1:2", "ff00::1:2", "ff11::5", "192.0.2.7", "2001:db8::7", "::", "0.0.0.0"])
    func neverReported(address: String) throws {
        var bench = MembershipBench()
        #expect(bench.setGroups(address) == [])
        try bench.hear(MembershipFrames.igmpv3Query)
        try bench.hear(MembershipFrames.mldv2Query)
        try bench.hear(MembershipFrames.igmpv2Query)
        try bench.hear(MembershipFrames.mldv1Query)
        #expect(bench.run(.seconds(20)) == [])
        #expect(bench.setGroups() == [])
        #expect(bench.states.isEmpty)
    }

    @Test(
        "Solicited-node groups and other link-local groups are reported like all others",
        arguments: ["ff02::1:ff78:9abc", "ff02::2", "224.0.0.9"])
    func linkLocalGroups(group: String) {
        var bench = MembershipBench()
        #expect(bench.setGroups(group).count == 1)
        #expect(bench.run(.seconds(5)).count == 1)
    }

    @Test("Leaving all groups at the stop is repeated as well, and then over")
    func leaveAll() throws {
        var bench = MembershipBench()
        try bench.hear(HeardMembership.igmpv3(robustness: 3))
        _ = bench.setGroups("239.1.1.1", "239.1.1.2", "ff0e::1:2")
        _ = bench.run(.seconds(20))
        let said = bench.membership.leaveAll(now: bench.clock.now).map(\.said)
        #expect(said == ["IGMPv3 leave 239.1.1.1, leave 239.1.1.2", "MLDv2 leave ff0e::1:2"])
        #expect(bench.membership.isLeaving)
        #expect(
            bench.run(.seconds(5)) == [
                "500 IGMPv3 leave 239.1.1.1, leave 239.1.1.2", "500 MLDv2 leave ff0e::1:2", "1000 IGMPv3 leave 239.1.1.1, leave 239.1.1.2",
            ])
        #expect(!bench.membership.isLeaving)
        #expect(bench.membership.status.isEmpty)
    }
}

@Suite("Multicast membership: ports and links")
struct MembershipLinkTests {
    private static let second = Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1, addresses: ["198.51.100.1/24"])

    @Test("Each port has groups of its own")
    func ports() throws {
        var bench = MembershipBench(ports: [MembershipBench.port, MembershipLinkTests.second])
        _ = bench.setGroups("239.1.1.1")
        #expect(bench.setGroups("239.1.1.2", on: Underlay.wan1) == ["IGMPv3 join 239.1.1.2"])
        _ = bench.run(.seconds(5))
        try bench.hear(MembershipFrames.igmpv2Query, on: Underlay.wan1)
        let actions = bench.actions(for: .seconds(20)).map(\.action)
        let frame = MembershipReport.member(Underlay.address("239.1.1.2")).frame(in: .igmpv2, from: MembershipLinkTests.second)
        #expect(actions == [.transmit(port: Underlay.wan1, frame: frame)])
        #expect(bench.states == ["239.1.1.1 IGMPv3 idle", "239.1.1.2 IGMPv2 idle"])
        #expect(bench.membership.status.map(\.lastQuery) == [nil, bench.clock.now.advanced(by: .seconds(-20))])
    }

    @Test("Groups of a port that is none are not joined; they are once it is there, and gone with it")
    func portComesAndGoes() {
        var bench = MembershipBench()
        #expect(bench.setGroups("239.1.1.2", on: Underlay.wan1) == [])
        #expect(bench.setPorts(MembershipBench.port, MembershipLinkTests.second) == ["IGMPv3 join 239.1.1.2"])
        #expect(bench.membership.version(.igmp, onPort: Underlay.wan1) == .igmpv3)
        #expect(bench.setPorts(MembershipBench.port) == [])
        #expect(bench.run(.seconds(5)) == [])
        #expect(bench.states.isEmpty)
        #expect(bench.membership.version(.igmp, onPort: Underlay.wan1) == nil)
        #expect(throws: PuntDropReason.portUnknown) { try bench.hear(MembershipFrames.igmpv3Query, on: Underlay.wan1) }
    }

    @Test("A port whose MAC changed joins anew from its new address")
    func macChanged() {
        var bench = MembershipBench()
        _ = bench.setGroups("ff0e::1:2")
        _ = bench.run(.seconds(5))
        let port = Underlay.port(mac: Underlay.ownMAC1)
        bench.ports = [Underlay.wan0: port]
        let actions = bench.membership.update(ports: bench.ports, now: bench.clock.now)
        let join = MembershipReport.records([GroupRecord(.changeToExclude, Underlay.address("ff0e::1:2"))]).frame(in: .mldv2, from: port)
        #expect(actions == [.transmit(port: Underlay.wan0, frame: join)])
    }

    @Test("Nothing is sent into a link that is down, and all groups are joined when it comes up")
    func linkDownAndUp() throws {
        var bench = MembershipBench()
        _ = bench.setGroups("239.1.1.1", "239.1.1.2", "ff0e::1:2")
        _ = bench.run(.seconds(5))
        try bench.hear(MembershipFrames.igmpv3Query)
        bench.setLink(isUp: false)
        #expect(bench.run(.seconds(20)) == [])
        #expect(bench.setGroups("239.1.1.1", "239.1.1.3", "ff0e::1:2") == [])
        #expect(!bench.membership.isLeaving)
        #expect(bench.run(.seconds(5)) == [])
        bench.setLink(isUp: true)
        let joins = ["IGMPv3 join 239.1.1.1, join 239.1.1.3", "MLDv2 join ff0e::1:2"]
        #expect(bench.run(.seconds(5)) == joins.map { "0 \($0)" } + joins.map { "500 \($0)" })
    }

    @Test("What was learned of a link's querier is void when the link comes up")
    func linkUpForgets() throws {
        var bench = MembershipBench()
        _ = bench.setGroups("239.1.1.1")
        try bench.hear(MembershipFrames.igmpv2Query)
        #expect(bench.membership.version(.igmp, onPort: Underlay.wan0) == .igmpv2)
        bench.setLink(isUp: false)
        bench.setLink(isUp: true)
        #expect(bench.membership.version(.igmp, onPort: Underlay.wan0) == .igmpv3)
        #expect(bench.membership.status.map(\.lastQuery) == [nil])
        #expect(bench.run(.seconds(5)) == ["0 IGMPv3 join 239.1.1.1", "500 IGMPv3 join 239.1.1.1"])
    }

    @Test("A link that was up already, or is of no underlay port, changes nothing")
    func linkUnchanged() {
        var bench = MembershipBench()
        _ = bench.setGroups("239.1.1.1")
        _ = bench.run(.seconds(5))
        bench.setLink(isUp: true)
        bench.setLink(isUp: false, port: PortIndex(77))
        #expect(bench.run(.seconds(5)) == [])
    }

    @Test("A link lost while leaving leaves nothing to wait for")
    func linkLostWhileLeaving() {
        var bench = MembershipBench()
        _ = bench.setGroups("239.1.1.1")
        _ = bench.setGroups()
        #expect(bench.membership.isLeaving)
        bench.setLink(isUp: false)
        #expect(!bench.membership.isLeaving)
    }
}
