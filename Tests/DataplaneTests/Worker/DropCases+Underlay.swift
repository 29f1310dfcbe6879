import CShims
import Dataplane

// Packets from the underlay that must be dropped: for their outer headers, for VXLAN or the frame inside.

extension DropCase {
    static func ofUnderlay(_ reason: DropReason) -> DropCase {
        switch reason {
        case .underlayFrameShort:
            outer(
                { Bytes($0.prefix(13)) }, { Bytes($0.prefix(14)) }, { Bytes($0.prefix(33)) }, { _ in [] },
                { Bytes($0.replacing(12, 0x86, 0xDD).prefix(53)) })
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
                    // Without tag, priority-tagged, of another VLAN, with a service tag, and too short for one.
                    let frames = [packet, tagged(packet, 0xA000), tagged(packet, 301), tagged(packet, 300, type: 0x88A8), []]
                    return try frames.map { try rig.packet($0) } + [stripped(rig, packet, tag: 301), stripped(rig, packet, tag: 0)]
                }, good: { tagged($0, 300) })
        case .ipv6Version: outer({ $0.replacing(12, 0x86, 0xDD) }, { $0.replacing(12, 0x86, 0xDD).replacing(14, 0x75) })
        case .ipv6Length: vxlan6({ $0.ip.payloadLength = UInt16(16 + $0.inner.count + 1) }, { $0.ip.payloadLength = 0xFFFF })
        case .ipv6Extension: vxlan6({ $0.ip.next = 44 }, { $0.ip.next = 0 }, { $0.ip.next = 43 }, { $0.ip.next = 60 })
        case .notOurAddress:
            // Another host, groups that are not joined, and nobody.
            overBoth(
                { $0.destination = $0.family == .ipv4 ? ipv4Address(0xC000_0264) : ipv6Address(0x64) },
                { $0.destination = $0.family == .ipv4 ? ipv4Address(0xEF01_0101) : ipv6Address(1, prefix: [0xFF, 5]) },
                { $0.destination = $0.family == .ipv4 ? ipv4Address(0xFFFF_FFFF) : ipv6Address(0, prefix: []) })
        case .ownSourceAddress:
            // Also before anything is known of the network.
            overBoth(
                { $0.source = $0.destination },
                {
                    $0.source = $0.destination
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

    static func ofTunnel(_ reason: DropReason) -> DropCase {
        switch reason {
        case .udpLength: udpLength
        case .udpPort: overBoth({ $0.udpPort = 4790 }, { $0.udpPort = 0 }, { $0.udpPort = 8472 })
        case .udpChecksum: udpChecksum
        case .udpChecksumZero: vxlan6 { $0.udpChecksum = 0 }
        case .vxlanReserved: reservedBits
        case .congestionUnheeded: overBoth({ $0.trafficClass = 3 }, { $0.trafficClass = 0xBB })
        case .vxlanShort: outer({ truncated($0, udpPayload: 7) }, { truncated($0, udpPayload: 0) })
        case .vxlanFlags: overBoth({ $0.flags = 0 }, { $0.flags = 0xF7FF_FFFF }, { $0.flags = 0x0000_0800 })
        case .vniUnknown: overBoth({ $0.vni = 10101 }, { $0.vni = 0 }, { $0.vni = 0xFF_FFFF })
        case .vtepUnknown:
            // A stranger, and a VTEP that is known over the other family: IPv6 has addresses that stand for IPv4's (RFC 4291 section 2.5.5.2).
            overBoth(
                { $0.source = $0.family == .ipv4 ? ipv4Address(0xC000_0209) : ipv6Address(9) },
                { $0.source = $0.family == .ipv4 ? ipv4Address(0xC000_0209) : Bytes(repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 2] })
        case .innerShort: overBoth({ $0.inner = [] }, { $0.inner = Bytes($0.inner.prefix(13)) })
        case .innerSourceMAC:
            overBoth({ $0.inner = datagram(from: .zero, to: Blue.a) }, { $0.inner = datagram(from: Blue.multicast, to: Blue.a) })
        case .innerVLANTag: overBoth({ $0.inner = tagged($0.inner, 100) }, { $0.inner = tagged($0.inner, 0, type: 0x88A8) })
        default: overBoth { $0.inner = datagram(from: Blue.b, to: MACAddress(1, 0x80, 0xC2, 0, 0, 0xE)) }
        }
    }

    /// Lengths that differ from the IP payload's, and no room for a UDP header.
    private static var udpLength: DropCase {
        var lengths = outer(
            { $0.replacing(38, bytes($0.u16(38) - 1)) }, { $0.replacing(38, bytes($0.u16(38) + 1)) }, { $0.replacing(38, 0, 0) },
            { $0.replacing(38, 0xFF, 0xFF) }, { $0.replacing(16, 0, 27) }, { $0.replacing(16, 0, 20) })
        let overIPv4 = lengths.packets
        lengths.prepare = { $0.makeTunnel(2, over: .ipv6) }
        lengths.packets = { rig in
            let good = rig.arriving(Blue.bToA, from: 2, over: .ipv6).bytes
            let changed = [
                good.replacing(58, bytes(good.u16(58) - 1)), good.replacing(58, bytes(good.u16(58) + 1)), good.replacing(58, 0, 0),
                good.replacing(18, 0, 7), good.replacing(18, 0, 0),
            ]
            return try overIPv4(rig) + changed.map { try rig.packet($0) }
        }
        return lengths
    }

    /// A VXLAN packet that ends after a few bytes of its UDP payload, with lengths that say so.
    private static func truncated(_ packet: Bytes, udpPayload: Int) -> Bytes {
        Bytes(packet.prefix(42 + udpPayload)).replacing(16, bytes(UInt16(28 + udpPayload))).replacing(38, bytes(UInt16(8 + udpPayload)))
    }

    /// A wrong sum, a right sum over damaged bytes, and one in several segments, over both families.
    private static var udpChecksum: DropCase {
        DropCase(
            prepare: { $0.makeTunnel(2, over: .ipv6) },
            packets: { rig in
                try Family.allCases.flatMap { family in
                    let good = rig.arriving(Blue.bToA, from: family == .ipv4 ? 1 : 2, over: family).bytes
                    let damaged = [family.udpOffset + 6, family.headerByteCount, good.count - 1].map { good.replacing($0, good[$0] ^ 1) }
                    return try damaged.map { try rig.packet($0) } + damaged.map { try rig.packet($0, segments: [84, 3]) }
                }
            })
    }

    /// Some of the 39, over both families.
    private static var reservedBits: DropCase {
        let meaningful: UInt64 = 0x0800_0000_FFFF_FF00
        let bits = (0..<64).map { 1 << UInt64($0) }.filter { $0 & meaningful == 0 }.enumerated().filter { $0.offset % 3 == 0 }
            .map(\.element)
        return DropCase(
            prepare: { rig in
                rig.makeTunnel(2, over: .ipv6)
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
}
