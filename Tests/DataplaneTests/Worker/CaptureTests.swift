import Dataplane
import Testing

extension PacketPath {
    /// Packets of the Linux kernel's own vxlan between two hosts.
    @Suite("Captures of the kernel's VXLAN")
    struct CaptureTests {
        /// One end of a capture.
        struct End {
            let address: UInt32
            let mac: MACAddress

            static let first = End(address: 0xC000_0201, mac: MACAddress(2, 0, 0, 0, 0x0A, 1))
            static let second = End(address: 0xC000_0202, mac: MACAddress(2, 0, 0, 0, 0x0B, 1))
        }

        static let ipv4Captures = ["vxlan-ipv4", "vxlan-ipv4-udp-checksum-tos-inherit"]
        static let directions = [(End.first, End.second), (End.second, End.first)]

        /// A gateway in the place of `own`, with `peer` as its only VTEP and lan0 as its only member, untagged.
        private func withGateway(
            _ own: End, peer: End, udpPort: UInt16 = 4789, vni: UInt32 = 10100, _ body: (Rig) throws -> Void
        ) throws {
            var options = Rig.Options()
            options.accessPorts = 1
            options.address = own.address
            options.wanMAC = own.mac
            try Rig.run(options) { rig in
                rig.makeTunnel(1, address: peer.address, mac: peer.mac, udpPort: udpPort)
                rig.tables.publishUDPPort(udpPort)
                rig.makeNetwork(1, vni: vni, members: [(0, 0)], tunnels: [1])
                try body(rig)
            }
        }

        /// Whether this is a VXLAN packet over IPv4 from `source` to `destination`, and nothing else.
        private func isVXLAN(_ frame: Bytes, from source: UInt32, to destination: UInt32, port: UInt16 = 4789) -> Bool {
            frame.count >= 64 && frame.u16(12) == 0x0800 && frame[23] == 17 && frame.u16(36) == port
                && Bytes(frame[26..<34]) == bytes(source) + bytes(destination)
        }

        /// The inner frame, to the end that the IPv4 header tells.
        private func inner(_ frame: Bytes) -> Bytes { Bytes(frame[50..<14 + Int(frame.u16(16))]) }

        @Test("Every packet decodes to its inner frame", arguments: ipv4Captures, directions)
        func decodes(name: String, direction: (End, End)) throws {
            let (own, peer) = direction
            let frames = try Capture(named: name).frames.filter { isVXLAN($0, from: peer.address, to: own.address) }
            #expect(frames.count > 20)
            try withGateway(own, peer: peer) { rig in
                for frame in frames { try #expect(rig.forward(frame, on: rig.wan) == [rig.lan(0): [inner(frame)]]) }
                #expect(rig.counters().tunnel(TunnelIndex(1)).rxPackets == UInt64(frames.count))
            }
        }

        /// Fields of the outer headers in which we may differ from the kernel.
        enum Difference: CaseIterable {
            /// The kernel counts packets; RFC 6864 lets us send 0 with don't-fragment set.
            case identification
            /// The kernel's vxlan does not set don't-fragment by default, we always do.
            case dontFragment
            /// The capture named tos-inherit copies the inner packet's, we send 0.
            case typeOfService
            /// Follows from the three above.
            case ipv4Checksum
            /// The kernel hashes flows in its own way.
            case sourcePort
            /// The capture named udp-checksum has one, we send none (RFC 7348 section 5).
            case udpChecksum

            /// Offset in the frame, and the bits.
            var mask: (offset: Int, bits: Bytes) {
                switch self {
                case .typeOfService: (15, [0xFF])
                case .identification: (18, [0xFF, 0xFF])
                case .dontFragment: (20, [0x40])
                case .ipv4Checksum: (24, [0xFF, 0xFF])
                case .sourcePort: (34, [0xFF, 0xFF])
                case .udpChecksum: (40, [0xFF, 0xFF])
                }
            }

            static func masked(_ frame: Bytes) -> Bytes {
                allCases.reduce(frame) { frame, difference in
                    let (offset, bits) = difference.mask
                    return frame.replacing(offset, bits.enumerated().map { frame[offset + $0] & ~$1 })
                }
            }
        }

        @Test("The inner frames are encapsulated as the kernel did it, but for named fields", arguments: ipv4Captures, directions)
        func encapsulates(name: String, direction: (End, End)) throws {
            let (own, peer) = direction
            let frames = try Capture(named: name).frames.filter { isVXLAN($0, from: own.address, to: peer.address) }
            #expect(frames.count > 20)
            try withGateway(own, peer: peer) { rig in
                for frame in frames {
                    let output = try rig.forward(inner(frame), on: rig.lan(0))
                    let sent = try #require(output[rig.wan]?.first)
                    #expect(output.count == 1 && Difference.masked(sent) == Difference.masked(frame))
                    #expect(sent == rig.expected(inner(frame), to: 1, address: peer.address, mac: peer.mac, like: sent))
                }
            }
        }

        @Test("Underlay packets over IPv6 are dropped by name, each of them", arguments: directions)
        func ipv6(direction: (End, End)) throws {
            let (own, peer) = direction
            let frames = try Capture(named: "vxlan-ipv6").frames.filter { Bytes($0[..<6]) == own.mac.octets }
            #expect(frames.count > 20 && frames.allSatisfy { $0.u16(12) == 0x86DD })
            try withGateway(own, peer: peer) { rig in
                for frame in frames { try #expect(rig.forward(frame, on: rig.wan) == [:]) }
                rig.expectedDrops = [.notOurAddress: UInt64(frames.count)]
            }
        }

        @Test("On port 8472, unicast decodes, and what went to the multicast group is not for our address", arguments: directions)
        func oldPortAndGroup(direction: (End, End)) throws {
            let (own, peer) = direction
            let group: UInt32 = 0xEF01_0101
            let frames = try Capture(named: "vxlan-ipv4-multicast-port8472").frames
            let unicast = frames.filter { isVXLAN($0, from: peer.address, to: own.address, port: 8472) }
            let multicast = frames.filter { isVXLAN($0, from: peer.address, to: group, port: 8472) }
            #expect(unicast.count > 10 && multicast.count > 2)
            try withGateway(own, peer: peer, udpPort: 8472, vni: 1) { rig in
                for frame in unicast { try #expect(rig.forward(frame, on: rig.wan) == [rig.lan(0): [inner(frame)]]) }
                for frame in multicast { try #expect(rig.forward(frame, on: rig.wan) == [:]) }
                rig.expectedDrops = [.notOurAddress: UInt64(multicast.count)]
            }
        }

        @Test("On the standard port, packets to 8472 are dropped by name")
        func otherPort() throws {
            let frames = try Capture(named: "vxlan-ipv4-multicast-port8472").frames
            let unicast = frames.filter { isVXLAN($0, from: End.second.address, to: End.first.address, port: 8472) }
            try withGateway(.first, peer: .second) { rig in
                for frame in unicast { try #expect(rig.forward(frame, on: rig.wan) == [:]) }
                rig.expectedDrops = [.udpPort: UInt64(unicast.count)]
            }
        }
    }
}
