import CShims
import Dataplane
import Testing

extension PacketPath {
    /// RFC 4541 section 2.1.1.
    @Suite("Multicast snooping: reports and queries")
    struct SnoopMessageTests {
        private static let group: [Family: Bytes] = [.ipv4: [239, 1, 1, 1], .ipv6: ipv6Address(1, prefix: [0xFF, 5])]

        private static func message(_ family: Family, _ ipv4Type: UInt8, _ ipv6Type: UInt8, to group: Bytes) -> Bytes {
            family == .ipv4 ? MulticastFrames.igmp(ipv4Type, to: group) : MulticastFrames.mld(ipv6Type, to: group)
        }

        /// Reports of the newest versions, and messages of those who leave.
        private static func unheard(_ family: Family) -> [Bytes] {
            [
                message(family, 0x22, 143, to: MulticastFrames.reportReceivers[family]!),
                message(family, 0x17, 132, to: MulticastFrames.allRouters[family]!),
            ]
        }

        private static func older(_ family: Family) -> [Bytes] {
            [message(family, 0x16, 131, to: group[family]!), message(family, 0x12, 131, to: group[family]!)]
        }

        @Test("Reports go where reports are to go, not to members, and control sees them without tag", arguments: Family.allCases)
        func reports(family: Family) throws {
            try Rig.blue { rig in
                rig.snoop(
                    routers: [SnoopTests.lan1], reports: [SnoopTests.lan1, SnoopTests.two],
                    [SnoopMessageTests.group[family]!: [SnoopTests.lan2, SnoopTests.one]])
                for frame in SnoopMessageTests.unheard(family) {
                    let output = try rig.forward(tagged(frame, 100), on: rig.lan(0))
                    #expect(Set(output.keys) == [rig.lan(1), rig.wan] && output[rig.wan]?.count == 1 && output[rig.wan]?.first?[33] == 3)
                }
                // Hosts that hear them would be silent: these go to routers alone.
                for frame in SnoopMessageTests.older(family) {
                    try #expect(rig.forward(tagged(frame, 100), on: rig.lan(0)) == [rig.lan(1): [tagged(frame, 200)]])
                }
                let shown = rig.shown
                #expect(shown.map(\.frame) == SnoopMessageTests.unheard(family) + SnoopMessageTests.older(family))
                #expect(shown.allSatisfy { $0.network == NetworkIndex(1) && $0.origin == SnoopTests.lan0 })
            }
        }

        @Test(
            "Reports from a tunnel go to routers on access ports; with none, they end here, shown and counted", arguments: Family.allCases)
        func reportsFromTunnels(family: Family) throws {
            try Rig.blue { rig in
                let frame = SnoopMessageTests.unheard(family)[0]
                rig.snoop(routers: [SnoopTests.lan2, SnoopTests.two], [:])
                try #expect(rig.forward(rig.encapsulated(frame, from: 1)) == [rig.lan(2): [frame]])
                rig.snoop(routers: [SnoopTests.two], [:])
                try #expect(rig.forward(rig.encapsulated(frame, from: 1)) == [:])
                #expect(rig.shown.map(\.origin) == [SnoopTests.one, SnoopTests.one])
                rig.expectedDrops = [.noListener: 1]
            }
        }

        @Test("Queries and hellos of PIM go to everyone, and control sees them", arguments: Family.allCases)
        func queries(family: Family) throws {
            try Rig.blue { rig in
                rig.snoop(routers: [SnoopTests.lan1], [:])
                let allPIM: Bytes = family == .ipv4 ? [224, 0, 0, 13] : ipv6Address(13, prefix: [0xFF, 2])
                let frames = [
                    SnoopMessageTests.message(family, 0x11, 130, to: MulticastFrames.allHosts[family]!),
                    SnoopMessageTests.message(family, 0x11, 130, to: SnoopMessageTests.group[family]!),
                    MulticastFrames.data(allPIM, next: 103, payload: [0x20, 0, 0, 0]),
                ]
                for frame in frames {
                    try #expect(rig.forward(frame, on: rig.lan(2)).mapValues(\.count) == [rig.lan(0): 1, rig.lan(1): 1, rig.wan: 2])
                }
                #expect(rig.shown.map(\.frame) == frames)
                // A join of PIM is its routers' business.
                let join = MulticastFrames.data(allPIM, next: 103, payload: [0x23, 0, 0, 0])
                try #expect(rig.forward(join, on: rig.lan(2)).count == 3)
                #expect(rig.shown.isEmpty)
            }
        }

        @Test("While nothing is known, all of it goes to everyone", arguments: Family.allCases)
        func unknown(family: Family) throws {
            try Rig.blue { rig in
                rig.snoop(MulticastTargets())
                for frame in SnoopMessageTests.unheard(family) + SnoopMessageTests.older(family) {
                    try #expect(rig.forward(frame, on: rig.lan(2)).count == 3)
                }
                #expect(rig.shown.count == 4)
            }
        }

        @Test("IGMP is found behind options, MLD behind any hop-by-hop header; a fragment's rest is none")
        func places() throws {
            try Rig.blue { rig in
                rig.snoop(routers: [SnoopTests.lan1], [:])
                let frames = [
                    MulticastFrames.igmp(0x22, to: [224, 0, 0, 22], options: []),
                    MulticastFrames.igmp(0x22, to: [224, 0, 0, 22], options: Bytes(repeating: 1, count: 40)),
                    MulticastFrames.mld(143, to: MulticastFrames.reportReceivers[.ipv6]!, hopByHopWords: 5),
                ]
                for frame in frames { try #expect(rig.forward(frame, on: rig.lan(2)) == [rig.lan(1): [tagged(frame, 200)]]) }
                #expect(rig.shown.count == frames.count)
                let rest = MulticastFrames.igmp(0x22, to: [224, 0, 0, 22]).replacing(20, 0, 3)
                try #expect(rig.forward(rest, on: rig.lan(2)).count == 3)
                let cut = Bytes(frames[2].prefix(100))
                try #expect(rig.forward(cut, on: rig.lan(2)).count == 3)
                #expect(rig.shown.isEmpty)
            }
        }

        @Test("More than control is to be shown are forwarded all the same, and counted")
        func tooMany() throws {
            var options = Rig.Options()
            options.exchangeSize = 8
            try Rig.blue(options) { rig in
                rig.snoop(routers: [SnoopTests.lan1], [:])
                let frame = SnoopMessageTests.unheard(.ipv4)[0]
                for _ in 0..<10 { try #expect(rig.forward(frame, on: rig.lan(2)).count == 1) }
                #expect(rig.shown.count == 7 && rig.counters().totals.tenantFramesUnseen == 3)
            }
        }
    }
}
