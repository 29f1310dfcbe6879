import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("From an access port to a tunnel over IPv6")
    struct Encapsulation6Tests {
        /// Network blue with VTEP 1 over IPv6, station b behind it.
        private func withTunnel(
            _ fields: OuterFields = OuterFields(), _ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void
        ) throws {
            try Rig.blue(options) { rig in
                rig.makeTunnel(1, over: .ipv6, fields)
                rig.put(Blue.b, .tunnel(1))
                try body(rig)
            }
        }

        /// One frame in, one VXLAN packet to tunnel 1 out.
        private func expectEncapsulated(_ rig: Rig, _ packet: Packet, on port: PortIndex, as inner: Bytes) throws {
            let output = try rig.forward(packet, on: port)
            let sent = output[rig.wan]?.first ?? []
            #expect(output == [rig.wan: [rig.leaving(inner, to: 1, over: .ipv6, like: sent).bytes]])
        }

        /// The hash of the flow of a frame from station a to b in network blue, as the flow hash's own tests have it.
        private func hash(_ rig: Rig, _ frame: Bytes) -> UInt64 {
            let hashes = [Blue.a, Blue.b].map { rig.tables.macs.hash(MACKey(network: NetworkIndex(1), mac: $0)) }
            return frame.withUnsafeBytes {
                InnerFlow($0.baseAddress!, byteCount: $0.count, source: hashes[0], destination: hashes[1]).hash
            }
        }

        @Test("Every field is in its place")
        func goldenBytes() throws {
            let fields = OuterFields {
                $0.timeToLive = 0x37
                $0.dscp = 0xB8
            }
            try withTunnel(fields) { rig in
                rig.makeNetwork(1, vni: 0xABCDEF, members: [(0, 100), (2, 0)], tunnels: [1])
                let frame = Blue.aToB.replacing(15, Blue.aToB[15] | 2)
                let hash = hash(rig, frame)
                let label = UInt32(truncatingIfNeeded: hash) & 0xF_FFFF
                let sourcePort = UInt16(bigEndian: FlowHash.sourcePortBE(hash, range: FlowHashTests.ports))
                #expect(frame.count == 74)
                let header =
                    Bytes(hex: "02ee00000001 02ff000000aa 86dd") + bytes(0x6BA0_0000 | label)
                    + Bytes(hex: "005a 11 37 20010db8000000000000000000000001 20010db8000000000000000000000101")
                    + bytes(sourcePort) + Bytes(hex: "12b5 005a 0000") + Bytes(hex: "08 000000 abcdef 00")
                try #expect(rig.forward(frame, on: rig.lan(2)) == [rig.wan: [header + frame]])
                try #expect(rig.forward(tagged(frame, 0x6064), on: rig.lan(0)) == [rig.wan: [header + frame]])
            }
        }

        @Test("A flow keeps its flow label and source port, flows get different ones, and a tag does not matter")
        func flowLabels() throws {
            try withTunnel { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (2, 0)], tunnels: [1])
                var labels: [UInt32] = []
                for number in 0..<100 as Range<UInt16> {
                    let frame = datagram(from: Blue.a, to: Blue.b, ports: (40000 + number, 443))
                    let longer = datagram(from: Blue.a, to: Blue.b, ports: (40000 + number, 443), payload: Bytes(repeating: 1, count: 999))
                    for bytes in [frame, longer, frame] { try rig.receive(bytes, on: rig.lan(2)) }
                    try rig.receive(tagged(frame, 100), on: rig.lan(0))
                    rig.poll()
                    let views = rig.take(rig.wan).map(OuterView.init)
                    #expect(views.count == 4 && Set(views.map(\.flowLabel)).count == 1 && Set(views.map(\.sourcePort)).count == 1)
                    labels.append(views[0].flowLabel)
                }
                // By chance, two of 100 flows share one of a million labels once in 200 such tests.
                #expect(Set(labels).count >= 99)
                #expect(labels.contains { $0 > 0xFFFF } && labels.allSatisfy { $0 <= 0xF_FFFF })
                #expect((0..<20).allSatisfy { bit in labels.contains { $0 >> UInt32(bit) & 1 == 1 } }, "all bits are in use")
            }
        }

        @Test(
            "Frames from the shortest to the largest of the MTU are carried, with and without checksum",
            arguments: [
                OuterFields.UDPChecksum.none, .software,
            ], [14, 15, 59, 60, 61, 999, 1513, 1514])
        func lengths(checksum: OuterFields.UDPChecksum, byteCount: Int) throws {
            try withTunnel(OuterFields { $0.udpChecksum = checksum }) { rig in
                let frame = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, (0..<byteCount - 14).map { UInt8(truncatingIfNeeded: $0) })
                for (port, received) in [(0, tagged(frame, 100)), (2, frame)] {
                    let output = try rig.forward(received, on: rig.lan(port))
                    var expected = rig.leaving(frame, to: 1, over: .ipv6, like: output[rig.wan]?.first ?? [])
                    if checksum == .software { expected.udpChecksum = nil }
                    #expect(output == [rig.wan: [expected.bytes]])
                }
            }
        }

        @Test("A frame that fits the underlay's MTU exactly is carried, one byte more is not")
        func underlayMTU() throws {
            var options = Rig.Options()
            options.underlayMTU = 1570
            options.accessMTU = 1600
            try withTunnel(OuterFields(), options) { rig in
                let frame = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1500))
                try expectEncapsulated(rig, rig.packet(frame), on: rig.lan(2), as: frame)
                try #expect(rig.forward(frame + [1], on: rig.lan(2)) == [:])
                rig.expectedDrops = [.mtuExceeded: 1]
            }
        }

        @Test("A frame in several segments leaves whole", arguments: [true, false], [OuterFields.UDPChecksum.none, .software])
        func segments(sendsSegments: Bool, checksum: OuterFields.UDPChecksum) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try withTunnel(OuterFields { $0.udpChecksum = checksum }, options) { rig in
                let frame = datagram(from: Blue.a, to: Blue.b, payload: (0..<200).map { UInt8($0) })
                for cuts in [[14], [64], [30, 1, 100], [31, 3, 5, 7]] {
                    try rig.receive(rig.packet(frame, segments: cuts), on: rig.lan(2))
                    rig.poll()
                    let packets = rig.takePackets(rig.wan)
                    #expect(packets.map { Int($0.pointee.nb_segs) } == [sendsSegments ? cuts.count + 1 : 1])
                    let sent = Rig.bytes(packets)
                    var expected = rig.leaving(frame, to: 1, over: .ipv6, like: sent.first ?? [])
                    if checksum == .software { expected.udpChecksum = nil }
                    #expect(sent == [expected.bytes])
                }
            }
        }

        @Test(
            "Headroom of exactly the outer headers suffices, one byte less does not", arguments: [nil, 300] as [UInt16?], Family.allCases)
        func headroom(tag: UInt16?, family: Family) throws {
            let fields = OuterFields {
                $0.tag = tag
                $0.udpChecksum = .software
            }
            try Rig.blue { rig in
                rig.makeTunnel(1, over: family, fields)
                rig.put(Blue.b, .tunnel(1))
                let room = family.headerByteCount + (tag == nil ? 0 : 4)
                for (port, frame, needed) in [(2, Blue.aToB, room), (0, tagged(Blue.aToB, 100), room - 4)] {
                    let output = try rig.forward(rig.packet(frame, headroom: needed), on: rig.lan(port))
                    var expected = rig.leaving(Blue.aToB, to: 1, over: family, like: output[rig.wan]?.first ?? [])
                    (expected.tag, expected.udpChecksum) = (tag, nil)
                    #expect(output == [rig.wan: [expected.bytes]])
                    try #expect(rig.forward(rig.packet(frame, headroom: needed - 1), on: rig.lan(port)) == [:])
                }
                rig.expectedDrops = [.noMbuf: 2]
            }
        }

        @Test("The UDP port is the tunnel's, the range of source ports the configured one, and packets are counted")
        func udpPorts() throws {
            try withTunnel { rig in
                rig.makeTunnel(1, over: .ipv6, udpPort: 8472)
                rig.tables.publishSourcePorts(5000...5003)
                for number in 0..<64 as Range<UInt16> {
                    try rig.receive(datagram(from: Blue.a, to: Blue.b, ports: (number, 1)), on: rig.lan(2))
                }
                while rig.poll() > 0 {}
                let sent = rig.take(rig.wan).map(OuterView.init)
                #expect(sent.count == 64 && sent.allSatisfy { $0.udpPort == 8472 })
                #expect(Set(sent.map(\.sourcePort)) == [5000, 5001, 5002, 5003])
                #expect(rig.counters().tunnel(TunnelIndex(1)).txPackets == 64)
            }
        }

        @Test("Without a MAC of the next hop, nothing leaves")
        func unresolved() throws {
            try withTunnel { rig in
                rig.makeTunnel(1, over: .ipv6, isResolved: false)
                try #expect(rig.forward(Blue.aToB, on: rig.lan(2)) == [:])
                #expect(rig.tables.tunnels[TunnelIndex(1)]?.isResolved == false)
                rig.expectedDrops = [.nextHopUnresolved: 1]
            }
        }
    }
}
