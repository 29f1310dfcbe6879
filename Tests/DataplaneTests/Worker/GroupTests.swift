import Dataplane
import Testing

extension PacketPath {
    /// Multicast underlays (RFC 7348 section 4.2).
    @Suite("Multicast groups")
    struct GroupTests {
        static func group(_ family: Family, _ last: UInt8 = 1) -> Bytes {
            family == .ipv4 ? [239, 1, 1, last] : ipv6Address(last, prefix: [0xFF, 5])
        }

        /// RFC 1112 section 6.4 and RFC 2464 section 7.
        static func mac(_ family: Family, _ last: UInt8 = 1) -> MACAddress {
            family == .ipv4 ? MACAddress(1, 0, 0x5E, 1, 1, last) : MACAddress(0x33, 0x33, 0, 0, 0, last)
        }

        /// Network blue with VTEP 1 over this family, on two underlay ports of which the first has joined the group.
        private func withGroup(_ family: Family, _ body: (Rig) throws -> Void) throws {
            var options = Rig.Options()
            options.underlayPorts = 2
            try Rig.blue(options) { rig in
                rig.makeTunnel(1, over: family)
                rig.put(Blue.a, .port(2))
                join(rig, rig.wan, [GroupTests.group(family)])
                try body(rig)
            }
        }

        private func join(_ rig: Rig, _ port: PortIndex, _ groups: Set<Bytes>) {
            rig.tables.ports.publishGroups(port, Set(groups.map(Rig.underlayAddress)))?.deallocate()
        }

        /// What VTEP 1 sends to the group.
        private func packet(_ rig: Rig, _ family: Family, _ inner: Bytes = Blue.bToA, group: UInt8 = 1) -> OuterPacket {
            var packet = rig.arriving(inner, from: 1, over: family)
            packet.destination = GroupTests.group(family, group)
            packet.destinationMAC = GroupTests.mac(family, group)
            return packet
        }

        @Test("Packets to a group are taken where it is joined, and teach", arguments: Family.allCases)
        func joined(family: Family) throws {
            try withGroup(family) { rig in
                for udpChecksum in [nil, 0] as [UInt16?] where family == .ipv4 || udpChecksum == nil {
                    var packet = packet(rig, family)
                    packet.udpChecksum = udpChecksum
                    try #expect(rig.forward(packet) == [rig.lan(2): [Blue.bToA]])
                }
                #expect(rig.place(of: Blue.b) == .tunnel(1))
                let flood = datagram(from: Blue.c, to: .broadcast)
                let output = try rig.forward(packet(rig, family, flood))
                #expect(output == [rig.lan(0): [tagged(flood, 100)], rig.lan(1): [tagged(flood, 200)], rig.lan(2): [flood]])
            }
        }

        @Test("Other groups, other ports and groups that were left are not for us", arguments: Family.allCases)
        func notJoined(family: Family) throws {
            try withGroup(family) { rig in
                try #expect(rig.forward(packet(rig, family, group: 2)) == [:])
                try #expect(rig.forward(packet(rig, family), on: rig.wan(1)) == [:])
                join(rig, rig.wan(1), [GroupTests.group(family, 2), GroupTests.group(family.other)])
                try #expect(rig.forward(packet(rig, family), on: rig.wan(1)) == [:])
                try #expect(rig.forward(packet(rig, family, group: 2), on: rig.wan(1)) == [rig.lan(2): [Blue.bToA]])
                join(rig, rig.wan, [])
                try #expect(rig.forward(packet(rig, family)) == [:])
                rig.expectedDrops = [.notOurAddress: 4]
            }
        }

        @Test("Our own packets that come back from a group are refused, on any port of ours", arguments: Family.allCases)
        func ownPackets(family: Family) throws {
            try withGroup(family) { rig in
                join(rig, rig.wan(1), [GroupTests.group(family)])
                for port in [rig.wan, rig.wan(1)] {
                    var packet = packet(rig, family)
                    packet.source = rig.ownAddress(family)
                    packet.sourceMAC = rig.options.wanMAC
                    try #expect(rig.forward(packet, on: port) == [:])
                }
                #expect(rig.place(of: Blue.b) == .none)
                rig.expectedDrops = [.ownSourceAddress: 2]
            }
        }

        @Test("Many groups are told apart")
        func manyGroups() throws {
            try withGroup(.ipv4) { rig in
                let joined = Set((0..<100).flatMap { number in Family.allCases.map { GroupTests.group($0, UInt8(2 * number)) } })
                join(rig, rig.wan, joined)
                rig.makeTunnel(1, over: .ipv6)
                var dropped: UInt64 = 0
                for number in 0..<200 {
                    for family in Family.allCases {
                        let output = try rig.forward(packet(rig, family, group: UInt8(number)))
                        #expect(output == (number % 2 == 0 ? [rig.lan(2): [Blue.bToA]] : [:]))
                        if number % 2 == 1 { dropped += 1 }
                    }
                }
                rig.expectedDrops = [.notOurAddress: dropped]
            }
        }

        @Test("Floods go to the group once, beside VTEPs outside it", arguments: Family.allCases)
        func sends(family: Family) throws {
            try withGroup(family) { rig in
                let record = TunnelRecord(
                    port: rig.wan, nextHopMAC: GroupTests.mac(family), portMAC: rig.options.wanMAC,
                    source: Rig.underlayAddress(rig.ownAddress(family)), destination: Rig.underlayAddress(GroupTests.group(family)),
                    udpPort: 4789, mtu: 1600, fields: OuterFields { $0.timeToLive = 1 })
                rig.tables.tunnels.publish(TunnelIndex(3), record)?.deallocate()
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (2, 0)], tunnels: [3, 1])
                let output = try rig.forward(Blue.aToAll, on: rig.lan(2))
                let sent = output[rig.wan] ?? []
                try #require(sent.count == 2)
                var toGroup = rig.leaving(Blue.aToAll, to: 3, over: family, like: sent[0])
                toGroup.destination = GroupTests.group(family)
                toGroup.destinationMAC = GroupTests.mac(family)
                toGroup.timeToLive = 1
                #expect(sent == [toGroup.bytes, rig.leaving(Blue.aToAll, to: 1, over: family, like: sent[1]).bytes])
                #expect(rig.counters().tunnel(TunnelIndex(3)).txPackets == 1)
            }
        }

        @Test("IGMP is handed to control whole, with and without its Router Alert option, also for groups that are not joined")
        func membership() throws {
            try withGroup(.ipv4) { rig in
                for options in [[], Bytes(hex: "94040000")] {
                    let query = IPv4Packet(
                        source: Rig.peerAddress(1), destination: 0xE000_0001, proto: 2, options: options,
                        payload: [0x11, 100, 0, 0, 0, 0, 0, 0])
                    let frame = ethernet(to: MACAddress(1, 0, 0x5E, 0, 0, 1), from: Rig.peerMAC(1), query.bytes)
                    try #expect(rig.forward(frame, on: rig.wan(1)) == [:])
                    let punt = rig.exchange.nextPunt()
                    #expect(punt?.frame == frame && punt?.port == rig.wan(1))
                }
            }
        }
    }
}
