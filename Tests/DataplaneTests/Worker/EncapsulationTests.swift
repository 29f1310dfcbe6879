import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("From an access port to a tunnel")
    struct EncapsulationTests {
        /// One frame in, one VXLAN packet to tunnel 1 out.
        private func expectEncapsulated(_ rig: Rig, _ packet: Packet, on port: PortIndex, as inner: Bytes, vni: UInt32 = 10100) throws {
            let output = try rig.forward(packet, on: port)
            let sent = output[rig.wan]?.first ?? []
            #expect(output == [rig.wan: [rig.expected(inner, to: 1, vni: vni, like: sent)]])
        }

        @Test("A tagged frame for a remote station leaves in VXLAN, without its tag")
        func tagged() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                try expectEncapsulated(rig, rig.packet(DataplaneTests.tagged(Blue.aToB, 0x6064)), on: rig.lan(0), as: Blue.aToB)
                #expect(rig.place(of: Blue.a) == .port(0, vlan: 100))
                #expect(rig.counters().tunnel(TunnelIndex(1)).txPackets == 1 && rig.counters().tunnel(TunnelIndex(2)).txPackets == 0)
            }
        }

        @Test("An untagged frame of the untagged member leaves as it is")
        func untagged() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                try expectEncapsulated(rig, rig.packet(Blue.aToB), on: rig.lan(2), as: Blue.aToB)
                #expect(rig.place(of: Blue.a) == .port(2))
            }
        }

        @Test("A priority-tagged frame belongs to the untagged member, and loses its tag")
        func priorityTagged() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                try expectEncapsulated(rig, rig.packet(DataplaneTests.tagged(Blue.aToB, 0xE000)), on: rig.lan(2), as: Blue.aToB)
                #expect(rig.place(of: Blue.a) == .port(2))
            }
        }

        @Test("A tag that the device took off tells the network")
        func stripped() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                let packet = try rig.packet(Blue.aToB)
                packet.pointee.ol_flags = VD_RX_VLAN_STRIPPED
                packet.pointee.vlan_tci = 0x6064
                try expectEncapsulated(rig, packet, on: rig.lan(0), as: Blue.aToB)
            }
        }

        @Test("Each network has its VNI, up to the largest")
        func vnis() throws {
            try Rig.blue { rig in
                rig.makeNetwork(2, vni: 0xFF_FFFF, members: [(0, 101)], tunnels: [1])
                rig.put(Blue.b, .tunnel(1), network: 2)
                try expectEncapsulated(
                    rig, rig.packet(DataplaneTests.tagged(Blue.aToB, 101)), on: rig.lan(0), as: Blue.aToB, vni: 0xFF_FFFF)
            }
        }

        @Test("Frames from the shortest to the largest of the MTU are carried", arguments: [14, 15, 59, 60, 61, 999, 1513, 1514])
        func lengths(byteCount: Int) throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                let payload = (0..<byteCount - 14).map { UInt8(truncatingIfNeeded: $0) }
                let frame = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, payload)
                try expectEncapsulated(rig, rig.packet(DataplaneTests.tagged(frame, 100)), on: rig.lan(0), as: frame)
                try expectEncapsulated(rig, rig.packet(frame), on: rig.lan(2), as: frame)
            }
        }

        @Test("A frame that fits the underlay's MTU exactly is carried, one byte more is not")
        func underlayMTU() throws {
            var options = Rig.Options()
            options.underlayMTU = 1550
            options.accessMTU = 1600
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                let frame = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1500))
                try expectEncapsulated(rig, rig.packet(frame), on: rig.lan(2), as: frame)
                try #expect(rig.forward(frame + [1], on: rig.lan(2)) == [:])
                rig.expectedDrops = [.mtuExceeded: 1]
            }
        }

        @Test("A frame in several segments leaves whole", arguments: [true, false])
        func segments(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                let frame = datagram(from: Blue.a, to: Blue.b, payload: (0..<200).map { UInt8($0) })
                for cuts in [[14], [64], [30, 1, 100]] {
                    try rig.receive(rig.packet(frame, segments: cuts), on: rig.lan(2))
                    rig.poll()
                    let packets = rig.takePackets(rig.wan)
                    #expect(packets.map { Int($0.pointee.nb_segs) } == [sendsSegments ? cuts.count + 1 : 1])
                    let sent = Rig.bytes(packets)
                    #expect(sent == [rig.expected(frame, to: 1, like: sent.first ?? [])])
                }
            }
        }

        @Test("The UDP port of the tunnel and the range of source ports are the configured ones")
        func udpPorts() throws {
            try Rig.blue { rig in
                rig.makeTunnel(1, udpPort: 8472)
                rig.tables.publishSourcePorts(5000...5003)
                rig.put(Blue.b, .tunnel(1))
                for number in 0..<64 as Range<UInt16> {
                    try rig.receive(datagram(from: Blue.a, to: Blue.b, ports: (number, 1)), on: rig.lan(2))
                }
                while rig.poll() > 0 {}
                let sent = rig.take(rig.wan)
                #expect(sent.count == 64 && sent.allSatisfy { $0.u16(36) == 8472 })
                #expect(Set(sent.map { $0.u16(34) }) == [5000, 5001, 5002, 5003])
            }
        }

        @Test("A flow keeps its source port, flows get different ones, and a tag does not matter")
        func sourcePorts() throws {
            try Rig.blue { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (2, 0)], tunnels: [1])
                rig.put(Blue.b, .tunnel(1))
                var ports: [UInt16] = []
                for number in 0..<30 as Range<UInt16> {
                    let frame = datagram(from: Blue.a, to: Blue.b, ports: (40000 + number, 443))
                    try rig.receive(frame, on: rig.lan(2))
                    try rig.receive(frame, on: rig.lan(2))
                    try rig.receive(DataplaneTests.tagged(frame, 100), on: rig.lan(0))
                    rig.poll()
                    let sent = Set(rig.take(rig.wan).map { $0.u16(34) })
                    #expect(sent.count == 1)
                    ports += sent
                }
                #expect(Set(ports).count >= 28 && ports.allSatisfy { $0 >= 49152 })
            }
        }

        @Test("What lies behind the first segment's end has no say in the source port", arguments: [34, 37, 38, 57, 58, 61])
        func sourcePortOfSegments(cut: Int) throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                for frame in [Blue.aToB, FlowHashTests.ipv6().replacing(0, Blue.b.octets), Blue.aToAll] {
                    var ports: Set<UInt16> = []
                    for leftover in [0, 0x55, 0xFF] as [UInt8] {
                        let packet = try rig.packet(frame, segments: [cut])
                        let end = packet.pointee.buf_addr + Int(packet.pointee.data_off) + cut
                        end.update(repeating: leftover, count: 64)
                        let sent = try rig.forward(packet, on: rig.lan(2))[rig.wan] ?? []
                        #expect(sent.first?.suffix(frame.count) == frame[...])
                        ports.formUnion(sent.map { $0.u16(34) })
                    }
                    #expect(ports.count == 1)
                }
            }
        }

        @Test("Flags that a device set on receipt are not taken for orders on transmission")
        func offloadFlags() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                let packet = try rig.packet(Blue.aToB)
                packet.pointee.ol_flags = VD_RX_IP_CKSUM_GOOD | VD_RX_L4_CKSUM_GOOD | VD_RX_OUTER_IP_CKSUM_BAD
                try rig.receive(packet, on: rig.lan(2))
                rig.poll()
                let packets = rig.takePackets(rig.wan)
                #expect(packets.map(\.pointee.ol_flags) == [0])
                packets.forEach { vd_mbuf_free($0) }
            }
        }
    }
}
