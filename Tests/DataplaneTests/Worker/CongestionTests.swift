import BenchSupport
import Dataplane
import Testing

extension PacketPath {
    /// Explicit congestion notification (RFC 6040), normal mode. Fields: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE.
    @Suite("Congestion")
    struct CongestionTests {
        static let dscp: UInt8 = 0xB8

        /// An inner frame of one family with this traffic class, from station a to b or back.
        static func inner(_ family: Family, trafficClass: UInt8, from: MACAddress = Blue.b, to: MACAddress = Blue.a) -> Bytes {
            let payload = udp(from: 1000, to: 2000, Bytes(repeating: 0xAB, count: 32))
            if family == .ipv4 { return ethernet(to: to, from: from, IPv4Packet(tos: trafficClass, payload: payload).bytes) }
            return ethernet(
                to: to, from: from, type: 0x86DD, IPv6Packet(trafficClass: trafficClass, flowLabel: 0xABCDE, payload: payload).bytes)
        }

        /// RFC 6040 figure 4: rows are the inner field, columns the outer one, in the order Not-ECT, ECT(1), ECT(0), CE; `nil` = drop.
        static let matrix: [[UInt8?]] = [
            [0, 0, 0, nil],
            [1, 1, 1, 3],
            [2, 1, 2, 3],
            [3, 3, 3, 3],
        ]

        private func withTunnels(_ body: (Rig) throws -> Void) throws {
            try Rig.blue { rig in
                rig.makeTunnel(2, over: .ipv6)
                rig.put(Blue.a, .port(2))
                try body(rig)
            }
        }

        private func tunnel(_ family: Family) -> Int { family == .ipv4 ? 1 : 2 }

        @Test("Decapsulation: all sixteen pairs", arguments: Family.allCases, Family.allCases)
        func decapsulation(outer: Family, inner: Family) throws {
            for (innerField, row) in CongestionTests.matrix.enumerated() {
                for (outerField, result) in row.enumerated() {
                    for udpChecksum in [nil, 0] as [UInt16?] {
                        try withTunnels { rig in
                            rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
                            let frame = CongestionTests.inner(inner, trafficClass: CongestionTests.dscp | UInt8(innerField))
                            var packet = rig.arriving(frame, from: tunnel(outer), over: outer)
                            packet.udpChecksum = udpChecksum
                            // The outer DSCP has no say (RFC 2983, pipe model).
                            packet.trafficClass = 0x28 | UInt8(outerField)
                            // Built afresh, with the checksum of its IPv4 header.
                            let expected = result.map { CongestionTests.inner(inner, trafficClass: CongestionTests.dscp | $0) }
                            try #expect(
                                rig.forward(packet) == (expected.map { [rig.lan(2): [$0]] } ?? [:]),
                                "inner \(innerField), outer \(outerField)")
                            if result == nil { rig.expectedDrops = [.congestionUnheeded: 1] }
                            #expect(rig.place(of: Blue.b) == (result == nil ? .none : .tunnel(tunnel(outer))))
                        }
                    }
                }
            }
        }

        @Test("A flooded packet is marked in all copies")
        func flooded() throws {
            try withTunnels { rig in
                let frame = CongestionTests.inner(.ipv4, trafficClass: 2, to: .broadcast)
                let marked = CongestionTests.inner(.ipv4, trafficClass: 3, to: .broadcast)
                var packet = rig.arriving(frame, from: 2, over: .ipv6)
                packet.trafficClass = 3
                let output = try rig.forward(packet)
                #expect(output == [rig.lan(0): [tagged(marked, 100)], rig.lan(1): [tagged(marked, 200)], rig.lan(2): [marked]])
            }
        }

        @Test("The IPv4 header's checksum is right after any change, and wrong where it was wrong before", arguments: Family.allCases)
        func innerChecksum(outer: Family) throws {
            var random = seededRandom("Congestion, inner checksums")
            try withTunnels { rig in
                for round in 0..<2000 {
                    var header = (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    // Sums near all ones and near zero, too.
                    if round % 4 == 0 { header = header.map { $0 | 0xF0 } }
                    if round % 4 == 1 { header = header.map { $0 & 0x01 } }
                    header = header.replacing(0, 0x45, header[1] & 0xFC | [1, 2][round % 2]).replacing(10, 0, 0)
                    let checksum = naiveChecksum(header) ^ (round % 8 == 7 ? 0x0100 : 0)
                    let frame = ethernet(to: Blue.a, from: Blue.b, header.replacing(10, bytes(checksum)) + [1, 2, 3, 4])
                    var packet = rig.arriving(frame, from: tunnel(outer), over: outer)
                    packet.trafficClass = 3
                    let output = try rig.forward(packet)[rig.lan(2)] ?? []
                    try #require(output.count == 1 && output[0].count == frame.count)
                    let changed = Bytes(output[0][14..<34])
                    #expect(changed.replacing(10, 0, 0) == header.replacing(1, header[1] | 3))
                    #expect((naiveChecksum(changed) == 0) == (round % 8 != 7), "round \(round)")
                }
            }
        }

        /// Frames that hold no IP packet, or not enough of one for its header.
        static let notIP = [
            ethernet(to: Blue.a, from: Blue.b, type: 0x0806, Bytes(repeating: 1, count: 28)),
            ethernet(to: Blue.a, from: Blue.b, type: 0x88B5, Bytes(repeating: 0, count: 46)),
            ethernet(to: Blue.a, from: Blue.b, type: 0x0800, []), ethernet(to: Blue.a, from: Blue.b, type: 0x86DD, [0x60]),
            ethernet(to: Blue.a, from: Blue.b, type: 0x0800, [0x45, 0, 0, 20]),
        ]

        @Test(
            "Frames without an IP packet pass unharmed, whatever the outer field says", arguments: Family.allCases, [0, 1, 2, 3] as [UInt8])
        func notIP(outer: Family, field: UInt8) throws {
            try withTunnels { rig in
                for frame in CongestionTests.notIP {
                    // Padding of the outer frame, which would be the start of a packet.
                    for padding in [[], Bytes(repeating: 0, count: 30), Bytes(repeating: 0xFF, count: 30)] {
                        var packet = rig.arriving(frame, from: tunnel(outer), over: outer)
                        packet.trafficClass = field
                        try #expect(rig.forward(packet.bytes + padding, on: rig.wan) == [rig.lan(2): [frame]])
                    }
                }
            }
        }

        @Test("Encapsulation copies the field, all four", arguments: Family.allCases, Family.allCases)
        func encapsulation(outer: Family, inner: Family) throws {
            try withTunnels { rig in
                rig.put(Blue.b, .tunnel(tunnel(outer)))
                for field in 0..<4 as Range<UInt8> {
                    // Also in the copies of a flood.
                    for to in [Blue.b, .broadcast] {
                        let frame = CongestionTests.inner(inner, trafficClass: CongestionTests.dscp | field, from: Blue.a, to: to)
                        let sent = try rig.forward(frame, on: rig.lan(2))[rig.wan] ?? []
                        #expect(sent.count == (to == .broadcast ? 2 : 1))
                        #expect(sent.allSatisfy { OuterView($0).trafficClass == field && OuterView($0).inner == frame })
                        #expect(sent.allSatisfy { PacketMutator.repaired($0) == $0 }, "the IPv4 checksum covers the field")
                    }
                }
            }
        }

        @Test("Frames without an IP packet leave without a field")
        func encapsulationOfNotIP() throws {
            try withTunnels { rig in
                for tunnel in [1, 2] {
                    rig.put(Blue.b, .tunnel(tunnel))
                    for frame in CongestionTests.notIP.filter({ $0.u16(12) != 0x0800 && $0.u16(12) != 0x86DD }) {
                        let sent = try rig.forward(frame.replacing(0, Blue.b.octets + Blue.a.octets), on: rig.lan(2))[rig.wan] ?? []
                        #expect(sent.map { OuterView($0).trafficClass } == [0])
                    }
                }
            }
        }
    }
}
