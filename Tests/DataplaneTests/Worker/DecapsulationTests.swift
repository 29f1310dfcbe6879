import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("From a tunnel to an access port")
    struct DecapsulationTests {
        @Test("A frame for a station on a tagged member gets that member's tag, priority 0")
        func tagged() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(1, vlan: 200))
                try #expect(rig.forward(rig.encapsulated(Blue.bToA, from: 1)) == [rig.lan(1): [DataplaneTests.tagged(Blue.bToA, 200)]])
                #expect(rig.place(of: Blue.b) == .tunnel(1))
                #expect(rig.counters().tunnel(TunnelIndex(1)).rxPackets == 1)
            }
        }

        @Test("A frame for a station on the untagged member leaves as it was before encapsulation")
        func untagged() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(2))
                try #expect(rig.forward(rig.encapsulated(Blue.bToA, from: 2)) == [rig.lan(2): [Blue.bToA]])
                #expect(rig.place(of: Blue.b) == .tunnel(2))
            }
        }

        @Test("What another VTEP may choose is of no matter")
        func variations() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(2))
                let changes: [(inout VXLANPacket) -> Void] = [
                    { $0.flags = 0xFFFF_FFFF }, { $0.reserved = 0xFF }, { $0.udpChecksum = nil }, { $0.sourcePort = 1 },
                    { $0.ip.tos = 0xB8 }, { $0.ip.ttl = 1 }, { $0.ip.identification = 0xBEEF }, { $0.ip.flagsAndOffset = 0 },
                    // The reserved flag of IPv4.
                    { $0.ip.flagsAndOffset = 0x8000 }, { $0.destinationMAC = .broadcast },
                ]
                for change in changes {
                    var packet = rig.encapsulated(Blue.bToA, from: 1)
                    change(&packet)
                    try #expect(rig.forward(packet) == [rig.lan(2): [Blue.bToA]])
                }
            }
        }

        @Test("What pads the outer frame is taken off", arguments: [1, 4, 100])
        func padding(byteCount: Int) throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(2))
                rig.put(Blue.c, .port(1, vlan: 200))
                let padding = Bytes(repeating: 0xEE, count: byteCount)
                let short = ethernet(to: Blue.c, from: Blue.b, type: 0x88B5, [])
                try #expect(rig.forward(rig.encapsulated(Blue.bToA, from: 1).bytes + padding, on: rig.wan) == [rig.lan(2): [Blue.bToA]])
                let output = try rig.forward(rig.encapsulated(short, from: 1).bytes + padding, on: rig.wan)
                #expect(output == [rig.lan(1): [DataplaneTests.tagged(short, 200)]])
            }
        }

        @Test("A packet in several segments leaves whole", arguments: [true, false])
        func segments(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                rig.put(Blue.a, .port(1, vlan: 200))
                let frame = datagram(from: Blue.b, to: Blue.a, payload: (0..<200).map { UInt8($0) })
                var packet = rig.encapsulated(frame, from: 1)
                // Its checksum runs over all segments, and over the odd ends of some.
                packet.udpChecksum = nil
                for cuts in [[64], [65, 3, 7], [100, 100]] {
                    let output = try rig.forward(rig.packet(packet.bytes, segments: cuts), on: rig.wan)
                    #expect(output == [rig.lan(1): [DataplaneTests.tagged(frame, 200)]])
                }
            }
        }

        @Test("The UDP port is the configured one")
        func udpPort() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(2))
                rig.tables.publishUDPPort(8472)
                var packet = rig.encapsulated(Blue.bToA, from: 1)
                packet.udpPort = 8472
                try #expect(rig.forward(packet) == [rig.lan(2): [Blue.bToA]])
                packet.udpPort = 4789
                try #expect(rig.forward(packet) == [:])
                rig.expectedDrops = [.udpPort: 1]
            }
        }

        /// What the device says of a packet, and what is wrong with the packet itself.
        struct Verification {
            var flags: UInt64
            var isTunnelKnown = false
            var breaksIPv4 = false
            var breaksUDP = false
            var drop: DropReason?
        }

        @Test("Checksums are taken from the device where it has verified them, and else computed")
        func deviceVerification() throws {
            let tunnel = VD_PTYPE_TUNNEL_MASK
            let cases = [
                Verification(flags: VD_RX_IP_CKSUM_GOOD, breaksIPv4: true),
                Verification(flags: VD_RX_IP_CKSUM_BAD, drop: .ipv4Checksum),
                Verification(flags: VD_RX_L4_CKSUM_GOOD, breaksUDP: true),
                Verification(flags: VD_RX_L4_CKSUM_BAD, drop: .udpChecksum),
                // A device that knows the tunnel speaks of the inner packet with its plain flags.
                Verification(flags: VD_RX_IP_CKSUM_GOOD, isTunnelKnown: true, breaksIPv4: true, drop: .ipv4Checksum),
                Verification(flags: VD_RX_IP_CKSUM_BAD | VD_RX_L4_CKSUM_BAD, isTunnelKnown: true),
                Verification(flags: VD_RX_OUTER_IP_CKSUM_BAD, isTunnelKnown: true, drop: .ipv4Checksum),
                Verification(flags: VD_RX_OUTER_L4_CKSUM_GOOD, isTunnelKnown: true, breaksUDP: true),
                Verification(flags: VD_RX_L4_CKSUM_GOOD, isTunnelKnown: true, breaksUDP: true, drop: .udpChecksum),
            ]
            for verification in cases {
                try Rig.blue { rig in
                    rig.put(Blue.a, .port(2))
                    var vxlan = rig.encapsulated(Blue.bToA, from: 1)
                    vxlan.udpChecksum = nil
                    var bytes = vxlan.bytes
                    if verification.breaksIPv4 { bytes[24] ^= 1 }
                    if verification.breaksUDP { bytes[40] ^= 1 }
                    let packet = try rig.packet(bytes)
                    packet.pointee.ol_flags = verification.flags
                    packet.pointee.packet_type = verification.isTunnelKnown ? tunnel : 0
                    let output = try rig.forward(packet, on: rig.wan)
                    #expect(output == (verification.drop == nil ? [rig.lan(2): [Blue.bToA]] : [:]), "\(verification)")
                    if let drop = verification.drop { rig.expectedDrops = [drop: 1] }
                }
            }
        }
    }
}
