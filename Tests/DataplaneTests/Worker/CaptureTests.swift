import Dataplane
import Testing

extension PacketPath {
    /// Packets of the Linux kernel's own vxlan between two hosts.
    @Suite("Captures of the kernel's VXLAN")
    struct CaptureTests {
        /// One end of a capture.
        struct End {
            let address: UInt32
            let address6: Bytes
            let mac: MACAddress

            static let first = End(address: 0xC000_0201, address6: ipv6Address(1), mac: MACAddress(2, 0, 0, 0, 0x0A, 1))
            static let second = End(address: 0xC000_0202, address6: ipv6Address(2), mac: MACAddress(2, 0, 0, 0, 0x0B, 1))

            func bytes(_ family: Family) -> Bytes { family == .ipv4 ? DataplaneTests.bytes(address) : address6 }
        }

        /// A capture of unicast packets to port 4789.
        struct Recording: CustomTestStringConvertible {
            let testDescription: String
            var family = Family.ipv4
        }

        static let recordings = [
            Recording(testDescription: "vxlan-ipv4"), Recording(testDescription: "vxlan-ipv4-udp-checksum-tos-inherit"),
            Recording(testDescription: "vxlan-ipv6", family: .ipv6),
        ]
        static let directions = [(End.first, End.second), (End.second, End.first)]
        static let group: UInt32 = 0xEF01_0101

        /// A gateway in the place of `own`, with `peer` as its only VTEP and lan0 as its only member, untagged.
        private func withGateway(
            _ own: End, peer: End, _ family: Family = .ipv4, udpPort: UInt16 = 4789, vni: UInt32 = 10100, _ body: (Rig) throws -> Void
        ) throws {
            var options = Rig.Options()
            options.accessPorts = 1
            options.address = own.address
            options.wanMAC = own.mac
            try Rig.run(options) { rig in
                rig.tables.ports.publishAddresses(rig.wan, Family.allCases.map { Rig.underlayAddress(own.bytes($0)) })?.deallocate()
                publish(rig, 1, to: peer.bytes(family), peer.mac, from: own.bytes(family), udpPort: udpPort)
                rig.addSender(Rig.underlayAddress(peer.bytes(family)), tunnel: 1)
                rig.tables.publishUDPPort(udpPort)
                rig.makeNetwork(1, vni: vni, members: [(0, 0)], tunnels: [1])
                try body(rig)
            }
        }

        private func publish(
            _ rig: Rig, _ tunnel: UInt16, to destination: Bytes, _ mac: MACAddress, from source: Bytes, udpPort: UInt16,
            _ fields: OuterFields = OuterFields()
        ) {
            var fields = fields
            // The kernel's default over IPv6.
            if destination.count == 16 { fields.udpChecksum = .software }
            let record = TunnelRecord(
                port: rig.wan, nextHopMAC: mac, portMAC: rig.options.wanMAC, source: Rig.underlayAddress(source),
                destination: Rig.underlayAddress(destination), udpPort: udpPort, mtu: rig.options.underlayMTU, fields: fields)
            rig.tables.tunnels.publish(TunnelIndex(tunnel), record)?.deallocate()
        }

        /// Whether this is a VXLAN packet from `source` to `destination`, and nothing else.
        private func isVXLAN(_ frame: Bytes, from source: Bytes, to destination: Bytes, port: UInt16 = 4789) -> Bool {
            if destination.count == 16 {
                return frame.count >= 84 && frame.u16(12) == 0x86DD && frame[20] == 17 && frame.u16(56) == port
                    && Bytes(frame[22..<54]) == source + destination
            }
            return frame.count >= 64 && frame.u16(12) == 0x0800 && frame[23] == 17 && frame.u16(36) == port
                && Bytes(frame[26..<34]) == source + destination
        }

        /// The inner frame, to the end that the IP header tells.
        private func inner(_ frame: Bytes) -> Bytes {
            frame.u16(12) == 0x86DD ? Bytes(frame[70..<54 + Int(frame.u16(18))]) : Bytes(frame[50..<14 + Int(frame.u16(16))])
        }

        @Test("Every packet decodes to its inner frame", arguments: recordings, directions)
        func decodes(recording: Recording, direction: (End, End)) throws {
            let (own, peer) = direction
            let frames = try Capture(named: recording.testDescription).frames.filter {
                isVXLAN($0, from: peer.bytes(recording.family), to: own.bytes(recording.family))
            }
            #expect(frames.count > 20)
            try withGateway(own, peer: peer, recording.family) { rig in
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
            /// The kernel's vxlan sends 0 by default; we send 20 bits of the flow's hash (RFC 6438).
            case flowLabel
            /// The kernel hashes flows in its own way.
            case sourcePort
            /// The capture named udp-checksum has one, we send none (RFC 7348 section 5); over IPv6 it follows from the source port.
            case udpChecksum

            /// Offset in the frame, and the bits.
            func mask(_ family: Family) -> (offset: Int, bits: Bytes)? {
                switch self {
                case .typeOfService: family == .ipv4 ? (15, [0xFF]) : nil
                case .identification: family == .ipv4 ? (18, [0xFF, 0xFF]) : nil
                case .dontFragment: family == .ipv4 ? (20, [0x40]) : nil
                case .ipv4Checksum: family == .ipv4 ? (24, [0xFF, 0xFF]) : nil
                case .flowLabel: family == .ipv6 ? (15, [0x0F, 0xFF, 0xFF]) : nil
                case .sourcePort: (family.udpOffset, [0xFF, 0xFF])
                case .udpChecksum: (family.udpOffset + 6, [0xFF, 0xFF])
                }
            }

            static func masked(_ frame: Bytes, _ family: Family, but kept: Set<Difference> = []) -> Bytes {
                allCases.filter { !kept.contains($0) }.reduce(frame) { frame, difference in
                    guard let (offset, bits) = difference.mask(family) else { return frame }
                    return frame.replacing(offset, bits.enumerated().map { frame[offset + $0] & ~$1 })
                }
            }
        }

        @Test("The inner frames are encapsulated as the kernel did it, but for named fields", arguments: recordings, directions)
        func encapsulates(recording: Recording, direction: (End, End)) throws {
            let (own, peer) = direction
            let family = recording.family
            let frames = try Capture(named: recording.testDescription).frames.filter {
                isVXLAN($0, from: own.bytes(family), to: peer.bytes(family))
            }
            #expect(frames.count > 20)
            try withGateway(own, peer: peer, family) { rig in
                for frame in frames {
                    let output = try rig.forward(inner(frame), on: rig.lan(0))
                    let sent = try #require(output[rig.wan]?.first)
                    #expect(output.count == 1 && Difference.masked(sent, family) == Difference.masked(frame, family))
                    var expected = rig.leaving(inner(frame), to: 1, over: family, like: sent)
                    (expected.destination, expected.destinationMAC) = (peer.bytes(family), peer.mac)
                    expected.source = own.bytes(family)
                    if family == .ipv6 { expected.udpChecksum = nil }
                    #expect(sent == expected.bytes)
                }
            }
        }

        /// The packets of a capture with group 239.1.1.1, on port 8472.
        private func oldPortFrames(from peer: End, to own: End) throws -> (unicast: [Bytes], multicast: [Bytes]) {
            let frames = try Capture(named: "vxlan-ipv4-multicast-port8472").frames
            let unicast = frames.filter { isVXLAN($0, from: peer.bytes(.ipv4), to: own.bytes(.ipv4), port: 8472) }
            let multicast = frames.filter { isVXLAN($0, from: peer.bytes(.ipv4), to: bytes(CaptureTests.group), port: 8472) }
            #expect(unicast.count > 10 && multicast.count > 2)
            return (unicast, multicast)
        }

        @Test("On port 8472, unicast decodes, and what went to a group that is not joined is not for our address", arguments: directions)
        func oldPort(direction: (End, End)) throws {
            let (own, peer) = direction
            let (unicast, multicast) = try oldPortFrames(from: peer, to: own)
            try withGateway(own, peer: peer, udpPort: 8472, vni: 1) { rig in
                for frame in unicast { try #expect(rig.forward(frame, on: rig.wan) == [rig.lan(0): [inner(frame)]]) }
                for frame in multicast { try #expect(rig.forward(frame, on: rig.wan) == [:]) }
                rig.expectedDrops = [.notOurAddress: UInt64(multicast.count)]
            }
        }

        @Test(
            "With the group joined and 8472 as second port, all packets decode, and our own that come back are refused",
            arguments: directions)
        func oldPortAndGroup(direction: (End, End)) throws {
            let (own, peer) = direction
            let (unicast, multicast) = try oldPortFrames(from: peer, to: own)
            let ours = try oldPortFrames(from: own, to: peer).multicast
            try withGateway(own, peer: peer, vni: 1) { rig in
                rig.tables.publishUDPPort(8472, endpoint: 1)
                rig.addSender(Rig.underlayAddress(peer.bytes(.ipv4)), tunnel: 1, endpoint: 1)
                rig.tables.ports.publishGroups(rig.wan, [UnderlayAddress(ipv4: CaptureTests.group)])?.deallocate()
                for frame in unicast + multicast { try #expect(rig.forward(frame, on: rig.wan) == [rig.lan(0): [inner(frame)]]) }
                for frame in ours { try #expect(rig.forward(frame, on: rig.wan) == [:]) }
                #expect(rig.counters().tunnel(TunnelIndex(1)).rxPackets == UInt64(unicast.count + multicast.count))
                rig.expectedDrops = [.ownSourceAddress: UInt64(ours.count)]
            }
        }

        @Test("What the kernel sent to the group is sent to it as well, but for named fields", arguments: directions)
        func sendsToGroup(direction: (End, End)) throws {
            let (own, peer) = direction
            let frames = try oldPortFrames(from: own, to: peer).multicast
            try withGateway(own, peer: peer, vni: 1) { rig in
                // The kernel sends to a group with TTL 1 by default, and here without don't-fragment and with a checksum.
                let fields = OuterFields {
                    $0.timeToLive = 1
                    $0.dontFragment = .unset
                    $0.udpChecksum = .software
                }
                publish(
                    rig, 2, to: bytes(CaptureTests.group), MACAddress(1, 0, 0x5E, 1, 1, 1), from: own.bytes(.ipv4), udpPort: 8472, fields)
                rig.makeNetwork(1, vni: 1, members: [(0, 0)], tunnels: [2])
                for frame in frames {
                    let sent = try rig.forward(inner(frame), on: rig.lan(0))[rig.wan] ?? []
                    let kept: Set<Difference> = [.dontFragment, .typeOfService]
                    #expect(sent.map { Difference.masked($0, .ipv4, but: kept) } == [Difference.masked(frame, .ipv4, but: kept)])
                    #expect(sent.allSatisfy { PacketMutator.repaired($0) == $0 }, "both checksums are right")
                }
            }
        }

        @Test("On the standard port, packets to 8472 are dropped by name")
        func otherPort() throws {
            let frames = try oldPortFrames(from: .second, to: .first).unicast
            try withGateway(.first, peer: .second) { rig in
                for frame in frames { try #expect(rig.forward(frame, on: rig.wan) == [:]) }
                rig.expectedDrops = [.udpPort: UInt64(frames.count)]
            }
        }
    }
}
