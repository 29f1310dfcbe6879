import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    /// A plain frame for a tunnel that is plain, or is but over IPv6, takes a short way into it; the same frame with ECN goes out of line. Both have to come to
    /// the same end.
    @Suite("Plain frames to tunnels of either family")
    struct PlainFrameTests {
        static let checksums = [OuterFields.UDPChecksum.none, .software, .device]

        private func withTunnel(
            _ family: Family, _ checksum: OuterFields.UDPChecksum, _ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void
        ) throws {
            try Rig.blue(options) { rig in
                rig.makeTunnel(1, over: family, OuterFields { $0.udpChecksum = checksum })
                rig.put(Blue.b, .tunnel(1))
                try body(rig)
            }
        }

        /// UDP from station a to b.
        private func frame(ecn: UInt8, _ payload: Bytes) -> Bytes {
            ethernet(to: Blue.b, from: Blue.a, IPv4Packet(tos: ecn, payload: udp(from: 1000, to: 2000, payload)).bytes)
        }

        /// What one frame becomes, as a NIC puts it on the wire; `nil` where nothing leaves.
        private func transmitted(_ rig: Rig, _ frame: Bytes, on port: PortIndex) throws -> Bytes? {
            try rig.receive(frame, on: port)
            rig.poll()
            let packets = rig.takePackets(rig.wan)
            #expect(packets.count <= 1)
            return packets.first.map { NIC.transmit($0) }
        }

        @Test("They leave as their twins with ECN do, but for ECN", arguments: Family.allCases, checksums)
        func twins(family: Family, checksum: OuterFields.UDPChecksum) throws {
            var random = seededRandom("Plain frames over \(family), checksum \(checksum)")
            try withTunnel(family, checksum) { rig in
                for byteCount in [0, 1, 2, 17, 18, 19, 20, 99, 1000, 1471, 1472] {
                    let payload = (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    for (port, tag) in [(2, nil), (0, 100)] as [(Int, UInt16?)] {
                        let views = try [0, 2].map { (field: UInt8) in
                            let frame = frame(ecn: field, payload)
                            let received = tag.map { tagged(frame, $0) } ?? frame
                            let sent = try #require(try transmitted(rig, received, on: rig.lan(port)))
                            var expected = rig.leaving(frame, to: 1, over: family, like: sent)
                            if checksum != .none { expected.udpChecksum = nil }
                            #expect(sent == expected.bytes, "\(byteCount) bytes, ECN \(field)")
                            return OuterView(sent)
                        }
                        #expect(views[0].sourcePort == views[1].sourcePort)
                        #expect(family == .ipv4 || views[0].flowLabel == views[1].flowLabel)
                    }
                }
            }
        }

        @Test("They are carried up to the underlay's MTU, and not beyond", arguments: Family.allCases, checksums)
        func underlayMTU(family: Family, checksum: OuterFields.UDPChecksum) throws {
            var options = Rig.Options()
            // What is inside has 14 bytes of Ethernet, 20 of IPv4 and 8 of UDP.
            options.underlayMTU = family.headerByteCount - 14 + 42 + 500
            try withTunnel(family, checksum, options) { rig in
                for (port, tag) in [(2, nil), (0, 100)] as [(Int, UInt16?)] {
                    for (byteCount, fits) in [(499, true), (500, true), (501, false)] {
                        let frame = frame(ecn: 0, Bytes(repeating: 1, count: byteCount))
                        let sent = try transmitted(rig, tag.map { tagged(frame, $0) } ?? frame, on: rig.lan(port))
                        #expect(sent?.count == (fits ? options.underlayMTU + 14 - 500 + byteCount : nil), "\(byteCount) bytes")
                    }
                }
                rig.expectedDrops = [.mtuExceeded: 2]
            }
        }
    }
}
