import Dataplane
import Gateway
import Testing

@Suite("Underlay host: multicast membership")
struct UnderlayHostMembershipTests {
    private static let groups = [Underlay.wan0: Set(["239.1.1.1", "ff0e::1:2"].map(Underlay.address))]

    /// Membership on the test link, in a group of each family, with all joins told.
    private static func bench() -> HostBench {
        var bench = HostBench(ports: [MembershipBench.port], random: FixedRandom.half)
        _ = bench.host.setGroups(groups, now: bench.clock.now)
        _ = bench.run(.seconds(5))
        return bench
    }

    @Test("Groups are joined at once, and the tick repeats it")
    func join() {
        var bench = HostBench(ports: [MembershipBench.port], random: FixedRandom.half)
        let actions = bench.host.setGroups(UnderlayHostMembershipTests.groups, now: bench.clock.now)
        #expect(actions.map(\.said) == ["IGMPv3 join 239.1.1.1", "MLDv2 join ff0e::1:2"])
        #expect(bench.run(.seconds(5)) == actions)
        #expect(bench.host.membership.status.map(\.port) == [Underlay.wan0, Underlay.wan0])
    }

    @Test(
        "Queries of both families reach membership in frames to a group, to all and to us",
        arguments: [
            MembershipFrames.igmpv3Query, MembershipFrames.igmpv2GroupQuery, MembershipFrames.mldv2Query, MembershipFrames.mldv1GroupQuery,
        ])
    func queries(frame: [UInt8]) {
        for destination in [[UInt8](frame[..<6]), [255, 255, 255, 255, 255, 255], Underlay.ownMAC.octets] {
            var bench = UnderlayHostMembershipTests.bench()
            #expect(bench.receive(destination + frame[6...]) == [])
            #expect(bench.host.counters.membershipHeard == 1)
            #expect(bench.host.counters.dropped == 0)
            #expect(bench.run(.seconds(20)).count == 1)
        }
    }

    @Test(
        "What leads to nothing is counted by reason",
        arguments: [
            (MembershipFrames.igmpv3Query.replacing(0, 2, 0, 0, 0, 0, 9), PuntDropReason.macNotOurs),
            (MembershipFrames.mldv2Query.replacing(0, 2, 0, 0, 0, 0, 9), .macNotOurs),
            (MembershipFrames.igmpv3Query.replacing(6, 2, 0, 0, 0, 0, 1), .ownFrame),
            (HeardMembership.igmpv3(to: "192.0.2.1"), .linkBroadcast),
            (HeardMembership.mld([130] + [UInt8](repeating: 0, count: 23), to: "2001:db8::1"), .linkBroadcast),
            (HeardMembership.igmpv3("239.9.9.9"), .notOurAddress),
            (HeardMembership.igmp([0x11, 10, 0, 0, 0, 0, 0, 0], from: "192.0.2.1"), .ownSourceAddress),
            (HeardMembership.igmp([0x11, 10, 0, 0, 0, 0, 0, 0], from: "239.1.1.1"), .sourceAddressInvalid),
            ([UInt8](MembershipFrames.igmpv3Query[..<30]), .ipv4Short),
            (MembershipFrames.igmpv3Query.replacing(14, 0x66), .ipv4Version),
            (MembershipFrames.igmpv3Query.replacing(16, 9), .ipv4Length),
            (MembershipFrames.igmpv3Query.replacing(24, 0), .ipv4Checksum),
            (withHeaderChecksum24(MembershipFrames.igmpv3Query.replacing(20, 0x20)), .ipv4Fragment),
            (withHeaderChecksum24(MembershipFrames.igmpv3Query.replacing(22, 64)), .igmpTTL),
            (HeardMembership.igmp([0x11, 10, 0, 0, 0, 0, 0, 0, 0]), .igmpLength),
            (MembershipFrames.igmpv3Query.replacing(39, 99), .igmpChecksum),
            (MembershipFrames.igmpv2OtherLeave, .igmpType),
            (HeardMembership.igmpv3("192.0.2.7", to: "224.0.0.1"), .igmpGroup),
            (HeardMembership.mld([130] + [UInt8](repeating: 0, count: 25)), .mldLength),
            (MembershipFrames.mldv2Query.replacing(21, 64), .mldHopLimit),
            (HeardMembership.mld([130] + [UInt8](repeating: 0, count: 23), from: "2001:db8::2"), .mldSource),
            (HeardMembership.mld([130] + [UInt8](repeating: 0, count: 23), options: [1, 4, 0, 0, 0, 0]), .mldRouterAlert),
            (HeardMembership.mld([130] + [UInt8](repeating: 0, count: 23), options: [5, 9, 0, 0, 0, 0]), .mldOptions),
            (MembershipFrames.mldv2Query.replacing(66, 1), .mldChecksum),
            (MembershipFrames.mldv1OtherDone, .mldType),
            (MembershipFrames.mldv2OtherReport, .mldType),
            (HeardMembership.mldv2("2001:db8::7"), .mldGroup),
        ])
    func drops(frame: [UInt8], reason: PuntDropReason) {
        var bench = UnderlayHostMembershipTests.bench()
        #expect(bench.receive(frame) == [])
        #expect(bench.host.counters[reason] == 1)
        #expect(bench.host.counters.membershipHeard == 0)
        #expect(bench.run(.seconds(20)) == [])
    }

    @Test("Other multicast frames are still refused")
    func otherMulticast() {
        var bench = UnderlayHostMembershipTests.bench()
        #expect(bench.receive(UnderlayFrames.echoRequest.replacing(0, 1, 0, 0x5E, 1, 1, 1)) == [])
        #expect(bench.host.counters[.macNotOurs] == 1)
    }

    @Test("A link that comes up is told the groups anew")
    func linkUp() {
        var bench = UnderlayHostMembershipTests.bench()
        _ = bench.host.linkChanged(onPort: Underlay.wan0, isUp: false, now: bench.clock.now)
        #expect(bench.run(.seconds(5)) == [])
        _ = bench.host.linkChanged(onPort: Underlay.wan0, isUp: true, now: bench.clock.now)
        let said = bench.run(.seconds(5)).compactMap { SaidMembership(frame: $0.frame)?.description }
        #expect(said == ["IGMPv3 join 239.1.1.1", "MLDv2 join ff0e::1:2", "IGMPv3 join 239.1.1.1", "MLDv2 join ff0e::1:2"])
    }

    @Test("A reload of the ports keeps the groups of those that stay, and joins those of new ones")
    func reload() {
        var bench = UnderlayHostMembershipTests.bench()
        let second = Underlay.port(Underlay.wan1, mac: Underlay.ownMAC1, addresses: [])
        let groups = UnderlayHostMembershipTests.groups.merging([Underlay.wan1: [Underlay.address("239.1.1.2")]]) { first, _ in first }
        #expect(bench.host.setGroups(groups, now: bench.clock.now) == [])
        #expect(bench.update(MembershipBench.port, second).map(\.said) == ["IGMPv3 join 239.1.1.2"])
        #expect(bench.host.membership.status.count == 3)
        _ = bench.update(MembershipBench.port)
        #expect(bench.host.membership.status.count == 2)
    }

    @Test("A gateway that stops leaves its groups and repeats it within a second")
    func stop() {
        var bench = UnderlayHostMembershipTests.bench()
        #expect(!bench.host.isLeavingGroups)
        let leaves = bench.host.leaveGroups(now: bench.clock.now)
        #expect(leaves.map(\.said) == ["IGMPv3 leave 239.1.1.1", "MLDv2 leave ff0e::1:2"])
        #expect(bench.host.isLeavingGroups)
        #expect(bench.run(.milliseconds(1050)) == leaves)
        #expect(!bench.host.isLeavingGroups)
        #expect(bench.run(.seconds(5)) == [])
    }
}
