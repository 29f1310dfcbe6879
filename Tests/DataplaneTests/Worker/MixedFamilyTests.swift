import CShims
import Dataplane
import Testing

extension PacketPath {
    /// Network blue with VTEP 1 over IPv4 and VTEP 2 over IPv6.
    @Suite("VTEPs of both families in one network")
    struct MixedFamilyTests {
        private static let families: [Int: Family] = [1: .ipv4, 2: .ipv6]

        private func withBoth(
            _ options: Rig.Options = Rig.Options(), _ fields: OuterFields = OuterFields(), _ body: (Rig) throws -> Void
        ) throws {
            try Rig.blue(options) { rig in
                rig.makeTunnel(2, over: .ipv6, fields)
                try body(rig)
            }
        }

        /// What has to leave for both VTEPs, in the order of the flood list.
        private func expected(_ rig: Rig, _ frame: Bytes, like sent: [Bytes], udpChecksum: UInt16? = 0) -> [Bytes] {
            zip([1, 2], sent.count == 2 ? sent : [[], []]).map { tunnel, sent in
                var packet = rig.leaving(frame, to: tunnel, over: MixedFamilyTests.families[tunnel]!, like: sent)
                if packet.family == .ipv6 { packet.udpChecksum = udpChecksum }
                return packet.bytes
            }
        }

        @Test("Stations behind either are learned there and reached there")
        func unicast() throws {
            try withBoth { rig in
                rig.put(Blue.a, .port(2))
                for (tunnel, family) in MixedFamilyTests.families {
                    let station = MACAddress(2, 0, 0, 0, 7, UInt8(tunnel))
                    let inward = datagram(from: station, to: Blue.a), outward = datagram(from: Blue.a, to: station)
                    try #expect(rig.forward(rig.arriving(inward, from: tunnel, over: family)) == [rig.lan(2): [inward]])
                    #expect(rig.place(of: station) == .tunnel(tunnel))
                    let output = try rig.forward(outward, on: rig.lan(2))
                    #expect(output == [rig.wan: [rig.leaving(outward, to: tunnel, over: family, like: output[rig.wan]?.first ?? []).bytes]])
                }
            }
        }

        @Test("A station that moves from one to the other is found there at once")
        func moves() throws {
            try withBoth { rig in
                for tunnel in [1, 2, 1, 2] {
                    _ = try rig.forward(rig.arriving(Blue.bToA, from: tunnel, over: MixedFamilyTests.families[tunnel]!))
                    #expect(rig.place(of: Blue.b) == .tunnel(tunnel))
                    let sent = try rig.forward(Blue.aToB, on: rig.lan(2))[rig.wan] ?? []
                    #expect(sent.map { OuterView($0).family } == [MixedFamilyTests.families[tunnel]!])
                }
                #expect(rig.counters().totals.macsMoved == 3)
            }
        }

        @Test("A VTEP is known over its own family only")
        func strangers() throws {
            try withBoth { rig in
                try #expect(rig.forward(rig.arriving(Blue.bToA, from: 1, over: .ipv6)) == [:])
                try #expect(rig.forward(rig.arriving(Blue.bToA, from: 3, over: .ipv4)) == [:])
                rig.expectedDrops = [.vtepUnknown: 2]
            }
        }

        @Test(
            "A flood goes to both, and to every other member", arguments: [true, false],
            [OuterFields.UDPChecksum.none, .software, .device])
        func flood(sendsSegments: Bool, checksum: OuterFields.UDPChecksum) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            let fields = OuterFields { $0.udpChecksum = checksum }
            try withBoth(options, fields) { rig in
                let frames = [Blue.aToAll, Blue.aToB, datagram(from: Blue.a, to: Blue.multicast, payload: (0..<201).map { UInt8($0) })]
                for frame in frames {
                    for cuts in [[], [40, 3, 5]] {
                        try rig.receive(rig.packet(tagged(frame, 0xE064), segments: cuts), on: rig.lan(0))
                        rig.poll()
                        let sent = rig.takePackets(rig.wan).map { NIC.transmit($0) }
                        #expect(sent == expected(rig, frame, like: sent, udpChecksum: checksum == .none ? 0 : nil))
                        #expect(rig.takeAll() == [rig.lan(1): [tagged(frame, 0xE0C8)], rig.lan(2): [frame]])
                    }
                }
                for tunnel in [1, 2] { #expect(rig.counters().tunnel(TunnelIndex(UInt16(tunnel))).txPackets == 6) }
            }
        }

        @Test("The payload is shared between copies of both families, not copied")
        func sharedPayload() throws {
            try withBoth(Rig.Options(), OuterFields { $0.udpChecksum = .software }) { rig in
                let packet = try rig.packet(tagged(Blue.aToAll, 100))
                try rig.receive(packet, on: rig.lan(0))
                rig.poll()
                let copies = [rig.lan(1), rig.lan(2), rig.wan].flatMap { rig.takePackets($0) }
                #expect(copies.count == 4)
                // Headers and addresses; of the untagged member, addresses alone.
                #expect(copies.map { Int($0.pointee.data_len) } == [16, 12, 62, 82])
                for (number, copy) in copies.enumerated() {
                    #expect(copy.pointee.nb_segs == 2 && copy.pointee.next == packet && copy.pointee.refcnt == 1)
                    #expect(packet.pointee.refcnt == UInt16(4 - number))
                    vd_mbuf_free(copy)
                }
            }
        }

        @Test("A copy too large for IPv6's longer headers is dropped alone", arguments: [true, false])
        func tooLargeForIPv6(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.underlayMTU = 1550
            options.sendsSegments = sendsSegments
            try withBoth(options) { rig in
                for (byteCount, drops) in [(1480, 0), (1481, 1), (1500, 2)] as [(Int, UInt64)] {
                    let frame = ethernet(to: .broadcast, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: byteCount))
                    let output = try rig.forward(tagged(frame, 100), on: rig.lan(0))
                    #expect(output[rig.wan]?.map { OuterView($0).family } == (drops == 0 ? [.ipv4, .ipv6] : [.ipv4]))
                    #expect(output[rig.lan(1)] == [tagged(frame, 200)] && output[rig.lan(2)] == [frame])
                    rig.expectedDrops = drops == 0 ? [:] : [.mtuExceeded: drops]
                }
            }
        }

        @Test("One that cannot be reached costs the other nothing", arguments: [1, 2])
        func unresolved(tunnel: Int) throws {
            try withBoth { rig in
                rig.makeTunnel(tunnel, over: MixedFamilyTests.families[tunnel]!, isResolved: false)
                let sent = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))[rig.wan] ?? []
                #expect(sent.map { OuterView($0).family } == [MixedFamilyTests.families[3 - tunnel]!])
                rig.expectedDrops = [.nextHopUnresolved: 1]
            }
        }

        @Test("A flood's single target over IPv6 gets the packet itself, not a copy")
        func singleTarget() throws {
            try withBoth { rig in
                rig.makeNetwork(2, vni: 10200, members: [(2, 0)], tunnels: [2])
                let packet = try rig.packet(Blue.aToAll)
                try rig.receive(packet, on: rig.lan(2))
                rig.poll()
                let sent = rig.takePackets(rig.wan)
                #expect(sent == [packet] && packet.pointee.nb_segs == 1)
                let bytes = Rig.bytes(sent)
                var expected = rig.leaving(Blue.aToAll, to: 2, over: .ipv6, like: bytes.first ?? [])
                expected.vni = 10200
                #expect(bytes == [expected.bytes])
            }
        }

        @Test("From either, a flood goes to the members on access ports only, and unicast to the other is refused")
        func splitHorizon() throws {
            try withBoth { rig in
                for (tunnel, family) in MixedFamilyTests.families {
                    let frame = Blue.aToAll
                    let output = try rig.forward(rig.arriving(frame, from: tunnel, over: family))
                    #expect(output == [rig.lan(0): [tagged(frame, 100)], rig.lan(1): [tagged(frame, 200)], rig.lan(2): [frame]])
                }
                rig.put(Blue.b, .tunnel(1))
                try #expect(rig.forward(rig.arriving(Blue.aToB, from: 2, over: .ipv6)) == [:])
                rig.put(Blue.b, .tunnel(2))
                try #expect(rig.forward(rig.arriving(Blue.aToB, from: 1, over: .ipv4)) == [:])
                rig.expectedDrops = [.splitHorizon: 2]
            }
        }
    }
}
