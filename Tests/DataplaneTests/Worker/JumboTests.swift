import CShims
import Dataplane
import Testing

extension PacketPath {
    /// Packets of 9216 bytes from stations, in as many packet buffers as they need.
    @Suite("Jumbo frames")
    struct JumboTests {
        /// A kind of tunnel.
        struct Kind: CustomTestStringConvertible {
            let testDescription: String
            var family = Family.ipv4
            var fields = OuterFields()
            var ways = 1

            static let all =
                [Kind(testDescription: "two ways", ways: 2)]
                + Family.allCases.flatMap { family in
                    [
                        Kind(testDescription: "\(family)", family: family),
                        Kind(testDescription: "\(family), checksum", family: family, fields: OuterFields { $0.udpChecksum = .software }),
                        Kind(
                            testDescription: "\(family), device", family: family,
                            fields: OuterFields {
                                ($0.udpChecksum, $0.deviceIPv4Checksum) = (.device, true)
                            }),
                        Kind(testDescription: "\(family), tag", family: family, fields: OuterFields { $0.tag = 0xA12C }),
                        Kind(
                            testDescription: "\(family), all", family: family,
                            fields: OuterFields {
                                ($0.udpChecksum, $0.tag, $0.dontFragment, $0.copiesDSCP) = (.software, 0xA12C, .unset, true)
                            }),
                    ]
                }
        }

        static let mtu = 9216

        /// Network blue on ports that carry jumbo frames. Ports that send one segment only have packet buffers for them.
        private func withJumbo(_ kind: Kind, sendsSegments: Bool, _ body: (Rig) throws -> Void) throws {
            var options = Rig.Options()
            options.underlayPorts = 2
            options.accessMTU = JumboTests.mtu
            options.underlayMTU = JumboTests.mtu + kind.family.headerByteCount
            options.sendsSegments = sendsSegments
            options.bufferSize = sendsSegments ? 2048 : 9400
            options.poolSize = 511
            try Rig.blue(options) { rig in
                for tunnel in [1, 2] {
                    rig.makeTunnel(tunnel, over: kind.family, kind.fields)
                    guard kind.ways > 1 else { continue }
                    let ways = (0..<kind.ways).map { rig.way(to: tunnel, over: kind.family, kind.fields, port: $0) }
                    let buckets = TunnelRecord.buckets(wayCount: kind.ways, working: Array(0..<kind.ways))
                    rig.tables.tunnels.publish(TunnelIndex(UInt16(tunnel)), ways: ways, buckets: buckets)?.deallocate()
                }
                rig.put(Blue.b, .tunnel(1))
                try body(rig)
            }
        }

        /// A frame with a packet of `byteCount` bytes.
        private func frame(_ byteCount: Int, from: MACAddress = Blue.a, to: MACAddress) -> Bytes {
            datagram(from: from, to: to, payload: (0..<byteCount - 28).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        }

        private func segments(_ sendsSegments: Bool) -> [[Int]] {
            sendsSegments ? [[2048, 2048, 2048, 2048], [64, 2001, 1777, 2047, 2048]] : [[], [3000, 3001]]
        }

        @Test("Through every kind of tunnel they leave whole, alone and as a flood", arguments: Kind.all, [true, false])
        func encapsulation(kind: Kind, sendsSegments: Bool) throws {
            try withJumbo(kind, sendsSegments: sendsSegments) { rig in
                for to in [Blue.b, .broadcast] {
                    let frame = frame(JumboTests.mtu, to: to)
                    for cuts in segments(sendsSegments) {
                        try rig.receive(rig.packet(tagged(frame, 100), segments: cuts), on: rig.lan(0))
                        rig.poll()
                        let packets = [0, 1].flatMap { rig.takePackets(rig.wan($0)) }
                        #expect(packets.count == (to == Blue.b ? 1 : 2))
                        #expect(packets.allSatisfy { sendsSegments ? $0.pointee.nb_segs > 4 : $0.pointee.nb_segs == 1 })
                        for sent in packets.map({ NIC.transmit($0) }) {
                            let view = OuterView(sent)
                            #expect(view.inner == frame && view.tag == kind.fields.tag && PacketMutator.repaired(sent) == sent)
                            #expect((view.udpChecksum != 0) == (kind.fields.udpChecksum != .none))
                        }
                        let local = rig.takeAll()
                        #expect(local == (to == Blue.b ? [:] : [rig.lan(1): [tagged(frame, 200)], rig.lan(2): [frame]]))
                    }
                }
            }
        }

        @Test("One byte more than the underlay carries is refused", arguments: Kind.all)
        func tooLarge(kind: Kind) throws {
            try withJumbo(kind, sendsSegments: true) { rig in
                let frame = frame(JumboTests.mtu + 1, to: Blue.b)
                try #expect(rig.forward(rig.packet(frame, segments: segments(true)[0]), on: rig.lan(2)) == [:])
                rig.expectedDrops = [.mtuExceeded: 1]
            }
        }

        @Test("From a tunnel they reach stations whole, alone and as a flood", arguments: Kind.all, [true, false])
        func decapsulation(kind: Kind, sendsSegments: Bool) throws {
            try withJumbo(kind, sendsSegments: sendsSegments) { rig in
                rig.put(Blue.a, .port(0, vlan: 100))
                rig.tables.ports.setOuterTag(rig.wan, kind.fields.tag.flatMap { VLANID($0 & 0xFFF) })
                rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
                for to in [Blue.a, .broadcast] {
                    let frame = frame(JumboTests.mtu, from: Blue.b, to: to)
                    for cuts in segments(sendsSegments).map({ $0.isEmpty || $0[0] > 100 ? $0 : [100] + $0.dropFirst() }) {
                        for udpChecksum in [nil, 0] as [UInt16?] {
                            var packet = rig.arriving(frame, from: 1, over: kind.family)
                            (packet.tag, packet.udpChecksum) = (kind.fields.tag, udpChecksum)
                            let output = try rig.forward(rig.packet(packet.bytes, segments: cuts), on: rig.wan)
                            let all = [rig.lan(0): [tagged(frame, 100)], rig.lan(1): [tagged(frame, 200)], rig.lan(2): [frame]]
                            #expect(output == (to == Blue.a ? [rig.lan(0): [tagged(frame, 100)]] : all))
                        }
                    }
                }
            }
        }

        @Test("Without a buffer that holds it, a jumbo frame for a port of single segments is dropped by name")
        func noBuffer() throws {
            var options = Rig.Options()
            options.accessMTU = JumboTests.mtu
            options.underlayMTU = JumboTests.mtu + 70
            options.sendsSegments = false
            try Rig.blue(options) { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: .ipv6, OuterFields { $0.udpChecksum = .software }) }
                rig.put(Blue.b, .tunnel(1))
                try #expect(rig.forward(rig.packet(frame(JumboTests.mtu, to: Blue.b), segments: segments(true)[0]), on: rig.lan(2)) == [:])
                try #expect(
                    rig.forward(rig.packet(frame(JumboTests.mtu, to: .broadcast), segments: segments(true)[0]), on: rig.lan(2)) == [:])
                // One for the unicast, one for each copy of the flood.
                rig.expectedDrops = [.noMbuf: 5]
            }
        }
    }
}
