import CShims
import Dataplane
import Testing

extension PacketPath {
    /// RFC 4541 section 2.1.2 and 3.
    @Suite("Multicast snooping: packets to groups")
    struct SnoopTests {
        static let lan0 = Destination.port(0, vlan: 100), lan1 = Destination.port(1, vlan: 200), lan2 = Destination.port(2)
        static let one = Destination.tunnel(1), two = Destination.tunnel(2)

        private static func group(_ family: Family, _ last: UInt8 = 1) -> Bytes { GroupTests.group(family, last) }

        /// Where copies of a frame have come out.
        private func places(_ rig: Rig, _ output: [PortIndex: [Bytes]]) -> Set<Destination> {
            var places: Set<Destination> = []
            for (port, frames) in output where port != rig.wan {
                for frame in frames {
                    places.insert(.port(Int(port.rawValue), vlan: frame.u16(12) == 0x8100 ? Int(frame.u16(14) & 0xFFF) : 0))
                }
            }
            for frame in output[rig.wan] ?? [] { places.insert(.tunnel(Int(frame[33]) - 1)) }
            return places
        }

        @Test("Go to members and routers, nobody else, on the way from an access port", arguments: Family.allCases)
        func members(family: Family) throws {
            try Rig.blue { rig in
                let group = SnoopTests.group(family)
                let frame = MulticastFrames.data(group)
                rig.snoop(routers: [SnoopTests.two], [group: [SnoopTests.lan1]])
                let output = try rig.forward(tagged(frame, 0xE064), on: rig.lan(0))
                #expect(output[rig.lan(1)] == [tagged(frame, 0xE000 | 200)] && output[rig.lan(2)] == nil)
                let sent = output[rig.wan] ?? []
                #expect(sent == [rig.expected(frame, to: 2, like: sent.first ?? [])])
                #expect(rig.shown.isEmpty)
            }
        }

        @Test("Go to local members alone on the way from a tunnel", arguments: Family.allCases)
        func splitHorizon(family: Family) throws {
            try Rig.blue { rig in
                let group = SnoopTests.group(family)
                rig.snoop(routers: [SnoopTests.two], [group: [SnoopTests.lan2, SnoopTests.one]])
                let frame = MulticastFrames.data(group)
                try #expect(rig.forward(rig.encapsulated(frame, from: 1)) == [rig.lan(2): [frame]])
            }
        }

        @Test("Do not go back, nor to a port kept apart; with nobody else they are dropped by name")
        func notBack() throws {
            try Rig.blue { rig in
                let group = SnoopTests.group(.ipv4)
                rig.snoop(routers: [], [group: [SnoopTests.lan2, SnoopTests.one]])
                let frame = MulticastFrames.data(group)
                try #expect(places(rig, rig.forward(frame, on: rig.lan(2))) == [SnoopTests.one])
                rig.snoop(routers: [], [group: [SnoopTests.lan2]])
                try #expect(rig.forward(frame, on: rig.lan(2)).isEmpty)
                rig.snoop(routers: [], [group: [SnoopTests.lan1, SnoopTests.one]])
                for port in [1, 2] { rig.tables.ports.setIsolation(rig.lan(port), isIsolated: true, group: nil) }
                try #expect(places(rig, rig.forward(frame, on: rig.lan(2))) == [SnoopTests.one])
                rig.expectedDrops = [.noListener: 1]
            }
        }

        @Test("Of groups that nobody has asked for go to routers; without routers they are dropped", arguments: Family.allCases)
        func unregistered(family: Family) throws {
            try Rig.blue { rig in
                rig.snoop(routers: [SnoopTests.lan1, SnoopTests.one], [SnoopTests.group(family): [SnoopTests.lan2]])
                let frame = tagged(MulticastFrames.data(SnoopTests.group(family, 2)), 100)
                try #expect(places(rig, rig.forward(frame, on: rig.lan(0))) == [SnoopTests.lan1, SnoopTests.one])
                rig.snoop(routers: [], [SnoopTests.group(family): [SnoopTests.lan2]])
                try #expect(rig.forward(frame, on: rig.lan(0)).isEmpty)
                rig.expectedDrops = [.noListener: 1]
            }
        }

        @Test("Are told apart by address, where the MAC is the same")
        func sameMAC() throws {
            try Rig.blue { rig in
                let one: Bytes = [239, 1, 1, 1], other: Bytes = [225, 129, 1, 1]
                #expect(MulticastFrames.mac(one) == MulticastFrames.mac(other))
                rig.snoop(routers: [], [one: [SnoopTests.lan1], other: [SnoopTests.one]])
                try #expect(places(rig, rig.forward(tagged(MulticastFrames.data(one), 100), on: rig.lan(0))) == [SnoopTests.lan1])
                try #expect(places(rig, rig.forward(tagged(MulticastFrames.data(other), 100), on: rig.lan(0))) == [SnoopTests.one])
            }
        }

        /// What everyone gets, whatever is known of groups.
        private static let forEveryone: [Bytes] = [
            MulticastFrames.data([224, 0, 0, 1]), MulticastFrames.data([224, 0, 0, 251]),
            MulticastFrames.data(ipv6Address(1, prefix: [0xFF, 2])), MulticastFrames.data(ipv6Address(0xFB, prefix: [0xFF, 2])),
            MulticastFrames.data(Bytes(hex: "ff0200000000000000000001ff789abc")),
            MulticastFrames.data(ipv6Address(1, prefix: [0xFF, 1])),
            // No IP, no group in a group's frame, a version that is none, too short to tell.
            ethernet(to: MACAddress(1, 0, 0x5E, 1, 1, 1), from: Blue.a, type: 0x88B5, Bytes(repeating: 7, count: 46)),
            datagram(from: Blue.a, to: MACAddress(1, 0, 0x5E, 1, 1, 1)),
            MulticastFrames.data([239, 1, 1, 1]).replacing(14, 0x65),
            Bytes(MulticastFrames.data([239, 1, 1, 1]).prefix(33)),
            Bytes(MulticastFrames.data(ipv6Address(1, prefix: [0xFF, 5])).prefix(53)),
            // An IGMP message of no known type.
            MulticastFrames.igmp(0x42, to: [239, 1, 1, 1]),
            Blue.aToAll, Blue.aToB,
        ]

        @Test("Of link scope, and what is no packet to a group, go to everyone", arguments: forEveryone)
        func everyone(frame: Bytes) throws {
            try Rig.blue { rig in
                rig.snoop(routers: [SnoopTests.one], [[239, 1, 1, 1]: [SnoopTests.lan1]])
                let output = try rig.forward(tagged(frame, 100), on: rig.lan(0))
                #expect(places(rig, output) == [SnoopTests.lan1, SnoopTests.lan2, SnoopTests.one, SnoopTests.two])
                #expect(output[rig.lan(2)] == [frame] && rig.shown.isEmpty)
            }
        }

        @Test("Just beyond link scope are groups like others")
        func justBeyond() throws {
            try Rig.blue { rig in
                rig.snoop(routers: [SnoopTests.one], [:])
                for group in [
                    [224, 0, 1, 1], [239, 0, 0, 1], [225, 0, 0, 1], ipv6Address(1, prefix: [0xFF, 3]),
                    ipv6Address(1, prefix: [0xFF, 0x12]),
                ] {
                    let output = try rig.forward(tagged(MulticastFrames.data(group), 100), on: rig.lan(0))
                    #expect(places(rig, output) == [SnoopTests.one], "\(group)")
                }
            }
        }

        @Test("Are flooded where nothing is known, or a group has no room, or snooping is off")
        func flooded() throws {
            try Rig.blue { rig in
                let frame = tagged(MulticastFrames.data([239, 1, 1, 1]), 100)
                let all: Set = [SnoopTests.lan1, SnoopTests.lan2, SnoopTests.one, SnoopTests.two]
                rig.snoop(MulticastTargets())
                try #expect(places(rig, rig.forward(frame, on: rig.lan(0))) == all)
                rig.snoop(routers: [], [[239, 1, 1, 1]: .some(nil)])
                try #expect(places(rig, rig.forward(frame, on: rig.lan(0))) == all)
                rig.snoop(routers: [SnoopTests.one], [:])
                try #expect(places(rig, rig.forward(frame, on: rig.lan(0))) == [SnoopTests.one])
                rig.tables.networks.setFeatures(NetworkIndex(1), [])
                try #expect(places(rig, rig.forward(frame, on: rig.lan(0))) == all)
            }
        }

        @Test("Of one IP version are not held back by what is known of the other")
        func familiesApart() throws {
            try Rig.blue { rig in
                var targets = MulticastTargets()
                targets.ipv4 = .init(routers: .init(), reports: .init())
                rig.snoop(targets)
                try #expect(rig.forward(tagged(MulticastFrames.data([239, 1, 1, 1]), 100), on: rig.lan(0)).isEmpty)
                try #expect(rig.forward(tagged(MulticastFrames.data(ipv6Address(1, prefix: [0xFF, 5])), 100), on: rig.lan(0)).count == 3)
                rig.expectedDrops = [.noListener: 1]
            }
        }

        @Test("Of a thousand groups each has its own members")
        func manyGroups() throws {
            try Rig.blue { rig in
                var members: [Bytes: [Destination]?] = [:]
                for number in 0..<1000 {
                    members[[239, 7, UInt8(number / 250), UInt8(number % 250)]] = [number % 2 == 0 ? SnoopTests.lan1 : SnoopTests.one]
                }
                rig.snoop(routers: [SnoopTests.two], members)
                for number in 0..<1100 {
                    let frame = MulticastFrames.data([239, 7, UInt8(number / 250), UInt8(number % 250)])
                    let member: [Destination] = number >= 1000 ? [] : [number % 2 == 0 ? SnoopTests.lan1 : SnoopTests.one]
                    let output = try rig.forward(tagged(frame, 100), on: rig.lan(0))
                    #expect(places(rig, output) == Set(member + [SnoopTests.two]), "group \(number)")
                }
            }
        }

        @Test("In several segments, and with a tag that the device took off, are treated the same", arguments: Family.allCases)
        func segments(family: Family) throws {
            try Rig.blue { rig in
                let group = SnoopTests.group(family)
                let frame = MulticastFrames.data(group, payload: udp(from: 1, to: 2, Bytes(repeating: 5, count: 100)))
                rig.snoop(routers: [], [group: [SnoopTests.lan2]])
                try #expect(rig.forward(rig.packet(tagged(frame, 100), segments: [80, 10]), on: rig.lan(0)) == [rig.lan(2): [frame]])
                let stripped = try rig.packet(frame)
                stripped.pointee.ol_flags = VD_RX_VLAN_STRIPPED
                stripped.pointee.vlan_tci = 100
                try #expect(rig.forward(stripped, on: rig.lan(0)) == [rig.lan(2): [frame]])
                // Where the header is not in one piece nobody looks into it.
                try #expect(rig.forward(rig.packet(tagged(frame, 100), segments: [30, 10]), on: rig.lan(0)).count == 3)
            }
        }
    }
}
