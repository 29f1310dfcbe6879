import Dataplane
import Gateway
import Testing

/// RFC 3376 section 7.2.1, RFC 3810 section 8.2.1, and what RFC 2236, RFC 1112 and RFC 2710 say of hosts.
@Suite("Multicast membership: queriers of older versions")
struct OlderQuerierTests {
    private static let group = "239.1.1.1"
    private static let group6 = "ff0e::1:2"

    /// In one group of each family, with the joins told.
    private static func bench(_ random: MulticastMembership.Randomness = FixedRandom.half) -> MembershipBench {
        var bench = MembershipBench(random: random)
        _ = bench.setGroups(group, group6)
        _ = bench.run(.seconds(5))
        return bench
    }

    private static func version(_ bench: MembershipBench, _ membershipProtocol: MembershipProtocol = .igmp) -> MembershipVersion? {
        bench.membership.version(membershipProtocol, onPort: Underlay.wan0)
    }

    @Test(
        "A general query of an older version is answered in it, in a report for each group",
        arguments: [
            (MembershipFrames.igmpv2Query, "IGMPv2 member", ["239.1.1.1", "239.1.1.2"]),
            (MembershipFrames.igmpv1Query, "IGMPv1 member", ["239.1.1.1", "239.1.1.2"]),
            (MembershipFrames.mldv1Query, "MLDv1 member", ["ff0e::1:1", "ff0e::1:2"]),
        ])
    func general(query: [UInt8], said: String, groups: [String]) throws {
        var bench = MembershipBench()
        _ = bench.setGroups(Set(groups.map(Underlay.address)))
        _ = bench.run(.seconds(5))
        try bench.hear(query)
        #expect(bench.run(.seconds(60)) == groups.map { "4900 \(said) \($0)" })
    }

    @Test("The reports of an older version go to their groups")
    func destinations() throws {
        var bench = OlderQuerierTests.bench()
        for query in [MembershipFrames.igmpv2Query, MembershipFrames.mldv1Query] { try bench.hear(query) }
        #expect(bench.actions(for: .seconds(20)).map(\.action.frame) == [MembershipFrames.igmpv2Report, MembershipFrames.mldv1Report])
        let leaves = bench.membership.leaveAll(now: bench.clock.now).map(\.frame)
        #expect(leaves == [MembershipFrames.igmpv2Leave, MembershipFrames.mldv1Done])
        #expect(bench.counters(.igmp).leavesSent == 1)
        #expect(bench.run(.seconds(20)) == [], "older versions leave once")
        #expect(!bench.membership.isLeaving)
    }

    @Test("Each group has a delay of its own")
    func ownDelays() throws {
        var bench = MembershipBench(random: SeededRandom(state: 7))
        _ = bench.setGroups(Set((1...100).map { Underlay.address("239.1.1.\($0)") }))
        _ = bench.run(.seconds(5))
        try bench.hear(MembershipFrames.igmpv2Query)
        let times = bench.actions(for: .seconds(20)).map(\.milliseconds)
        #expect(times.count == 100)
        #expect(Set(times).count > 50)
        #expect(times.max()! <= 10_000 && times.max()! > 9000 && times.min()! < 1000)
    }

    @Test(
        "An older querier counts for the robustness times the interval and the time to answer, then the newest version is back",
        arguments: [
            (MembershipFrames.igmpv2Query, group, MembershipVersion.igmpv2, 260), (MembershipFrames.igmpv1Query, group, .igmpv1, 260),
            (HeardMembership.igmpv2(code: 200), group, .igmpv2, 270), (MembershipFrames.mldv1Query, group6, .mldv1, 260),
            (MembershipFrames.mldv1GroupQuery, group6, .mldv1, 251),
        ])
    func timeout(query: [UInt8], group: String, version: MembershipVersion, seconds: Int) throws {
        let membershipProtocol = version.membershipProtocol
        var bench = OlderQuerierTests.bench()
        try bench.hear(query)
        #expect(OlderQuerierTests.version(bench, membershipProtocol) == version)
        _ = bench.run(.seconds(seconds))
        #expect(OlderQuerierTests.version(bench, membershipProtocol) == version)
        #expect(bench.run(.seconds(1)) == [])
        #expect(OlderQuerierTests.version(bench, membershipProtocol) == membershipProtocol.newestVersion)
        _ = bench.setGroups()
        #expect(bench.states.contains("\(group) \(membershipProtocol.newestVersion) leaving"))
    }

    @Test("The time is the last querier's of the newest version, and starts anew with each older query")
    func learnedTimeout() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv3Query)
        try bench.hear(MembershipFrames.igmpv2Query)
        _ = bench.run(.seconds(150))
        try bench.hear(MembershipFrames.igmpv2Query)
        _ = bench.run(.seconds(190))
        #expect(OlderQuerierTests.version(bench) == .igmpv2)
        _ = bench.run(.seconds(1))
        #expect(OlderQuerierTests.version(bench) == .igmpv3)
    }

    @Test("Of IGMPv2 only general queries tell of an older querier; the others are answered in the newest version")
    func groupQuery() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv2GroupQuery)
        #expect(bench.run(.seconds(20)) == ["400 IGMPv3 member 239.1.1.1"])
        #expect(OlderQuerierTests.version(bench) == .igmpv3)
    }

    @Test("Of several older queriers the oldest counts, as long as it is present")
    func oldest() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv1Query)
        _ = bench.run(.seconds(100))
        try bench.hear(MembershipFrames.igmpv2Query)
        #expect(OlderQuerierTests.version(bench) == .igmpv1)
        #expect(bench.run(.seconds(160)) == ["4900 IGMPv1 member 239.1.1.1"])
        #expect(OlderQuerierTests.version(bench) == .igmpv1)
        _ = bench.run(.milliseconds(100))
        #expect(OlderQuerierTests.version(bench) == .igmpv2)
        _ = bench.run(.milliseconds(100_100))
        #expect(OlderQuerierTests.version(bench) == .igmpv3)
    }

    @Test("A change of version cancels what is scheduled")
    func cancels() throws {
        var bench = MembershipBench()
        _ = bench.setGroups(OlderQuerierTests.group, "239.1.1.2")
        _ = bench.setGroups(OlderQuerierTests.group)
        try bench.hear(HeardMembership.igmpv3(code: 50))
        try bench.hear(HeardMembership.igmpv2())
        #expect(bench.states == ["239.1.1.1 IGMPv2 delaying"])
        #expect(bench.run(.seconds(20)) == ["4900 IGMPv2 member 239.1.1.1"])
    }

    @Test("What is scheduled in the older version is cancelled when its querier is gone")
    func cancelsBack() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv2Query)
        _ = bench.run(.seconds(258))
        _ = bench.setGroups(OlderQuerierTests.group, "239.1.1.2", OlderQuerierTests.group6)
        #expect(bench.states.contains("239.1.1.2 IGMPv2 delaying"))
        #expect(bench.run(.seconds(20)) == [])
        #expect(bench.states.contains("239.1.1.2 IGMPv3 idle"))
    }

    @Test(
        "A join is told at once and once more within ten seconds",
        arguments: [
            (MembershipFrames.igmpv2Query, "239.1.1.2", "IGMPv2"), (MembershipFrames.igmpv1Query, "239.1.1.2", "IGMPv1"),
            (MembershipFrames.mldv1Query, "ff0e::1:3", "MLDv1"),
        ])
    func join(query: [UInt8], group: String, version: String) throws {
        var bench = MembershipBench()
        try bench.hear(query)
        _ = bench.run(.seconds(20))
        #expect(bench.setGroups(group) == ["\(version) member \(group)"])
        #expect(bench.run(.seconds(60)) == ["5000 \(version) member \(group)"])
    }

    @Test("A timer is set anew only if it could run longer than the querier waits")
    func timers() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(HeardMembership.igmpv2(code: 100))
        try bench.hear(HeardMembership.igmpv2(code: 60))
        #expect(bench.run(.milliseconds(100)) == [])
        try bench.hear(HeardMembership.igmpv2(OlderQuerierTests.group, code: 20))
        #expect(bench.run(.seconds(20)) == ["900 IGMPv2 member 239.1.1.1"])
        try bench.hear(HeardMembership.igmpv2(code: 100))
        #expect(bench.run(.milliseconds(100)) == [])
        try bench.hear(HeardMembership.igmpv2(code: 50))
        #expect(bench.run(.seconds(20)) == ["4800 IGMPv2 member 239.1.1.1"])
        try bench.hear(HeardMembership.igmpv2(code: 100))
        #expect(bench.run(.milliseconds(100)) == [])
        try bench.hear(HeardMembership.igmpv2(code: 40))
        #expect(bench.run(.seconds(20)) == ["1900 IGMPv2 member 239.1.1.1"])
    }

    @Test(
        "A query of the newest version is answered in the older one, as its group is asked for",
        arguments: [
            (MembershipFrames.igmpv2Query, HeardMembership.igmpv3(group, code: 10, sources: ["192.0.2.7"]), "400 IGMPv2 member 239.1.1.1"),
            (MembershipFrames.igmpv1Query, MembershipFrames.igmpv3Query, "4900 IGMPv1 member 239.1.1.1"),
            (MembershipFrames.mldv1Query, MembershipFrames.mldv2SourceQuery, "400 MLDv1 member ff0e::1:2"),
        ])
    func newerQuery(older: [UInt8], newer: [UInt8], answer: String) throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(older)
        _ = bench.run(.seconds(20))
        try bench.hear(newer)
        #expect(bench.run(.seconds(20)) == [answer])
    }

    @Test(
        "Another host's report makes ours needless, and then the leave as well",
        arguments: [
            (MembershipFrames.igmpv2Query, MembershipFrames.igmpv2OtherReport, MembershipProtocol.igmp),
            (MembershipFrames.igmpv2Query, MembershipFrames.igmpv1OtherReport, .igmp),
            (MembershipFrames.mldv1Query, MembershipFrames.mldv1OtherReport, .mld),
        ])
    func suppression(query: [UInt8], report: [UInt8], membershipProtocol: MembershipProtocol) throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(query)
        _ = bench.run(.seconds(2))
        try bench.hear(report)
        #expect(bench.run(.seconds(60)) == [])
        #expect(bench.counters(membershipProtocol).reportsSuppressed == 1)
        _ = bench.membership.leaveAll(now: bench.clock.now)
        #expect(bench.counters(membershipProtocol).leavesSent == 0)
        #expect(bench.states.allSatisfy { !$0.contains(membershipProtocol == .igmp ? "239." : "ff0e") })
    }

    @Test("Another host may be faster than the tick after the query")
    func suppressionAtOnce() throws {
        var bench = OlderQuerierTests.bench()
        _ = bench.setGroups(OlderQuerierTests.group, "239.1.1.2")
        _ = bench.run(.seconds(5))
        try bench.hear(MembershipFrames.igmpv2Query)
        try bench.hear(MembershipFrames.igmpv2OtherReport)
        try bench.hear(MembershipFrames.igmpv2OtherReport)
        #expect(bench.counters(.igmp).reportsSuppressed == 1)
        #expect(bench.run(.seconds(60)) == ["4900 IGMPv2 member 239.1.1.2"])
        try bench.hear(MembershipFrames.igmpv2Query)
        #expect(bench.run(.seconds(60)).count == 2, "it counts for that query alone")
    }

    @Test("Of queries between two ticks the one that is most pressing counts")
    func queriesInOneTick() throws {
        for codes in [[100, 50], [50, 100]] as [[UInt8]] {
            var bench = OlderQuerierTests.bench()
            for code in codes { try bench.hear(HeardMembership.igmpv2(code: code)) }
            #expect(bench.run(.seconds(20)) == ["2400 IGMPv2 member 239.1.1.1"])
        }
    }

    @Test("Another host's report after ours silences nothing, and the leave is ours to tell")
    func lastReporter() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv2Query)
        _ = bench.run(.seconds(10))
        try bench.hear(MembershipFrames.igmpv2OtherReport)
        #expect(bench.counters(.igmp).reportsHeard == 1)
        #expect(bench.counters(.igmp).reportsSuppressed == 0)
        #expect(bench.setGroups(OlderQuerierTests.group6) == ["IGMPv2 leave 239.1.1.1"])
    }

    @Test("After a report that was made needless the next one makes the leave ours again")
    func reporterAgain() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv2Query)
        try bench.hear(MembershipFrames.igmpv2OtherReport)
        try bench.hear(MembershipFrames.igmpv2GroupQuery)
        #expect(bench.run(.seconds(20)) == ["400 IGMPv2 member 239.1.1.1"])
        #expect(bench.setGroups(OlderQuerierTests.group6) == ["IGMPv2 leave 239.1.1.1"])
    }

    @Test("The repeat of a join is made needless by another host's report as well")
    func suppressedJoin() throws {
        var bench = MembershipBench()
        try bench.hear(MembershipFrames.igmpv2Query)
        #expect(bench.setGroups(OlderQuerierTests.group) == ["IGMPv2 member 239.1.1.1"])
        try bench.hear(MembershipFrames.igmpv2OtherReport)
        #expect(bench.run(.seconds(60)) == [])
        #expect(bench.setGroups() == [])
    }

    @Test("Reports of groups that we are not in are refused")
    func othersGroups() {
        var bench = OlderQuerierTests.bench()
        #expect(throws: PuntDropReason.notOurAddress) {
            try bench.hear(HeardMembership.igmp([0x16, 0, 0, 0, 239, 9, 9, 9], to: "239.9.9.9"))
        }
    }

    @Test("IGMPv1 has no leave")
    func version1Leaves() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv1Query)
        _ = bench.run(.seconds(20))
        #expect(bench.setGroups(OlderQuerierTests.group6) == [])
        #expect(!bench.membership.isLeaving)
        #expect(bench.run(.seconds(20)) == [])
    }

    @Test("A group left and joined again before the leave went out is only joined")
    func rejoin() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.igmpv2Query)
        _ = bench.run(.seconds(20))
        #expect(bench.setGroups(OlderQuerierTests.group6) == ["IGMPv2 leave 239.1.1.1"])
        #expect(bench.setGroups(OlderQuerierTests.group, OlderQuerierTests.group6) == ["IGMPv2 member 239.1.1.1"])
    }

    @Test("The families' queriers do not touch each other")
    func families() throws {
        var bench = OlderQuerierTests.bench()
        try bench.hear(MembershipFrames.mldv1Query)
        #expect(OlderQuerierTests.version(bench) == .igmpv3)
        try bench.hear(MembershipFrames.igmpv3Query)
        #expect(bench.run(.seconds(20)) == ["4900 IGMPv3 member 239.1.1.1", "4900 MLDv1 member ff0e::1:2"])
    }
}
