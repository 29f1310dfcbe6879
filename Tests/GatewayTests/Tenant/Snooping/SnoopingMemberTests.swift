import Dataplane
import Gateway
import Testing

@Suite("Multicast snooping: members")
struct SnoopingMemberTests {
    private static let lan0 = SnoopingBench.lan0, lan1 = SnoopingBench.lan1, one = SnoopingBench.one, two = SnoopingBench.two

    /// Reports of every version, and the group that they are of.
    private static let reports: [([UInt8], String)] = [
        (HeardReports.igmpv1("239.1.1.1"), "239.1.1.1"), (HeardReports.igmpv2("239.1.1.1"), "239.1.1.1"),
        (HeardReports.igmpv3((HeardReports.toExclude, "239.1.1.1", [])), "239.1.1.1"),
        (HeardReports.igmpv3((HeardReports.isInclude, "232.1.1.1", ["192.0.2.7"])), "232.1.1.1"),
        (HeardReports.mldv1("ff05::1"), "ff05::1"), (HeardReports.mldv2((HeardReports.isExclude, "ff05::1", [])), "ff05::1"),
    ]

    @Test("Get their group from the report on, until none has come for the group membership interval", arguments: reports)
    func reported(frame: [UInt8], group: String) {
        var bench = SnoopingBench.asked()
        #expect(bench.reach(group) == [Self.lan0], "the querier's place, where routers are")
        bench.hear(frame, at: Self.one)
        #expect(bench.reach(group) == [Self.lan0, Self.one])
        // Twice the query interval and the time for an answer (RFC 3376 section 8.4).
        bench.runAsked(.seconds(259))
        #expect(bench.reach(group) == [Self.lan0, Self.one])
        bench.run(.seconds(2))
        #expect(bench.reach(group) == [Self.lan0])
        #expect(bench.status(.igmp).groups.isEmpty && bench.status(.mld).groups.isEmpty)
    }

    @Test("Stay for as long as they report")
    func refreshed() {
        var bench = SnoopingBench.asked()
        for _ in 0..<10 {
            bench.ask()
            bench.hear(HeardReports.igmpv2("239.1.1.1"), at: Self.lan1)
            bench.run(.seconds(125))
            #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1])
        }
    }

    @Test("Report for as long as the querier's own times say")
    func queriersTimes() {
        var bench = SnoopingBench()
        let query = HeardMembership.igmpv3(code: 10, robustness: 3, interval: 4)
        bench.hear(query)
        bench.run(.milliseconds(1300))
        bench.hear(HeardReports.igmpv2("239.1.1.1"), at: Self.lan1)
        for _ in 0..<6 {
            bench.run(.seconds(2))
            bench.hear(query)
        }
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1])
        bench.run(.milliseconds(1100))
        #expect(bench.reach("239.1.1.1") == [Self.lan0])
    }

    /// Leaves and the group-specific question that a querier asks because of them.
    private static let leaves: [(report: [UInt8], leave: [UInt8], question: [UInt8], group: String)] = [
        (
            HeardReports.igmpv2("239.1.1.1"), HeardReports.igmpv2Leave("239.1.1.1"), HeardMembership.igmpv2("239.1.1.1", code: 10),
            "239.1.1.1"
        ),
        (
            HeardReports.igmpv3((HeardReports.toExclude, "239.1.1.1", [])), HeardReports.igmpv3((HeardReports.toInclude, "239.1.1.1", [])),
            HeardMembership.igmpv3("239.1.1.1", code: 10), "239.1.1.1"
        ),
        (HeardReports.mldv1("ff05::1"), HeardReports.mldv1Done("ff05::1"), HeardMembership.mldv1("ff05::1", code: 1000), "ff05::1"),
        (
            HeardReports.mldv2((HeardReports.toExclude, "ff05::1", [])), HeardReports.mldv2((HeardReports.toInclude, "ff05::1", [])),
            HeardMembership.mldv2("ff05::1", code: 1000), "ff05::1"
        ),
    ]

    @Test("Who leaves goes when the querier's question has found nobody else", arguments: leaves.indices)
    func leaving(number: Int) {
        let (report, leave, question, group) = Self.leaves[number]
        var bench = SnoopingBench.asked()
        for place in [Self.lan1, Self.one] { bench.hear(report, at: place) }
        bench.hear(leave, at: Self.lan1)
        bench.run(.milliseconds(300))
        bench.hear(question)
        // Twice a second for answers, and a little more.
        bench.run(.milliseconds(1000))
        bench.hear(question)
        bench.run(.milliseconds(1100))
        #expect(bench.reach(group) == [Self.lan0, Self.lan1, Self.one])
        bench.run(.milliseconds(300))
        #expect(bench.reach(group) == [Self.lan0, Self.one], "who has not left is not doubted")
    }

    @Test("Another member at the same place answers the question, and the place stays", arguments: leaves.indices)
    func anotherMember(number: Int) {
        let (report, leave, question, group) = Self.leaves[number]
        var bench = SnoopingBench.asked()
        bench.hear(report, at: Self.lan1)
        bench.hear(leave, at: Self.lan1)
        bench.hear(question)
        bench.run(.milliseconds(700))
        bench.hear(report, at: Self.lan1)
        bench.run(.seconds(30))
        #expect(bench.reach(group) == [Self.lan0, Self.lan1])
    }

    @Test("Where the querier asks nothing, a leave is believed after two seconds", arguments: leaves.indices)
    func unasked(number: Int) {
        let (report, leave, _, group) = Self.leaves[number]
        var bench = SnoopingBench.asked()
        bench.hear(report, at: Self.lan1)
        bench.hear(leave, at: Self.lan1)
        bench.run(.milliseconds(1900))
        #expect(bench.reach(group) == [Self.lan0, Self.lan1])
        bench.run(.milliseconds(200))
        #expect(bench.reach(group) == [Self.lan0])
    }

    @Test("A leave that is repeated, or of nobody, changes nothing; a question about sources says nothing about the group")
    func emptyLeaves() {
        var bench = SnoopingBench.asked()
        bench.hear(HeardReports.igmpv2Leave("239.1.1.1"), at: Self.lan1)
        #expect(bench.status().groups.isEmpty)
        bench.hear(HeardReports.igmpv2("239.1.1.1"), at: Self.lan1)
        bench.hear(HeardReports.igmpv2Leave("239.1.1.1"), at: Self.one)
        bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 10, sources: ["192.0.2.7"]))
        bench.run(.seconds(10))
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1])
        bench.hear(HeardReports.igmpv2Leave("239.1.1.1"), at: Self.lan1)
        bench.run(.milliseconds(1500))
        bench.hear(HeardReports.igmpv2Leave("239.1.1.1"), at: Self.lan1)
        bench.run(.milliseconds(700))
        #expect(bench.reach("239.1.1.1") == [Self.lan0])
    }

    @Test(
        "A host of IGMPv1 leaves in silence and hears no question: while it is there, others' leaves say nothing (RFC 3376 section 7.3.2)")
    func silentHost() {
        var bench = SnoopingBench.asked()
        bench.hear(HeardReports.igmpv1("239.1.1.1"), at: Self.lan1)
        bench.hear(HeardReports.igmpv2Leave("239.1.1.1"), at: Self.lan1)
        bench.run(.seconds(30))
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1])
    }

    @Test("Groups of link scope are nothing to be known")
    func linkScope() {
        var bench = SnoopingBench.asked()
        for group in ["224.0.0.251", "224.0.0.1"] { bench.hear(HeardReports.igmpv3((HeardReports.toExclude, group, [])), at: Self.lan1) }
        bench.hear(MembershipFrames.mldv2Join, at: Self.lan1)
        #expect(bench.status().groups.isEmpty && bench.status(.mld).groups.map(\.address) == [Underlay.address("ff0e::1:2")])
    }

    @Test("Of one network are not those of another")
    func networks() {
        let red = VNI(10200)!
        var bench = SnoopingBench([SnoopingBench.blue: SnoopingBench.places, red: SnoopingBench.places])
        for network in [SnoopingBench.blue, red] { bench.hear(HeardMembership.igmpv3(), network: network) }
        bench.run(.seconds(11))
        bench.hear(HeardReports.igmpv2("239.1.1.1"), at: Self.lan1, network: red)
        #expect(bench.reach("239.1.1.1") == [Self.lan0] && bench.reach("239.1.1.1", network: red) == [Self.lan0, Self.lan1])
        bench.hear(HeardReports.igmpv2("239.1.1.1"), at: Self.lan1, network: VNI(7)!)
        #expect(bench.snooping.counters.reports == 1)
    }

    @Test("The status names groups, members and when they end")
    func status() {
        var bench = SnoopingBench.asked()
        bench.hear(HeardReports.igmpv3((HeardReports.toExclude, "239.1.1.2", []), (HeardReports.toExclude, "239.1.1.1", [])), at: Self.one)
        bench.hear(HeardReports.igmpv2("239.1.1.1"), at: Self.lan1)
        bench.hear(HeardReports.igmpv2Leave("239.1.1.1"), at: Self.lan1)
        let groups = bench.status().groups
        #expect(groups.map(\.address) == ["239.1.1.1", "239.1.1.2"].map(Underlay.address) && groups.allSatisfy { !$0.isFlooded })
        #expect(groups[0].members.map(\.place) == [Self.lan1, Self.one])
        #expect(groups[0].members.map(\.endsIn) == [.seconds(2), .seconds(260)])
        #expect(bench.status().querier?.address == Underlay.gateway && bench.status().querier?.version == .igmpv3)
        #expect(bench.status().querier?.endsIn == .seconds(255 - 11) && bench.status().routers.map(\.place) == [Self.lan0])
    }
}
