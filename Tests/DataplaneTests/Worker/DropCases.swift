import CShims
import Dataplane

/// Packets that must be dropped for one reason, and the gateway that they meet: network blue.
struct DropCase {
    var options = Rig.Options()
    /// Where they arrive: an access port's number, or `nil` for the underlay port.
    var accessPort: Int?
    var prepare: (Rig) throws -> Void = { _ in }
    var packets: (Rig) throws -> [Packet]
    /// Packets that are not dropped, though: the first ones, for which there still is room.
    var passed = 0
}

extension DropCase {
    /// Frames on access port `port`.
    private static func access(_ port: Int, _ frames: Bytes...) -> DropCase {
        DropCase(accessPort: port, packets: { rig in try frames.map { try rig.packet($0) } })
    }

    /// Variations of a good VXLAN packet from VTEP 1.
    private static func vxlan(_ changes: ((inout VXLANPacket) -> Void)...) -> DropCase {
        DropCase(packets: { rig in
            try changes.map { change in
                var packet = rig.encapsulated(Blue.bToA, from: 1)
                change(&packet)
                return try rig.packet(packet.bytes)
            }
        })
    }

    /// Variations of the bytes of a good VXLAN packet, whose IPv4 checksum is put right again.
    private static func outer(_ changes: ((Bytes) -> Bytes)...) -> DropCase {
        DropCase(packets: { rig in
            let good = rig.encapsulated(Blue.bToA, from: 1).bytes
            return try changes.map { change in
                let bytes = change(good)
                guard bytes.count >= 34 else { return try rig.packet(bytes) }
                let header = Bytes(bytes[14..<34]).replacing(10, 0, 0)
                return try rig.packet(bytes.replacing(24, DataplaneTests.bytes(naiveChecksum(header))))
            }
        })
    }

    /// Variations of a good VXLAN packet over IPv6 from VTEP 1.
    private static func vxlan6(_ changes: ((inout VXLANPacket6) -> Void)...) -> DropCase {
        DropCase(
            prepare: { $0.makeTunnel6(1) },
            packets: { rig in
                try changes.map { change in
                    var packet = rig.encapsulated6(Blue.bToA, from: 1)
                    change(&packet)
                    return try rig.packet(packet.bytes)
                }
            })
    }

    private static func stripped(_ rig: Rig, _ frame: Bytes, tag: UInt16) throws -> Packet {
        let packet = try rig.packet(frame)
        packet.pointee.ol_flags = VD_RX_VLAN_STRIPPED
        packet.pointee.vlan_tci = tag
        return packet
    }

    /// A reason without a case does not compile.
    static func of(_ reason: DropReason) -> DropCase {
        switch reason {
        case .frameShort, .vlanUnknown, .untaggedRefused, .vlanStacked, .sourceMACInvalid, .linkLocal: ofAccess(reason)
        case .underlayFrameShort, .underlayMACNotOurs, .underlayEtherType, .ipv4Version, .ipv4Length, .ipv4Options, .ipv4Checksum,
            .ipv4Fragment, .underlayVLAN, .ipv6Version, .ipv6Length, .ipv6Extension, .notOurAddress, .ownSourceAddress, .ipProtocol:
            ofUnderlay(reason)
        case .udpLength, .udpPort, .udpChecksum, .udpChecksumZero, .vxlanShort, .vxlanFlags, .vxlanReserved, .congestionUnheeded,
            .vniUnknown, .vtepUnknown, .innerShort, .innerSourceMAC,
            .innerVLANTag, .innerLinkLocal:
            ofTunnel(reason)
        case .staticMACViolation, .samePort, .splitHorizon, .noMember, .mtuExceeded, .nextHopUnresolved: ofForwarding(reason)
        case .noMbuf, .transmitFull, .puntRingFull: ofResources(reason)
        }
    }

    private static func ofAccess(_ reason: DropReason) -> DropCase {
        let frame = Blue.aToB
        switch reason {
        case .frameShort:
            var short = access(0, [], Bytes(frame.prefix(13)), Bytes(tagged(frame, 100).prefix(17)))
            let whole = short.packets
            // What lies in the first segment has to suffice.
            short.packets = { rig in try whole(rig) + [rig.packet(frame, segments: [13]), rig.packet(tagged(frame, 100), segments: [17])] }
            return short
        case .vlanUnknown:
            var unknown = access(0, tagged(frame, 101), tagged(frame, 0xE0C8), tagged(frame, 4095))
            let tags = unknown.packets
            unknown.packets = { rig in try tags(rig) + [stripped(rig, frame, tag: 101)] }
            return unknown
        case .untaggedRefused: return access(0, frame, tagged(frame, 0xE000), tagged(frame, 100, type: 0x88A8))
        case .vlanStacked:
            var stacked = access(0, tagged(tagged(frame, 7), 100), tagged(tagged(frame, 7, type: 0x88A8), 100))
            let tags = stacked.packets
            stacked.packets = { rig in try tags(rig) + [stripped(rig, tagged(frame, 7), tag: 100)] }
            return stacked
        case .sourceMACInvalid:
            let invalid = [MACAddress.zero, .broadcast, Blue.multicast, MACAddress(1, 0, 0, 0, 0, 0)]
            return DropCase(accessPort: 2, packets: { rig in try invalid.map { try rig.packet(datagram(from: $0, to: Blue.b)) } })
        default:
            // Bridges (STP), PAUSE, LLDP, and the last of the block.
            return DropCase(
                accessPort: 2,
                packets: { rig in
                    try [0, 1, 0xE, 0xF].map { try rig.packet(datagram(from: Blue.a, to: MACAddress(1, 0x80, 0xC2, 0, 0, $0))) }
                })
        }
    }

    private static func ofUnderlay(_ reason: DropReason) -> DropCase {
        switch reason {
        case .underlayFrameShort: outer({ Bytes($0.prefix(13)) }, { Bytes($0.prefix(14)) }, { Bytes($0.prefix(33)) }, { _ in [] })
        case .underlayMACNotOurs: vxlan { $0.destinationMAC = MACAddress(2, 0xFF, 0, 0, 0, 0xAB) }
        case .underlayEtherType: outer({ $0.replacing(12, 0x08, 0x05) }, { tagged($0, 5) }, { $0.replacing(12, 0x88, 0xCC) })
        case .ipv4Version: outer({ $0.replacing(14, 0x65) }, { $0.replacing(14, 0x05) }, { $0.replacing(14, 0xF5) })
        case .ipv4Length: ipv4Length
        case .ipv4Options: vxlan({ $0.ip.options = [1, 1, 1, 1] }, { $0.ip.options = Bytes(repeating: 1, count: 40) })
        case .ipv4Checksum:
            DropCase(packets: { rig in
                let good = rig.encapsulated(Blue.bToA, from: 1).bytes
                return try [15, 22, 24, 25, 26, 33].map { try rig.packet(good.replacing($0, good[$0] ^ 0x10)) }
            })
        case .ipv4Fragment: vxlan({ $0.ip.flagsAndOffset = 0x2000 }, { $0.ip.flagsAndOffset = 1 }, { $0.ip.flagsAndOffset = 0x1F00 })
        case .underlayVLAN:
            DropCase(
                prepare: { $0.tables.ports.setOuterTag($0.wan, VLANID(300)) },
                packets: { rig in
                    let packet = rig.encapsulated(Blue.bToA, from: 1).bytes
                    return try [packet, tagged(packet, 301), tagged(packet, 300, type: 0x88A8), []].map { try rig.packet($0) }
                })
        case .ipv6Version: outer({ $0.replacing(12, 0x86, 0xDD) }, { $0.replacing(12, 0x86, 0xDD).replacing(14, 0x75) })
        case .ipv6Length: vxlan6({ $0.ip.payloadLength = UInt16(16 + $0.inner.count + 1) }, { $0.ip.payloadLength = 0xFFFF })
        case .ipv6Extension: vxlan6({ $0.ip.next = 44 }, { $0.ip.next = 0 }, { $0.ip.next = 43 }, { $0.ip.next = 60 })
        case .notOurAddress:
            vxlan({ $0.ip.destination = 0xC000_0264 }, { $0.ip.destination = 0xEF01_0101 }, { $0.ip.destination = 0xFFFF_FFFF })
        case .ownSourceAddress:
            // Also before anything is known of the network.
            vxlan(
                { $0.ip.source = $0.ip.destination },
                {
                    $0.ip.source = $0.ip.destination
                    $0.vni = 10101
                })
        default: vxlan({ $0.ip.proto = 6 }, { $0.ip.proto = 47 }, { $0.ip.proto = 0 })
        }
    }

    /// Header lengths below 20, total lengths below the header's and beyond the frame's end; padding in a packet of several segments.
    private static var ipv4Length: DropCase {
        var lengths = outer(
            { $0.replacing(14, 0x44) }, { $0.replacing(14, 0x40) }, { $0.replacing(16, 0, 19) }, { $0.replacing(16, 0, 0) },
            { $0.replacing(16, bytes(UInt16($0.count - 14 + 1))) }, { $0.replacing(16, 0xFF, 0xFF) })
        let whole = lengths.packets
        lengths.packets = { rig in
            try whole(rig) + [rig.packet(rig.encapsulated(Blue.bToA, from: 1).bytes + [0, 0], segments: [70])]
        }
        return lengths
    }

    private static func ofTunnel(_ reason: DropReason) -> DropCase {
        switch reason {
        case .udpLength:
            outer(
                { $0.replacing(38, bytes($0.u16(38) - 1)) }, { $0.replacing(38, bytes($0.u16(38) + 1)) }, { $0.replacing(38, 0, 0) },
                { $0.replacing(38, 0xFF, 0xFF) }, { $0.replacing(16, 0, 27) }, { $0.replacing(16, 0, 20) })
        case .udpPort: vxlan({ $0.udpPort = 4790 }, { $0.udpPort = 0 }, { $0.udpPort = 8472 })
        case .udpChecksum: udpChecksum
        case .udpChecksumZero: vxlan6 { $0.udpChecksum = 0 }
        case .vxlanReserved: reservedBits
        case .congestionUnheeded: vxlan({ $0.ip.tos = 3 }, { $0.ip.tos = 0xBB })
        case .vxlanShort: outer({ truncated($0, udpPayload: 7) }, { truncated($0, udpPayload: 0) })
        case .vxlanFlags: vxlan({ $0.flags = 0 }, { $0.flags = 0xF7FF_FFFF }, { $0.flags = 0x0000_0800 })
        case .vniUnknown: vxlan({ $0.vni = 10101 }, { $0.vni = 0 }, { $0.vni = 0xFF_FFFF })
        case .vtepUnknown: vxlan { $0.ip.source = 0xC000_0209 }
        case .innerShort: vxlan({ $0.inner = [] }, { $0.inner = Bytes($0.inner.prefix(13)) })
        case .innerSourceMAC:
            vxlan({ $0.inner = datagram(from: .zero, to: Blue.a) }, { $0.inner = datagram(from: Blue.multicast, to: Blue.a) })
        case .innerVLANTag: vxlan({ $0.inner = tagged($0.inner, 100) }, { $0.inner = tagged($0.inner, 0, type: 0x88A8) })
        default: vxlan { $0.inner = datagram(from: Blue.b, to: MACAddress(1, 0x80, 0xC2, 0, 0, 0xE)) }
        }
    }

    /// A VXLAN packet that ends after a few bytes of its UDP payload, with lengths that say so.
    private static func truncated(_ packet: Bytes, udpPayload: Int) -> Bytes {
        Bytes(packet.prefix(42 + udpPayload)).replacing(16, bytes(UInt16(28 + udpPayload))).replacing(38, bytes(UInt16(8 + udpPayload)))
    }

    /// A wrong sum, a right sum over damaged bytes, and one in several segments.
    private static var udpChecksum: DropCase {
        DropCase(packets: { rig in
            var vxlan = rig.encapsulated(Blue.bToA, from: 1)
            vxlan.udpChecksum = nil
            let good = vxlan.bytes
            let damaged = [40, 50, good.count - 1].map { good.replacing($0, good[$0] ^ 1) }
            return try damaged.map { try rig.packet($0) } + damaged.map { try rig.packet($0, segments: [64, 3]) }
        })
    }

    /// Some of the 39, over both families.
    private static var reservedBits: DropCase {
        let meaningful: UInt64 = 0x0800_0000_FFFF_FF00
        let bits = (0..<64).map { 1 << UInt64($0) }.filter { $0 & meaningful == 0 }.prefix(39).enumerated().filter { $0.offset % 3 == 0 }
            .map(\.element)
        return DropCase(
            prepare: { rig in
                rig.makeTunnel6(2)
                rig.tables.publishReservedBits(.max)
            },
            packets: { rig in
                try bits.flatMap { bit in
                    let flags = 0x0800_0000 | UInt32(bit >> 32), low = UInt32(truncatingIfNeeded: bit)
                    var packet = rig.encapsulated(Blue.bToA, from: 1)
                    (packet.flags, packet.reserved) = (flags, UInt8(low & 0xFF))
                    var packet6 = rig.encapsulated6(Blue.bToA, from: 2)
                    (packet6.flags, packet6.reserved) = (flags, UInt8(low & 0xFF))
                    return [try rig.packet(packet.bytes), try rig.packet(packet6.bytes)]
                }
            })
    }

    private static func ofForwarding(_ reason: DropReason) -> DropCase {
        switch reason {
        case .staticMACViolation:
            var violation = access(2, Blue.aToB, Blue.aToAll)
            violation.prepare = { $0.put(Blue.a, .port(1, vlan: 200)) }
            return violation
        case .samePort:
            var samePort = access(0, tagged(Blue.aToB, 100))
            samePort.prepare = { $0.put(Blue.b, .port(0, vlan: 100)) }
            return samePort
        case .splitHorizon:
            var splitHorizon = vxlan({ _ in }, { $0.udpChecksum = nil })
            splitHorizon.prepare = { $0.put(Blue.a, .tunnel(2)) }
            return splitHorizon
        case .noMember:
            var alone = access(1, tagged(Blue.aToAll, 300), tagged(Blue.aToB, 300))
            alone.prepare = { $0.makeNetwork(3, vni: 10300, members: [(1, 300)]) }
            return alone
        case .mtuExceeded:
            let large = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1501))
            var exceeded = access(2, large, large.replacing(0, Blue.c.octets))
            exceeded.options.underlayMTU = 1550
            exceeded.prepare = { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.c, .port(0, vlan: 100))
            }
            return exceeded
        default:
            var unresolved = access(2, Blue.aToB, datagram(from: Blue.a, to: Blue.c))
            unresolved.prepare = { rig in
                rig.makeTunnel(1, isResolved: false)
                rig.put(Blue.b, .tunnel(1))
                // A tunnel that is gone.
                rig.put(Blue.c, .tunnel(7))
            }
            return unresolved
        }
    }

    private static func ofResources(_ reason: DropReason) -> DropCase {
        switch reason {
        case .noMbuf:
            DropCase(
                accessPort: 2,
                prepare: { rig in
                    rig.put(Blue.b, .tunnel(1))
                    rig.put(Blue.c, .port(0, vlan: 100))
                },
                packets: { rig in
                    // Room for less than the outer headers, and for less than a tag.
                    try [rig.packet(Blue.aToB, headroom: 49), rig.packet(datagram(from: Blue.a, to: Blue.c), headroom: 3)]
                })
        case .transmitFull:
            DropCase(
                options: {
                    var options = Rig.Options(); options.ringSize = 16; return options
                }(), accessPort: 2,
                prepare: { rig in
                    rig.put(Blue.b, .tunnel(1))
                    for _ in 0..<10 { try rig.receive(Blue.aToB, on: rig.lan(2)) }
                    rig.poll()
                },
                packets: { rig in try (0..<8).map { _ in try rig.packet(Blue.aToB) } }, passed: 5)
        default:
            DropCase(
                options: {
                    var options = Rig.Options(); options.exchangeSize = 8; return options
                }(),
                packets: { rig in try (0..<10).map { _ in try rig.packet(PacketPath.ControlPathTests.arp) } }, passed: 7)
        }
    }
}
