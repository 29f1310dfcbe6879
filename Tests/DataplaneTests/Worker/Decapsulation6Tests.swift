import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("From a tunnel over IPv6 to an access port")
    struct Decapsulation6Tests {
        /// Network blue with VTEP 1 and 2 over IPv6, station a on lan2.
        private func withTunnel(
            acceptsZeroChecksum: Bool = false, _ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void
        ) throws {
            try Rig.blue(options) { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: .ipv6) }
                rig.tables.ports.setAcceptsZeroChecksum(rig.wan, acceptsZeroChecksum)
                rig.put(Blue.a, .port(2))
                try body(rig)
            }
        }

        @Test("A frame leaves as it was before encapsulation, and its sender is learned behind the tunnel", arguments: [true, false])
        func forwards(acceptsZeroChecksum: Bool) throws {
            try withTunnel(acceptsZeroChecksum: acceptsZeroChecksum) { rig in
                var packet = rig.encapsulated6(Blue.bToA, from: 2)
                if acceptsZeroChecksum { packet.udpChecksum = 0 }
                try #expect(rig.forward(packet.bytes, on: rig.wan) == [rig.lan(2): [Blue.bToA]])
                #expect(rig.place(of: Blue.b) == .tunnel(2))
                #expect(rig.counters().tunnel(TunnelIndex(2)).rxPackets == 1 && rig.counters().tunnel(TunnelIndex(1)).rxPackets == 0)
            }
        }

        @Test("What another VTEP may choose is of no matter", arguments: [true, false], [true, false])
        func variations(acceptsZeroChecksum: Bool, hasChecksum: Bool) throws {
            try withTunnel(acceptsZeroChecksum: acceptsZeroChecksum) { rig in
                let changes: [(inout VXLANPacket6) -> Void] = [
                    { $0.flags = 0xFFFF_FFFF }, { $0.reserved = 0xFF }, { $0.sourcePort = 1 }, { $0.ip.trafficClass = 0xB8 },
                    { $0.ip.flowLabel = 0xF_FFFF }, { $0.ip.hopLimit = 1 }, { $0.ip.hopLimit = 0 }, { $0.destinationMAC = .broadcast },
                    { $0.destinationMAC = Blue.multicast },
                ]
                for change in changes {
                    var packet = rig.encapsulated6(Blue.bToA, from: 1)
                    if !hasChecksum { packet.udpChecksum = 0 }
                    change(&packet)
                    let isTaken = hasChecksum || acceptsZeroChecksum
                    try #expect(rig.forward(packet.bytes, on: rig.wan) == (isTaken ? [rig.lan(2): [Blue.bToA]] : [:]))
                }
                if !hasChecksum, !acceptsZeroChecksum { rig.expectedDrops = [.udpChecksumZero: UInt64(changes.count)] }
            }
        }

        @Test("The checksum covers every byte of the datagram and of both addresses", arguments: [true, false])
        func checksum(acceptsZeroChecksum: Bool) throws {
            try withTunnel(acceptsZeroChecksum: acceptsZeroChecksum) { rig in
                // With another address, the packet would be for us as well, or from a VTEP.
                rig.tables.ports.publishAddresses(rig.wan, [1, 3].map { UnderlayAddress(bytes: ipv6Address($0)) })?.deallocate()
                rig.addSender(UnderlayAddress(bytes: Rig.peerAddress6(3)), tunnel: 2)
                // An odd number of bytes.
                let good = rig.encapsulated6(Blue.bToA + [7], from: 1).bytes
                let offsets = [37, 53] + Array(54..<56) + Array(60..<good.count)
                for offset in offsets { try #expect(rig.forward(good.replacing(offset, good[offset] ^ 2), on: rig.wan) == [:]) }
                rig.expectedDrops = [.udpChecksum: UInt64(offsets.count)]
                try #expect(rig.forward(good, on: rig.wan) == [rig.lan(2): [Blue.bToA + [7]]])
            }
        }

        @Test("A checksum that sums up to zero comes as 0xFFFF, and is right")
        func zeroSum() throws {
            try withTunnel { rig in
                var packet = rig.encapsulated6(Blue.bToA.replacing(72, 0, 0), from: 1)
                packet.inner = packet.inner.replacing(72, bytes(packet.bytes.u16(60)))
                #expect(packet.bytes.u16(60) == 0xFFFF)
                try #expect(rig.forward(packet.bytes, on: rig.wan) == [rig.lan(2): [packet.inner]])
            }
        }

        @Test("What pads the outer frame is taken off", arguments: [1, 4, 100], [true, false])
        func padding(byteCount: Int, hasChecksum: Bool) throws {
            try withTunnel(acceptsZeroChecksum: true) { rig in
                rig.put(Blue.c, .port(1, vlan: 200))
                let short = ethernet(to: Blue.c, from: Blue.b, type: 0x88B5, [])
                for (inner, port, frame) in [(Blue.bToA, rig.lan(2), Blue.bToA), (short, rig.lan(1), tagged(short, 200))] {
                    var packet = rig.encapsulated6(inner, from: 1)
                    if !hasChecksum { packet.udpChecksum = 0 }
                    let padding = Bytes(repeating: 0xEE, count: byteCount)
                    try #expect(rig.forward(packet.bytes + padding, on: rig.wan) == [port: [frame]])
                }
            }
        }

        @Test("Padding in a packet of several segments is refused")
        func paddedSegments() throws {
            try withTunnel(acceptsZeroChecksum: true) { rig in
                for udpChecksum in [nil, 0] as [UInt16?] {
                    var packet = rig.encapsulated6(Blue.bToA, from: 1)
                    packet.udpChecksum = udpChecksum
                    try #expect(rig.forward(rig.packet(packet.bytes + [0, 0], segments: [90]), on: rig.wan) == [:])
                }
                rig.expectedDrops = [.ipv6Length: 2]
            }
        }

        @Test("A packet in several segments leaves whole", arguments: [true, false], [true, false])
        func segments(sendsSegments: Bool, hasChecksum: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try withTunnel(acceptsZeroChecksum: true, options) { rig in
                rig.put(Blue.a, .port(1, vlan: 200))
                let frame = datagram(from: Blue.b, to: Blue.a, payload: (0..<200).map { UInt8($0) })
                var packet = rig.encapsulated6(frame, from: 1)
                if !hasChecksum { packet.udpChecksum = 0 }
                for cuts in [[84], [85, 3, 7], [100, 100]] {
                    let output = try rig.forward(rig.packet(packet.bytes, segments: cuts), on: rig.wan)
                    #expect(output == [rig.lan(1): [tagged(frame, 200)]])
                }
            }
        }

        @Test("Headers that are cut by the first segment's end are refused by name", arguments: [53, 61, 69, 83])
        func cutHeaders(cut: Int) throws {
            try withTunnel { rig in
                let packet = rig.encapsulated6(Blue.bToA, from: 1).bytes
                try #expect(rig.forward(rig.packet(packet, segments: [cut]), on: rig.wan) == [:])
                let reasons: [Int: DropReason] = [53: .underlayFrameShort, 61: .udpLength, 69: .vxlanShort, 83: .innerShort]
                rig.expectedDrops = [reasons[cut]!: 1]
            }
        }

        @Test("Each address of the port is ours, in any order of the families")
        func ownAddresses() throws {
            try withTunnel(acceptsZeroChecksum: true) { rig in
                let own = [ipv6Address(0x51), ipv4Address(0xC633_6401), Rig.address6, ipv4Address(rig.options.address), ipv6Address(0x52)]
                rig.tables.ports.publishAddresses(rig.wan, own.map(Rig.underlayAddress))?.deallocate()
                for udpChecksum in [nil, 0] as [UInt16?] {
                    for address in own + [ipv6Address(0x53), ipv4Address(0xC633_6402)] {
                        var packet = rig.arriving(Blue.bToA, from: 1, over: address.count == 4 ? .ipv4 : .ipv6)
                        (packet.destination, packet.udpChecksum) = (address, udpChecksum)
                        try #expect(rig.forward(packet) == (own.contains(address) ? [rig.lan(2): [Blue.bToA]] : [:]))
                        packet.destination = packet.family == .ipv4 ? own[3] : own[2]
                        packet.source = address
                        if own.contains(address) { try #expect(rig.forward(packet) == [:]) }
                    }
                }
                rig.expectedDrops = [.notOurAddress: 4, .ownSourceAddress: 10]
            }
        }

        @Test("A port without IPv6 address takes nothing over IPv6, not even what is for nobody")
        func noAddress() throws {
            try withTunnel(acceptsZeroChecksum: true) { rig in
                rig.tables.ports.publishAddresses(rig.wan, [UnderlayAddress(ipv4: rig.options.address)])?.deallocate()
                let mapped = Bytes(repeating: 0, count: 10) + [0xFF, 0xFF] + ipv4Address(rig.options.address)
                for destination in [Rig.address6, ipv6Address(0, prefix: []), mapped] {
                    for udpChecksum in [nil, 0] as [UInt16?] {
                        var packet = rig.arriving(Blue.bToA, from: 1, over: .ipv6)
                        (packet.destination, packet.udpChecksum) = (destination, udpChecksum)
                        try #expect(rig.forward(packet) == [:])
                    }
                }
                rig.expectedDrops = [.notOurAddress: 6]
            }
        }

        @Test("ICMPv6 and MLD are handed over: control knows which addresses and groups are ours; with another MAC they are not")
        func control() throws {
            try withTunnel { rig in
                let solicitedNode = Bytes(hex: "ff02 0000 0000 0000 0000 0001 ff00 0001"), allNodes = ipv6Address(1, prefix: [0xFF, 2])
                var taken = [(Rig.address6, 58), (solicitedNode, 58), (allNodes, 58), (allNodes, 0)].map { destination, next in
                    IPv6Packet(source: Rig.peerAddress6(1), destination: destination, next: next, payload: Bytes(repeating: 0, count: 24))
                }
                // Duplicate address detection comes from nobody.
                taken.append(IPv6Packet(source: ipv6Address(0, prefix: []), destination: solicitedNode, next: 58, payload: [135, 0, 0, 0]))
                for packet in taken {
                    let frame = ethernet(to: Blue.multicast, from: Rig.peerMAC(1), type: 0x86DD, packet.bytes)
                    try #expect(rig.forward(frame, on: rig.wan) == [:])
                    #expect(rig.exchange.nextPunt()?.frame == frame)
                }
                // To a link-local address, of which the data plane does not know.
                let linkLocal = IPv6Packet(destination: ipv6Address(0x64, prefix: [0xFE, 0x80]), next: 58, payload: [135, 0, 0, 0])
                let frame = ethernet(to: rig.options.wanMAC, from: Rig.peerMAC(1), type: 0x86DD, linkLocal.bytes)
                _ = try rig.forward(frame, on: rig.wan)
                #expect(rig.exchange.nextPunt()?.frame == frame)
                _ = try rig.forward(frame.replacing(0, 2, 9, 9, 9, 9, 9), on: rig.wan)
                #expect(rig.exchange.nextPunt() == nil)
                rig.expectedDrops = [.underlayMACNotOurs: 1]
            }
        }

        /// What the device says of a packet, and what is wrong with the packet itself.
        struct Verification {
            var flags: UInt64
            var isTunnelKnown = false
            var breaksUDP = false
            var drop: DropReason?
        }

        @Test("The checksum is taken from the device where it has verified it, and else computed")
        func deviceVerification() throws {
            let cases = [
                Verification(flags: VD_RX_L4_CKSUM_GOOD, breaksUDP: true),
                Verification(flags: VD_RX_L4_CKSUM_BAD, drop: .udpChecksum),
                // There is no checksum of the IPv6 header.
                Verification(flags: VD_RX_IP_CKSUM_BAD | VD_RX_OUTER_IP_CKSUM_BAD),
                Verification(flags: 0, breaksUDP: true, drop: .udpChecksum),
                // A device that knows the tunnel speaks of the inner packet with its plain flags.
                Verification(flags: VD_RX_L4_CKSUM_BAD, isTunnelKnown: true),
                Verification(flags: VD_RX_OUTER_L4_CKSUM_GOOD, isTunnelKnown: true, breaksUDP: true),
                Verification(flags: VD_RX_L4_CKSUM_GOOD, isTunnelKnown: true, breaksUDP: true, drop: .udpChecksum),
            ]
            for verification in cases {
                try withTunnel { rig in
                    let bytes = rig.encapsulated6(Blue.bToA, from: 1).bytes
                    let packet = try rig.packet(verification.breaksUDP ? bytes.replacing(60, bytes[60] ^ 1) : bytes)
                    packet.pointee.ol_flags = verification.flags
                    packet.pointee.packet_type = verification.isTunnelKnown ? VD_PTYPE_TUNNEL_MASK : 0
                    let output = try rig.forward(packet, on: rig.wan)
                    #expect(output == (verification.drop == nil ? [rig.lan(2): [Blue.bToA]] : [:]), "\(verification)")
                    if let drop = verification.drop { rig.expectedDrops = [drop: 1] }
                }
            }
        }
    }
}
