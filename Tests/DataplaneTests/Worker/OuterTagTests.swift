import CShims
import Dataplane
import Testing

extension PacketPath {
    /// The 802.1Q tag of an underlay port.
    @Suite("Outer tags")
    struct OuterTagTests {
        private static let tag: UInt16 = 0xA12C

        private func withTag(_ family: Family, _ fields: OuterFields? = nil, _ body: (Rig) throws -> Void) throws {
            try Rig.blue { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: family, fields ?? OuterFields { $0.tag = OuterTagTests.tag }) }
                rig.tables.ports.setOuterTag(rig.wan, VLANID(300))
                rig.put(Blue.a, .port(2), origin: .learned)
                rig.put(Blue.b, .tunnel(1))
                try body(rig)
            }
        }

        @Test(
            "Everything that leaves in a tunnel carries the tag, with its priority", arguments: Family.allCases,
            [OuterFields.UDPChecksum.none, .software])
        func push(family: Family, checksum: OuterFields.UDPChecksum) throws {
            let fields = OuterFields {
                $0.tag = OuterTagTests.tag
                $0.udpChecksum = checksum
            }
            try withTag(family, fields) { rig in
                for (port, received) in [(2, Blue.aToB), (0, tagged(Blue.aToB, 0xE064)), (1, tagged(Blue.aToB, 200))] {
                    let output = try rig.forward(received, on: rig.lan(port))
                    var expected = rig.leaving(Blue.aToB, to: 1, over: family, like: output[rig.wan]?.first ?? [])
                    (expected.tag, expected.udpChecksum) = (OuterTagTests.tag, checksum == .none ? 0 : nil)
                    #expect(output == [rig.wan: [expected.bytes]])
                }
                let flood = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                #expect(flood[rig.wan]?.map { OuterView($0).tag } == [OuterTagTests.tag, OuterTagTests.tag])
                #expect(flood[rig.lan(1)] == [tagged(Blue.aToAll, 200)] && flood[rig.lan(2)] == [Blue.aToAll])
            }
        }

        @Test(
            "The priority follows the DSCP: the fixed one's upper three bits, or each packet's own", arguments: Family.allCases,
            [true, false])
        func priorityFromDSCP(family: Family, copies: Bool) throws {
            let fields = OuterFields {
                $0.tag = 300
                $0.priorityFollowsDSCP = true
                $0.dscp = 0x68
                $0.copiesDSCP = copies
            }
            try withTag(family, fields) { rig in
                for innerFamily in Family.allCases {
                    for dscp in 0..<64 as Range<UInt8> {
                        for to in [Blue.b, .broadcast] {
                            let frame = CongestionTests.inner(innerFamily, trafficClass: dscp << 2 | 1, from: Blue.a, to: to)
                            let sent = try rig.forward(frame, on: rig.lan(2))[rig.wan] ?? []
                            let priority = UInt16(copies ? dscp >> 3 : 0x68 >> 5)
                            #expect(sent.count == (to == Blue.b ? 1 : 2))
                            #expect(sent.allSatisfy { OuterView($0).tag == priority << 13 | 300 && OuterView($0).inner == frame })
                        }
                    }
                }
                let arp = ethernet(to: Blue.b, from: Blue.a, type: 0x0806, [1, 2, 3])
                let sent = try rig.forward(arp, on: rig.lan(2))[rig.wan] ?? []
                #expect(sent.map { OuterView($0).tag } == [copies ? 300 : 3 << 13 | 300])
            }
        }

        @Test("A fixed priority is no matter of the DSCP", arguments: Family.allCases)
        func fixedPriority(family: Family) throws {
            let fields = OuterFields {
                $0.tag = 300
                $0.copiesDSCP = true
            }
            try withTag(family, fields) { rig in
                let sent = try rig.forward(CongestionTests.inner(.ipv4, trafficClass: 0xB8, from: Blue.a, to: Blue.b), on: rig.lan(2))[
                    rig.wan]
                #expect(sent?.map { OuterView($0).tag } == [300])
            }
        }

        @Test("The tag does not count in the underlay's MTU", arguments: Family.allCases)
        func mtu(family: Family) throws {
            var options = Rig.Options()
            options.underlayMTU = 1500 + family.headerByteCount
            options.accessMTU = 1600
            try Rig.blue(options) { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: family, OuterFields { $0.tag = 300 }) }
                rig.put(Blue.b, .tunnel(1))
                for to in [Blue.b, .broadcast] {
                    let frame = ethernet(to: to, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1500))
                    let sent = try rig.forward(frame, on: rig.lan(2))[rig.wan] ?? []
                    #expect(sent.map(\.count) == Array(repeating: 1514 + family.headerByteCount + 4, count: to == Blue.b ? 1 : 2))
                    try #expect(rig.forward(frame + [1], on: rig.lan(2))[rig.wan] == nil)
                }
                rig.expectedDrops = [.mtuExceeded: 3]
            }
        }

        @Test("The tag is taken off what comes, whatever its priority, and may be the device's work", arguments: Family.allCases)
        func takeOff(family: Family) throws {
            try withTag(family) { rig in
                for udpChecksum in [nil, 0] as [UInt16?] where family == .ipv4 || udpChecksum == nil {
                    var packet = rig.arriving(Blue.bToA, from: 1, over: family)
                    packet.udpChecksum = udpChecksum
                    for control in [300, 0xE000 | 300, 0x1000 | 300, 0xF000 | 300] as [UInt16] {
                        packet.tag = control
                        try #expect(rig.forward(packet) == [rig.lan(2): [Blue.bToA]])
                        let stripped = try DropCase.stripped(rig, packet.untagged.bytes, tag: control)
                        try #expect(rig.forward(stripped, on: rig.wan) == [rig.lan(2): [Blue.bToA]])
                        // Padding behind the packet, and the tag in a first segment of its own length.
                        try #expect(rig.forward(packet.bytes + [0, 0, 0], on: rig.wan) == [rig.lan(2): [Blue.bToA]])
                        try #expect(rig.forward(rig.packet(packet.bytes, segments: [100]), on: rig.wan) == [rig.lan(2): [Blue.bToA]])
                    }
                }
                #expect(rig.place(of: Blue.b) == .tunnel(1))
            }
        }

        @Test("What is flooded from a tagged port carries no outer tag on", arguments: [true, false])
        func flood(isStripped: Bool) throws {
            try withTag(.ipv4) { rig in
                var packet = rig.arriving(datagram(from: Blue.c, to: .broadcast), from: 1, over: .ipv4)
                packet.tag = 0xA12C
                let received =
                    isStripped ? try DropCase.stripped(rig, packet.untagged.bytes, tag: 0xA12C) : try rig.packet(packet.bytes)
                let frame = packet.inner
                let output = try rig.forward(received, on: rig.wan)
                #expect(output == [rig.lan(0): [tagged(frame, 100)], rig.lan(1): [tagged(frame, 200)], rig.lan(2): [frame]])
            }
        }

        @Test("Untagged frames, priority-tagged ones and those of other VLANs are refused", arguments: Family.allCases, [true, false])
        func others(family: Family, isStripped: Bool) throws {
            try withTag(family) { rig in
                let packet = rig.arriving(Blue.bToA, from: 1, over: family).bytes
                let controls = [0, 0xE000, 299, 301, 44, 0x2C01] as [UInt16]
                for control in controls {
                    let received = isStripped ? try DropCase.stripped(rig, packet, tag: control) : try rig.packet(tagged(packet, control))
                    try #expect(rig.forward(received, on: rig.wan) == [:])
                }
                try #expect(rig.forward(packet, on: rig.wan) == [:])
                rig.expectedDrops = [.underlayVLAN: UInt64(controls.count + 1)]
            }
        }

        @Test("On an untagged port, tagged frames are refused, priority-tagged ones too")
        func untaggedPort() throws {
            try Rig.blue { rig in
                for control in [0, 0xE000, 300] as [UInt16] {
                    let packet = tagged(rig.encapsulated(Blue.bToA, from: 1).bytes, control)
                    try #expect(rig.forward(packet, on: rig.wan) == [:])
                }
                rig.expectedDrops = [.underlayEtherType: 3]
            }
        }

        @Test("ARP and ICMP are handed to control without the tag", arguments: [true, false])
        func punts(isStripped: Bool) throws {
            try withTag(.ipv4) { rig in
                let arp = ControlPathTests.arp
                let received = isStripped ? try DropCase.stripped(rig, arp, tag: 0xE12C) : try rig.packet(tagged(arp, 0xE12C))
                try #expect(rig.forward(received, on: rig.wan) == [:])
                let punt = rig.exchange.nextPunt()
                #expect(punt?.frame == arp && punt?.port == rig.wan)
            }
        }

        @Test("A burst of good and bad frames is sorted, and every byte of it counted")
        func bursts() throws {
            try withTag(.ipv6) { rig in
                var expected: [Bytes] = []
                for number in 0..<64 as Range<UInt16> {
                    let inner = datagram(from: Blue.b, to: Blue.a, ports: (number, 1))
                    var packet = rig.arriving(inner, from: 1, over: .ipv6)
                    packet.tag = [300, 301, nil, 0xE12C][Int(number) % 4]
                    if number % 4 == 0 || number % 4 == 3 { expected.append(inner) }
                    try rig.receive(packet.bytes, on: rig.wan)
                }
                while rig.poll() > 0 {}
                #expect(rig.takeAll() == [rig.lan(2): expected])
                rig.expectedDrops = [.underlayVLAN: 32]
            }
        }
    }
}

extension OuterPacket {
    fileprivate var untagged: OuterPacket {
        var packet = self
        packet.tag = nil
        return packet
    }
}
