import Dataplane
import Gateway
import Testing

@Suite("Multicast membership: many groups")
struct MembershipLimitTests {
    private static func groups(_ count: Int, from first: Int = 0) -> Set<IPAddress> {
        Set((first..<first + count).map { IPAddress(ipv4: 0xEF01_0000 + UInt32($0)) })
    }

    private static func groups6(_ count: Int) -> Set<IPAddress> {
        Set((0..<count).map { IPAddress(high: 0xFF0E << 48, low: UInt64($0)) })
    }

    private static func records(_ actions: [UnderlayAction]) -> [SaidMembership.Record] {
        actions.flatMap { SaidMembership(frame: $0.frame)?.records ?? [] }
    }

    @Test(
        "Reports are packed up to the port's MTU, and every group is in one",
        arguments: [(1500, 1468 / 8, 1444 / 20), (9000, 8968 / 8, 8944 / 20), (1281, 1249 / 8, 1225 / 20)])
    func packed(mtu: Int, perReport: Int, perReport6: Int) {
        for (groups, perReport) in [(MembershipLimitTests.groups(3000), perReport), (MembershipLimitTests.groups6(3000), perReport6)] {
            var bench = MembershipBench(ports: [Underlay.port(mtu: mtu)])
            let actions = bench.membership.update(groups: [Underlay.wan0: groups], ports: bench.ports, now: bench.clock.now)
            #expect(actions.count == (3000 + perReport - 1) / perReport)
            #expect(actions.map(\.frame.count).max()! <= 14 + mtu)
            #expect(actions.dropLast().allSatisfy { SaidMembership(frame: $0.frame)?.records.count == perReport })
            let records = MembershipLimitTests.records(actions)
            #expect(records.count == 3000)
            #expect(records.allSatisfy { $0.kind == .join })
            #expect(Set(records.map(\.group)) == groups)
        }
    }

    @Test("A general query about many groups is answered in full reports")
    func answer() throws {
        let groups = MembershipLimitTests.groups(1000)
        var bench = MembershipBench()
        _ = bench.setGroups(groups)
        _ = bench.run(.seconds(5))
        try bench.hear(MembershipFrames.igmpv3Query)
        let actions = bench.actions(for: .seconds(20)).map(\.action)
        #expect(actions.count == 6, "1600 bytes hold 196 records")
        #expect(Set(MembershipLimitTests.records(actions).map(\.group)) == groups)
        #expect(MembershipLimitTests.records(actions).count == 1000)
    }

    @Test("What exceeds a tick's packets goes out with the next ones, each as often as it should")
    func bounded() {
        let groups = MembershipLimitTests.groups(4096)
        var bench = MembershipBench(ports: [Underlay.port(mtu: 68)])
        var actions = bench.membership.update(groups: [Underlay.wan0: groups], ports: bench.ports, now: bench.clock.now)
        #expect(actions.count == MulticastMembership.packetsPerTickMax)
        for _ in 0..<100 {
            let more = bench.membership.tick(now: bench.clock.now)
            #expect(more.count <= MulticastMembership.packetsPerTickMax)
            #expect(more.allSatisfy { $0.frame.count <= 14 + 68 })
            actions += more
            bench.clock.advance(MembershipBench.tick)
        }
        let counts = Dictionary(MembershipLimitTests.records(actions).map { ($0.group, 1) }, uniquingKeysWith: +)
        #expect(counts.count == 4096)
        #expect(counts.values.allSatisfy { $0 == 2 })
        #expect(bench.membership.status.allSatisfy { $0.state == .idle })
    }

    @Test("An older version's reports are bounded as well, each port and protocol by itself, and none is lost")
    func boundedOlder() throws {
        var bench = MembershipBench(ports: [MembershipBench.port, Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1)])
        let groups = MembershipLimitTests.groups(1000).union(MembershipLimitTests.groups6(1000))
        for port in [Underlay.wan0, Underlay.wan1] {
            try bench.hear(MembershipFrames.igmpv2Query, on: port)
            try bench.hear(MembershipFrames.mldv1Query, on: port)
        }
        let wanted = [Underlay.wan0: groups, Underlay.wan1: groups]
        var actions = bench.membership.update(groups: wanted, ports: bench.ports, now: bench.clock.now)
        #expect(actions.count == 4 * MulticastMembership.packetsPerTickMax)
        for _ in 0..<200 {
            bench.clock.advance(MembershipBench.tick)
            let more = bench.membership.tick(now: bench.clock.now)
            #expect(more.count <= 4 * MulticastMembership.packetsPerTickMax)
            actions += more
        }
        #expect(actions.count == 2 * 4000, "the first report and one repeat")
        let leaves = bench.membership.leaveAll(now: bench.clock.now) + bench.actions(for: .seconds(5)).map(\.action)
        #expect(leaves.count == 4000)
        #expect(!bench.membership.isLeaving)
        #expect(bench.counters(.mld).leavesSent == 2000)
    }

    @Test("A change of version while joins wait for their turn loses none of them")
    func versionChange() throws {
        let groups = MembershipLimitTests.groups(2000)
        var bench = MembershipBench(ports: [Underlay.port(mtu: 68)])
        _ = bench.membership.update(groups: [Underlay.wan0: groups], ports: bench.ports, now: bench.clock.now)
        try bench.hear(MembershipFrames.igmpv2Query)
        let said = bench.actions(for: .seconds(20)).map(\.action)
        #expect(Set(MembershipLimitTests.records(said).map(\.group)) == groups)
        #expect(said.allSatisfy { $0.said.hasPrefix("IGMPv2 member") })
    }

    @Test("More groups than a port may have are refused and counted once; those it is in stay")
    func tooMany() {
        var bench = MembershipBench(ports: [Underlay.port(mtu: 9000)])
        let first = MembershipLimitTests.groups(4000, from: 1000)
        _ = bench.setGroups(first)
        let wanted = first.union(MembershipLimitTests.groups(1000)).union(MembershipLimitTests.groups6(4))
        _ = bench.setGroups(wanted)
        #expect(bench.membership.status.count == MulticastMembership.groupsPerPortMax)
        #expect(first.isSubset(of: bench.membership.status.map(\.group)))
        #expect(bench.counters(.igmp).refused == 904)
        #expect(bench.counters(.mld).refused == 4)
        _ = bench.setGroups(wanted)
        #expect(bench.counters(.igmp).refused == 904)
        _ = bench.setGroups(wanted.subtracting(first))
        _ = bench.run(.seconds(5))
        #expect(Set(bench.membership.status.map(\.group)) == wanted.subtracting(first), "there is room now")
        #expect(bench.counters(.igmp).joins == 5000)
    }

    @Test("An answer with more sources than a report holds is split, and no source is lost", arguments: [68, 576, 1500])
    func splitSources(mtu: Int) throws {
        var bench = MembershipBench(ports: [Underlay.port(mtu: mtu)])
        _ = bench.setGroups("239.1.1.1", "239.1.1.2")
        _ = bench.run(.seconds(5))
        var asked: Set<IPAddress> = []
        for part in 0..<4 {
            let sources = (0..<250).map { "198.51.\(part).\($0 + 1)" }
            asked.formUnion(sources.map(Underlay.address))
            try bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 10, sources: sources))
        }
        let actions = bench.actions(for: .seconds(10)).map(\.action)
        #expect(actions.allSatisfy { $0.frame.count <= 14 + mtu })
        let records = MembershipLimitTests.records(actions)
        #expect(records.allSatisfy { $0.kind == .includes && $0.group == Underlay.address("239.1.1.1") })
        #expect(records.flatMap(\.sources).count == 1000)
        #expect(Set(records.flatMap(\.sources)) == asked)
        #expect(bench.membership.status.allSatisfy { $0.state == .idle })
    }
}
