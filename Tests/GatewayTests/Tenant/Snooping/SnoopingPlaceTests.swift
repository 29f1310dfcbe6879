import Dataplane
import Gateway
import Testing

@Suite("Multicast snooping: places and limits")
struct SnoopingPlaceTests {
    private static let lan0 = SnoopingBench.lan0, lan1 = SnoopingBench.lan1, one = SnoopingBench.one, two = SnoopingBench.two
    private static let blue = SnoopingBench.blue, all = SnoopingBench.all
    private static let report = HeardReports.igmpv2("239.1.1.1")

    @Test("Members behind a VTEP that only the underlay's group reaches get the group's tunnel; behind one in the list, that VTEP's")
    func underlayGroup() {
        var bench = SnoopingBench([Self.blue: SnoopedPlaces(local: [Self.lan0, Self.lan1], remote: [Self.one, Self.two], group: Self.two)])
        bench.ask()
        bench.run(.seconds(11))
        bench.hear(Self.report, at: SnoopingBench.outside)
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.two])
        bench.hear(Self.report, at: Self.one)
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.one, Self.two])
    }

    @Test("What comes from where nothing is flooded to is counted and teaches nothing")
    func misplaced() {
        var bench = SnoopingBench.asked()
        bench.hear(Self.report, at: SnoopingBench.outside)
        bench.hear(Self.report, at: .local(port: PortIndex(0), vlan: VLANID(101)))
        #expect(bench.reach("239.1.1.1") == [Self.lan0] && bench.snooping.counters.misplaced == 2)
    }

    @Test("Members, routers and queriers go with their place; the rest stays, and filters on")
    func placeGone() {
        var bench = SnoopingBench.asked()
        for place in [Self.lan1, Self.one, Self.two] { bench.hear(Self.report, at: place) }
        bench.update([Self.blue: SnoopedPlaces(local: [Self.lan0, Self.lan1], remote: [Self.two])])
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1, Self.two] && bench.reach("239.9.9.9") == [Self.lan0])
        bench.update([Self.blue: SnoopedPlaces(local: [Self.lan1], remote: [Self.two])])
        #expect(bench.reach("239.1.1.1") == Self.all && bench.status().querier == nil && bench.status().routers.isEmpty)
        #expect(bench.status().groups.map { $0.members.map(\.place) } == [[Self.lan1, Self.two]])
        bench.update([:])
        #expect(bench.snooping.status(of: Self.blue, now: bench.clock.now).isEmpty)
    }

    @Test("A new place may have members that nobody has heard of: all is flooded until the next query is answered")
    func newPlace() {
        var bench = SnoopingBench([Self.blue: SnoopedPlaces(local: [Self.lan0], remote: [Self.one])])
        bench.ask()
        bench.run(.seconds(11))
        #expect(bench.reach("239.1.1.1") == [Self.lan0])
        bench.update([Self.blue: SnoopingBench.places])
        bench.run(.seconds(30))
        #expect(bench.reach("239.1.1.1") == Self.all)
        bench.ask()
        bench.run(.seconds(11))
        #expect(bench.reach("239.1.1.1") == [Self.lan0])
    }

    @Test("An update that changes nothing loses nothing, and tells workers anew")
    func sameAgain() {
        var bench = SnoopingBench.asked()
        bench.hear(Self.report, at: Self.lan1)
        bench.snooping.update([Self.blue: SnoopingBench.places])
        #expect(bench.snooping.takeChanges()[Self.blue]?.groups.count == 1)
        bench.run(.seconds(5))
        #expect(bench.snooping.takeChanges().isEmpty)
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1])
    }

    @Test("Groups beyond the limit are flooded for as long as their members may be there, the others are not")
    func tooManyGroups() {
        var bench = SnoopingBench.asked()
        var full: [SnoopingEvent] = []
        for number in 0...MulticastSnooping.groupsMax {
            bench.clock.advance(.milliseconds(1))
            if let event = bench.snooping.receive(
                HeardReports.igmpv2("239.7.\(number / 250).\(number % 250)"), network: Self.blue, from: Self.lan1, now: bench.clock.now)
            {
                full.append(event)
            }
        }
        bench.run(.milliseconds(100))
        #expect(full == [.full(Self.blue)] && bench.snooping.counters.refused == 1)
        #expect(bench.status().groups.count == MulticastSnooping.groupsMax)
        #expect(bench.reach("239.7.4.24") == Self.all && bench.reach("239.7.0.1") == [Self.lan0, Self.lan1])
        #expect(bench.reach("ff05::1") == [Self.lan0])
        bench.runAsked(.seconds(262))
        #expect(bench.reach("239.7.4.24") == [Self.lan0] && bench.status().groups.isEmpty)
    }

    @Test("Members beyond the limit have their group flooded; what ends makes room")
    func tooManyMembers() {
        let locals = (0..<8).map { Destination.local(port: PortIndex($0), vlan: nil) }
        var bench = SnoopingBench([Self.blue: SnoopedPlaces(local: locals, remote: [])])
        bench.hear(HeardMembership.igmpv3(), at: locals[0])
        bench.run(.seconds(11))
        let groups = (0..<1000).map { "239.7.\($0 / 250).\($0 % 250)" }
        let records = groups.map { (HeardReports.isExclude, $0, []) as HeardReports.Record }
        for place in locals.prefix(5) {
            for start in stride(from: 0, to: 1000, by: 100) {
                bench.hear(HeardReports.igmpv3(Array(records[start..<start + 100])), at: place)
            }
        }
        let count = bench.status().groups.reduce(0) { $0 + $1.members.count }
        #expect(count == MulticastSnooping.membershipsPerNetworkMax)
        #expect(bench.snooping.counters.refused == UInt64(5000 - count))
        #expect(bench.status().groups.count { $0.isFlooded } == 5000 - count && bench.reach("239.7.3.249") == Self.all)
        bench.run(.seconds(240))
        bench.hear(HeardMembership.igmpv3(), at: locals[0])
        bench.run(.seconds(25))
        bench.hear(Self.report, at: locals[1])
        #expect(bench.reach("239.1.1.1") == [locals[0], locals[1]])
    }

    @Test("Half a million damaged frames are counted, keep to places and limits, and end with their times")
    func fuzz() {
        let seed = UInt64.random(in: .min ... .max)
        print("multicast snooping fuzz seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = SnoopingBench()
        let places = [Self.lan0, Self.lan1, Self.one, Self.two, SnoopingBench.outside]
        let templates: [[UInt8]] =
            Self.templates
            + ["239.1.1.1", "239.1.1.2"].flatMap { [HeardReports.igmpv2($0), HeardReports.igmpv2Leave($0), HeardReports.igmpv1($0)] }
        for number in 0..<500_000 {
            var frame = templates[Int.random(in: 0..<templates.count, using: &random)]
            for _ in 0..<Int.random(in: 0..<3, using: &random) {
                frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<8, using: &random) == 0 { frame.removeLast(Int.random(in: 0..<frame.count, using: &random)) }
            if Bool.random(using: &random) { frame = MembershipFuzzTests.mended(frame) }
            let place = places[Int.random(in: 0..<places.count, using: &random)]
            _ = bench.snooping.receive(frame, network: Self.blue, from: place, now: bench.clock.now)
            bench.clock.advance(.milliseconds(1))
            guard number % 1000 == 0 else { continue }
            bench.run(.milliseconds(100))
            let groups = bench.status().groups + bench.status(.mld).groups
            let sound = groups.allSatisfy {
                $0.address.isMulticast && !$0.members.isEmpty && Self.all.isSuperset(of: $0.members.map(\.place))
            }
            guard sound, groups.count <= 2 * MulticastSnooping.groupsMax, bench.reach("239.1.1.1").isSubset(of: Self.all) else {
                Issue.record("seed \(seed): \(groups)")
                return
            }
        }
        let counters = bench.snooping.counters
        #expect(
            counters.queries > 1000 && counters.reports > 1000 && counters.invalid > 1000 && counters.misplaced > 1000
                && counters.hellos > 100)
        let heard = counters.queries + counters.reports + counters.hellos + counters.invalid + counters.misplaced
        #expect(heard <= 500_000, "seed \(seed)")
    }

    private static let templates = [
        MembershipFrames.igmpv1Query, MembershipFrames.igmpv2Query, MembershipFrames.igmpv2GroupQuery, MembershipFrames.igmpv3Query,
        MembershipFrames.igmpv3Join, MembershipFrames.igmpv3Leave, MembershipFrames.igmpv3Sources, MembershipFrames.mldv1Query,
        MembershipFrames.mldv1Report, MembershipFrames.mldv1Done, MembershipFrames.mldv2Query, MembershipFrames.mldv2Join,
        MembershipFrames.mldv2Leave, MembershipFrames.mldv2Sources, HeardReports.pimHello, HeardReports.pimHello6,
    ]
}
