import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Outer checksums by the device")
    struct HardwareChecksumTests {
        /// What a tunnel's outer headers are like.
        struct Outer: CustomTestStringConvertible {
            var family = Family.ipv4
            var hasUDPChecksum = false
            var tag: UInt16?

            var testDescription: String {
                "\(family)\(hasUDPChecksum ? " with UDP checksum" : "")\(tag == nil ? "" : " with outer tag")"
            }

            static let all = [
                Outer(), Outer(tag: 300), Outer(hasUDPChecksum: true), Outer(hasUDPChecksum: true, tag: 300),
                Outer(family: .ipv6, hasUDPChecksum: true), Outer(family: .ipv6, hasUDPChecksum: true, tag: 0xA12C),
            ]

            func fields(hardware: Bool) -> OuterFields {
                OuterFields {
                    $0.tag = tag
                    $0.udpChecksum = !hasUDPChecksum ? .none : hardware ? .device : .software
                    $0.deviceIPv4Checksum = hardware
                }
            }
        }

        /// Frames into an untagged and a tagged member, and what leaves in tunnels, of which the device finishes what it has been ordered to.
        private func sent(
            _ frames: [Bytes], _ outer: Outer, hardware: Bool, sendsSegments: Bool = true, cuts: (Int) -> [Int] = { _ in [] }
        ) throws -> [Bytes] {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            var sent: [Bytes] = []
            try Rig.blue(options) { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: outer.family, outer.fields(hardware: hardware)) }
                rig.put(Blue.b, .tunnel(1))
                for (number, frame) in frames.enumerated() {
                    try rig.receive(rig.packet(frame, segments: cuts(number)), on: rig.lan(2))
                    try rig.receive(rig.packet(tagged(frame, 100), segments: cuts(number)), on: rig.lan(0))
                    rig.poll()
                    let packets = rig.takePackets(rig.wan)
                    sent += hardware ? packets.map { NIC.transmit($0) } : Rig.bytes(packets)
                }
            }
            return sent
        }

        private func randomFrames(_ what: String) -> (frames: [Bytes], random: SplitMix64) {
            var random = seededRandom(what)
            let frames = (0..<100).map { number in
                let payload = (0..<random.below(1400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                return datagram(from: Blue.a, to: number % 3 == 0 ? .broadcast : Blue.b, payload: payload)
            }
            return (frames, random)
        }

        /// Whether all checksums of a packet are there and right.
        private func isRight(_ packet: Bytes, _ outer: Outer) -> Bool {
            PacketMutator.repaired(packet) == packet && (OuterView(packet).udpChecksum != 0) == outer.hasUDPChecksum
        }

        @Test("With the device's checksums, packets are the same as with our own, byte for byte", arguments: Outer.all, [true, false])
        func sameAsSoftware(outer: Outer, sendsSegments: Bool) throws {
            let frames = randomFrames("Hardware checksum").frames
            let hardware = try sent(frames, outer, hardware: true, sendsSegments: sendsSegments)
            let software = try sent(frames, outer, hardware: false, sendsSegments: sendsSegments)
            #expect(hardware == software)
            #expect(software.allSatisfy { isRight($0, outer) })
            // Two frames each, of which every third goes to two tunnels.
            #expect(hardware.count == 100 * 2 + 34 * 2)
        }

        @Test("So are packets in segments of any length", arguments: Outer.all, [true, false])
        func segments(outer: Outer, sendsSegments: Bool) throws {
            var (frames, random) = randomFrames("Hardware checksum, segments")
            // The first one holds what a flow is told by, behind a tag.
            let cuts = frames.map { frame in
                let first = 42 + random.below(60)
                return frame.count <= first ? [] : [first] + (0..<random.below(4)).map { _ in 1 + random.below(400) }
            }
            let hardware = try sent(frames, outer, hardware: true, sendsSegments: sendsSegments) { cuts[$0] }
            let software = try sent(frames, outer, hardware: false, sendsSegments: sendsSegments) { cuts[$0] }
            let whole = try sent(frames, outer, hardware: false)
            #expect(hardware == software && software == whole && whole.count == 268)
            #expect(software.allSatisfy { isRight($0, outer) })
        }

        @Test("A UDP checksum that sums up to zero is sent as 0xFFFF", arguments: Outer.all.filter(\.hasUDPChecksum), [true, false])
        func zeroSum(outer: Outer, hardware: Bool) throws {
            var frame = datagram(from: Blue.a, to: Blue.b, payload: Bytes(repeating: 0, count: 32))
            let sum = OuterView(try sent([frame], outer, hardware: hardware)[0]).udpChecksum
            #expect(sum != 0xFFFF)
            // What the packet lacks for a sum of ones; the flow and so the outer headers stay the same.
            frame = frame.replacing(frame.count - 2, bytes(sum))
            let packets = try sent([frame], outer, hardware: hardware)
            #expect(packets.map { OuterView($0).udpChecksum } == [0xFFFF, 0xFFFF])
            #expect(packets.allSatisfy { isRight($0, outer) })
        }

        @Test("A gateway takes the packets that another one sends, checksums and all", arguments: Outer.all, [true, false])
        func roundTrip(outer: Outer, hardware: Bool) throws {
            let frames = randomFrames("Hardware checksum, round trip").frames.filter { $0.prefix(6) == Blue.b.octets[...] }
            let packets = try sent(frames, outer, hardware: hardware)
            var options = Rig.Options()
            options.wanMAC = Rig.peerMAC(1)
            options.address = Rig.peerAddress(1)
            try Rig.blue(options) { rig in
                let own = [UnderlayAddress(ipv4: options.address), UnderlayAddress(bytes: Rig.peerAddress6(1))]
                rig.tables.ports.publishAddresses(rig.wan, own)?.deallocate()
                rig.tables.ports.setOuterTag(rig.wan, outer.tag.flatMap { VLANID($0 & 0xFFF) })
                for address in [bytes(Rig.Options().address), Rig.address6] { rig.addSender(Rig.underlayAddress(address), tunnel: 2) }
                rig.put(Blue.b, .port(2))
                for (number, packet) in packets.enumerated() {
                    try #expect(rig.forward(packet, on: rig.wan) == [rig.lan(2): [frames[number / 2]]])
                }
                #expect(packets.count > 100)
            }
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

        @Test("The same over IPv6", arguments: [OuterFields.UDPChecksum.none, .software, .device])
        func receiveFlags6(checksum: OuterFields.UDPChecksum) throws {
            let orders = checksum == .device ? VD_TX_OUTER_UDP_CKSUM | VD_TX_OUTER_IPV6 | VD_TX_TUNNEL_VXLAN : 0
            try Rig.blue { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: .ipv6, OuterFields { $0.udpChecksum = checksum }) }
                rig.put(Blue.b, .tunnel(1))
                for to in [Blue.b, .broadcast] {
                    let packet = try rig.packet(datagram(from: Blue.a, to: to))
                    packet.pointee.ol_flags = VD_RX_IP_CKSUM_GOOD | VD_RX_L4_CKSUM_BAD | VD_RX_OUTER_L4_CKSUM_GOOD
                    try rig.receive(packet, on: rig.lan(2))
                    rig.poll()
                    let packets = rig.takePackets(rig.wan)
                    #expect(packets.count > 0 && packets.allSatisfy { $0.pointee.ol_flags == orders })
                    packets.forEach { vd_mbuf_free($0) }
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
