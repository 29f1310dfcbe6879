import Dataplane
import Gateway
import Testing

/// RFC 3376 section 5.2 and RFC 3810 section 6.2; delays are half of what is allowed, less the 0.2 s that ticks may take.
@Suite("Multicast membership: answers to queries of the newest version")
struct MembershipQueryTests {
    /// In two groups of each family, with all joins told.
    private static func bench(_ random: MulticastMembership.Randomness = FixedRandom.half) -> MembershipBench {
        var bench = MembershipBench(random: random)
        _ = bench.setGroups("239.1.1.1", "239.1.1.2", "ff0e::1:1", "ff0e::1:2")
        _ = bench.run(.seconds(5))
        return bench
    }

    @Test(
        "A general query is answered once, for all groups",
        arguments: [
            (MembershipFrames.igmpv3Query, "4900 IGMPv3 member 239.1.1.1, member 239.1.1.2"),
            (MembershipFrames.mldv2Query, "4900 MLDv2 member ff0e::1:1, member ff0e::1:2"),
        ])
    func general(query: [UInt8], answer: String) throws {
        var bench = MembershipQueryTests.bench()
        let before = bench.clock.now
        try bench.hear(query)
        #expect(bench.states.count { $0.hasSuffix("delaying") } == 2)
        #expect(bench.run(.seconds(60)) == [answer])
        #expect(bench.states.allSatisfy { $0.hasSuffix("idle") })
        #expect(Set(bench.membership.status.map(\.lastQuery)) == [nil, before])
        #expect(bench.counters(query[12] == 8 ? .igmp : .mld).queriesHeard == 1)
    }

    @Test("Answers come at any time within the querier's, and never later", arguments: [10_000, 1000, 500, 0])
    func delays(milliseconds: Int) throws {
        var times: Set<Int> = []
        for seed in 0..<300 as Range<UInt64> {
            var bench = MembershipQueryTests.bench(SeededRandom(state: seed))
            try bench.hear(HeardMembership.mldv2(code: UInt16(milliseconds)))
            // The first tick comes when it comes.
            let pause = Int(seed % 10) * 10
            bench.clock.advance(.milliseconds(pause))
            let actions = bench.actions(for: .seconds(12))
            #expect(actions.count == 1)
            times.formUnion(actions.map { pause + $0.milliseconds })
        }
        #expect(times.max()! <= max(100, milliseconds), "nothing is late")
        #expect(times.max()! >= milliseconds * 8 / 10 - 100, "all of the time is used")
        #expect(times.min()! <= max(100, milliseconds / 10), "so is its beginning")
        #expect(times.count >= max(1, milliseconds / 100 * 8 / 10 - 2), "and what is between")
    }

    @Test("A gateway without groups is silent")
    func silent() throws {
        var bench = MembershipBench()
        try bench.hear(MembershipFrames.igmpv3Query)
        try bench.hear(MembershipFrames.mldv2Query)
        #expect(bench.run(.seconds(20)) == [])
        #expect(bench.counters(.igmp).queriesHeard == 1)
    }

    @Test("A query about one group is answered for that alone")
    func groupSpecific() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(MembershipFrames.igmpv3GroupQuery)
        try bench.hear(MembershipFrames.mldv2GroupQuery)
        #expect(bench.states == ["239.1.1.1 IGMPv3 delaying", "239.1.1.2 IGMPv3 idle", "ff0e::1:1 MLDv2 idle", "ff0e::1:2 MLDv2 delaying"])
        #expect(bench.run(.seconds(20)) == ["400 IGMPv3 member 239.1.1.1", "400 MLDv2 member ff0e::1:2"])
    }

    @Test("A query about sources is answered with them: we listen to all")
    func sourceSpecific() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(MembershipFrames.igmpv3SourceQuery)
        try bench.hear(MembershipFrames.mldv2SourceQuery)
        #expect(
            bench.run(.seconds(20)) == [
                "400 IGMPv3 includes 239.1.1.1 from 198.51.100.7 198.51.100.9", "400 MLDv2 includes ff0e::1:2 from 2001:db8::7 2001:db8::9",
            ])
    }

    @Test("A query about a group that we are not in is heard, but not answered")
    func notMember() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3("239.9.9.9", to: "224.0.0.1"))
        #expect(bench.run(.seconds(20)) == [])
        #expect(bench.counters(.igmp).queriesHeard == 1)
        #expect(throws: PuntDropReason.notOurAddress) { try bench.hear(HeardMembership.igmpv3("239.9.9.9")) }
    }

    @Test("A query to one of our own addresses is answered")
    func unicast() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3(to: "192.0.2.1"))
        #expect(bench.run(.seconds(20)) == ["4900 IGMPv3 member 239.1.1.1, member 239.1.1.2"])
        for destination in ["fe80::ff:fe00:1", "2001:db8::1"] {
            try bench.hear(HeardMembership.mld([130] + [UInt8](repeating: 0, count: 27), to: destination))
            #expect(bench.run(.seconds(20)) == ["0 MLDv2 member ff0e::1:1, member ff0e::1:2"])
        }
    }

    @Test("Rule 1: a general answer that comes sooner is answer enough")
    func sooner() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3(code: 10))
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 100))
        try bench.hear(HeardMembership.igmpv3(code: 100))
        #expect(bench.run(.seconds(20)) == ["400 IGMPv3 member 239.1.1.1, member 239.1.1.2"])
    }

    @Test("Rule 2: a sooner general answer replaces the later one; that for one group goes its own way")
    func replaced() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3(code: 100))
        try bench.hear(HeardMembership.igmpv3(code: 50))
        try bench.hear(HeardMembership.igmpv3("239.1.1.2", code: 10))
        #expect(bench.run(.seconds(20)) == ["400 IGMPv3 member 239.1.1.2", "2400 IGMPv3 member 239.1.1.1, member 239.1.1.2"])
    }

    @Test("Rule 4: the group as such comes before its sources, at the earlier of both times")
    func wholeGroup() throws {
        let sources = ["198.51.100.7"]
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 50, sources: sources))
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 100))
        #expect(bench.run(.seconds(20)) == ["2400 IGMPv3 member 239.1.1.1"])
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 100))
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 50, sources: sources))
        #expect(bench.run(.seconds(20)) == ["2400 IGMPv3 member 239.1.1.1"])
    }

    @Test("Rule 5: sources asked for one after the other are answered together, at the earlier of both times")
    func unitedSources() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 50, sources: ["198.51.100.9", "198.51.100.7"]))
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 100, sources: ["198.51.100.9", "198.51.100.8"]))
        #expect(bench.run(.seconds(20)) == ["2400 IGMPv3 includes 239.1.1.1 from 198.51.100.7 198.51.100.8 198.51.100.9"])
    }

    @Test("More sources than are kept are answered with the whole group")
    func manySources() throws {
        var bench = MembershipQueryTests.bench()
        for part in 0..<4 {
            let sources = (0..<300).map { "198.51.\(part * 2 + $0 / 250).\($0 % 250 + 1)" }
            try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 50, sources: sources))
        }
        #expect(bench.run(.seconds(20)) == ["2400 IGMPv3 member 239.1.1.1"])
    }

    @Test("Queriers without an address, as snooping switches are, are heard")
    func withoutAddress() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmp([0x11, 10, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0], from: "0.0.0.0"))
        #expect(bench.run(.seconds(20)).count == 1)
    }

    @Test("A left group is in no answer")
    func left() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 50))
        _ = bench.setGroups("239.1.1.2", "ff0e::1:1", "ff0e::1:2")
        try bench.hear(HeardMembership.igmpv3(code: 10))
        #expect(bench.run(.seconds(20)) == ["400 IGMPv3 member 239.1.1.2", "500 IGMPv3 leave 239.1.1.1"])
    }

    @Test("Others' reports of older versions silence nothing")
    func noSuppression() throws {
        var bench = MembershipQueryTests.bench()
        try bench.hear(MembershipFrames.igmpv3GroupQuery)
        try bench.hear(MembershipFrames.igmpv2OtherReport)
        #expect(bench.run(.seconds(20)) == ["400 IGMPv3 member 239.1.1.1"])
        #expect(bench.counters(.igmp).reportsHeard == 1)
        #expect(bench.counters(.igmp).reportsSuppressed == 0)
    }

    @Test(
        "Senders that cannot be are refused",
        arguments: [
            ("192.0.2.1", PuntDropReason.ownSourceAddress), ("224.0.0.5", .sourceAddressInvalid),
            ("255.255.255.255", .sourceAddressInvalid), ("127.0.0.1", .sourceAddressInvalid),
        ])
    func senders(source: String, reason: PuntDropReason) {
        var bench = MembershipQueryTests.bench()
        #expect(throws: reason) { try bench.hear(HeardMembership.igmp([0x11, 10, 0, 0, 0, 0, 0, 0], from: source)) }
        #expect(throws: PuntDropReason.ownSourceAddress) {
            try bench.hear(HeardMembership.mld([130] + [UInt8](repeating: 0, count: 23), from: "fe80::ff:fe00:1"))
        }
        #expect(bench.run(.seconds(20)) == [])
    }

    @Test("Packets to others, and to an IPv4 address of ours inside IPv6, are refused")
    func destinations() {
        var bench = MembershipQueryTests.bench()
        let query: [UInt8] = [130] + [UInt8](repeating: 0, count: 23)
        for destination in ["ff02::2", "fe80::5", "2001:db8::2", "::ffff:192.0.2.1"] {
            #expect(throws: PuntDropReason.notOurAddress) { try bench.hear(HeardMembership.mld(query, to: destination)) }
        }
        for destination in ["224.0.0.2", "192.0.2.2", "255.255.255.255"] {
            #expect(throws: PuntDropReason.notOurAddress) { try bench.hear(HeardMembership.igmpv3(to: destination)) }
        }
    }
}
