import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Outer checksum by the device")
    struct HardwareChecksumTests {
        /// The lengths in `tx_offload`, by the bit widths that rte_mbuf.h documents.
        struct Lengths: Equatable {
            let outerL2, outerL3, l2: Int

            init(outerL2: Int, outerL3: Int, l2: Int) {
                (self.outerL2, self.outerL3, self.l2) = (outerL2, outerL3, l2)
            }

            init(_ field: UInt64) {
                // l2 7, l3 9, l4 8, segment size 16, outer l3 9, outer l2 7 bits.
                self.init(outerL2: Int(field >> 49 & 0x7F), outerL3: Int(field >> 40 & 0x1FF), l2: Int(field & 0x7F))
            }
        }

        /// What a NIC does that is told to compute the outer IPv4 checksum: it looks at flags and lengths, and sums over the header.
        private func transmitLikeNIC(_ packet: Packet) -> Bytes {
            defer { vd_mbuf_free(packet) }
            let flags = packet.pointee.ol_flags
            #expect(flags & VD_TX_OUTER_IP_CKSUM != 0 && flags & VD_TX_OUTER_IPV4 != 0 && flags & VD_TX_TUNNEL_VXLAN == VD_TX_TUNNEL_VXLAN)
            #expect(flags & ~(VD_TX_OUTER_IP_CKSUM | VD_TX_OUTER_IPV4 | VD_TX_TUNNEL_VXLAN) == 0, "nothing else is ordered")
            let lengths = Lengths(packet.pointee.tx_offload)
            // UDP 8, VXLAN 8 and the inner Ethernet header 14.
            #expect(lengths == Lengths(outerL2: 14, outerL3: 20, l2: 30))
            let bytes = PacketPool.bytes(packet)
            let header = Bytes(bytes[lengths.outerL2..<lengths.outerL2 + lengths.outerL3])
            #expect(header.u16(10) == 0, "the field is zero before")
            return bytes.replacing(lengths.outerL2 + 10, DataplaneTests.bytes(naiveChecksum(header)))
        }

        /// Frames into an untagged and a tagged member, and what leaves in tunnels.
        private func sent(_ frames: [Bytes], hardware: Bool, segments: Bool) throws -> [Bytes] {
            var options = Rig.Options()
            options.hardwareChecksum = hardware
            options.sendsSegments = segments
            var sent: [Bytes] = []
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                for frame in frames {
                    try rig.receive(frame, on: rig.lan(2))
                    try rig.receive(tagged(frame, 100), on: rig.lan(0))
                    rig.poll()
                    let packets = rig.takePackets(rig.wan)
                    sent += hardware ? packets.map(transmitLikeNIC) : Rig.bytes(packets)
                }
            }
            return sent
        }

        @Test("With the device's checksum, packets are the same as with our own, byte for byte", arguments: [true, false])
        func sameAsSoftware(segments: Bool) throws {
            var random = seededRandom("Hardware checksum")
            let frames = (0..<100).map { number in
                let payload = (0..<random.below(1400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                return datagram(from: Blue.a, to: number % 3 == 0 ? .broadcast : Blue.b, payload: payload)
            }
            let hardware = try sent(frames, hardware: true, segments: segments)
            let software = try sent(frames, hardware: false, segments: segments)
            #expect(hardware == software)
            #expect(software.allSatisfy { naiveChecksum(Bytes($0[14..<34])) == 0 })
            // Two frames each, of which every third goes to two tunnels.
            #expect(hardware.count == 100 * 2 + 34 * 2)
        }

        @Test("What a device said on receipt is no order on transmission, wherever a frame goes", arguments: [true, false])
        func receiveFlags(hardware: Bool) throws {
            var options = Rig.Options()
            options.hardwareChecksum = hardware
            let orders = hardware ? VD_TX_OUTER_IP_CKSUM | VD_TX_OUTER_IPV4 | VD_TX_TUNNEL_VXLAN : 0
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.c, .port(1, vlan: 200))
                for to in [Blue.b, Blue.c, .broadcast] {
                    let packet = try rig.packet(datagram(from: Blue.a, to: to))
                    packet.pointee.ol_flags = VD_RX_IP_CKSUM_GOOD | VD_RX_L4_CKSUM_BAD | VD_RX_OUTER_IP_CKSUM_BAD
                    try rig.receive(packet, on: rig.lan(2))
                    rig.poll()
                    for (port, expected) in [(rig.lan(0), 0), (rig.lan(1), 0), (rig.wan, orders)] {
                        let packets = rig.takePackets(port)
                        #expect(packets.allSatisfy { $0.pointee.ol_flags == expected })
                        packets.forEach { vd_mbuf_free($0) }
                    }
                }
            }
        }

        @Test("Nothing is ordered for frames to access ports, even when the device could")
        func localFrames() throws {
            var options = Rig.Options()
            options.hardwareChecksum = true
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .port(1, vlan: 200))
                for frame in [Blue.aToB, Blue.aToAll] {
                    try rig.receive(frame, on: rig.lan(2))
                    rig.poll()
                    let packets = rig.takePackets(rig.lan(1))
                    #expect(packets.map(\.pointee.ol_flags) == [0])
                    packets.forEach { vd_mbuf_free($0) }
                }
            }
        }
    }
}
