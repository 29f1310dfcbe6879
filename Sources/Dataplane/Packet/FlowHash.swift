/// The entropy of the outer source port: a hash of the inner flow, so that underlay routers spread flows over paths and keep the packets of
/// one flow in order (RFC 7348 section 5). Covers both MACs and the EtherType; for IPv4 and IPv6 the addresses, too; for their TCP, UDP and
/// SCTP packets the ports, unless the packet is a fragment.
package enum FlowHash {
    private static let k0: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let k1: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let k2: UInt64 = 0x1656_67B1_9E37_79F9
    private static let k3: UInt64 = 0x27D4_EB2F_1656_67C5

    /// `frame` is the frame's start, `tagBytes` (0 or 4) the length of its VLAN tag, `byteCount` what lies in one piece, tag included: at
    /// least 14 + `tagBytes`.
    @_noLocks @_noAllocation @inline(__always)
    package static func hash(_ frame: UnsafeRawPointer, tagBytes: Int, byteCount: Int) -> UInt64 {
        let type = frame.u16(12 &+ tagBytes)
        var sum = frame.u64(0) &* k0 ^ (UInt64(frame.u32(8)) | UInt64(type) << 32) &* k1
        let packet = frame + (14 &+ tagBytes)
        let length = byteCount &- 14 &- tagBytes
        if type == EtherType.ipv4 {
            sum ^= ipv4(packet, length)
        } else if type == EtherType.ipv6 {
            sum ^= ipv6(packet, length)
        }
        let product = (sum ^ k2).multipliedFullWidth(by: k0)
        return product.high ^ product.low
    }

    /// TCP or UDP behind a header without options, not fragmented: nearly everything. The rest is kept out of the caller's registers.
    @_noLocks @_noAllocation @inline(__always)
    private static func ipv4(_ packet: UnsafeRawPointer, _ length: Int) -> UInt64 {
        guard length >= 24 else { return ipv4Other(packet, length) }
        let proto = packet.load(fromByteOffset: 9, as: UInt8.self)
        // Version and header length, and the flags and offset of a fragment, in one look.
        let isPlain = packet.u64(0) & 0xFF3F_0000_0000_00FF == 0x45
        guard isPlain, proto == 6 || proto == 17 else { return ipv4Other(packet, length) }
        return packet.u64(12) &* k2 ^ (UInt64(packet.u32(20)) << 8 | UInt64(proto)) &* k3
    }

    @_noLocks @_noAllocation @inline(never)
    private static func ipv4Other(_ packet: UnsafeRawPointer, _ length: Int) -> UInt64 {
        guard length >= 20 else { return 0 }
        let proto = packet.load(fromByteOffset: 9, as: UInt8.self)
        let addresses = packet.u64(12) &* k2
        let headerLength = Int(packet.load(as: UInt8.self) & 15) &* 4
        // More-fragments flag and offset, as they lie in memory.
        let isFragment = packet.u16(6) & 0xFF3F != 0
        guard hasPorts(proto), !isFragment, headerLength >= 20, length >= headerLength &+ 4 else { return addresses ^ UInt64(proto) &* k3 }
        return addresses ^ (UInt64(packet.u32(headerLength)) << 8 | UInt64(proto)) &* k3
    }

    @_noLocks @_noAllocation @inline(never)
    private static func ipv6(_ packet: UnsafeRawPointer, _ length: Int) -> UInt64 {
        guard length >= 40 else { return 0 }
        let next = packet.load(fromByteOffset: 6, as: UInt8.self)
        let source = packet.u64(8) &* k0 ^ packet.u64(16) &* k2
        let destination = packet.u64(24) &* k3 ^ packet.u64(32) &* k1
        let addresses = source ^ (destination << 1 | destination >> 63)
        guard hasPorts(next), length >= 44 else { return addresses ^ UInt64(next) &* k3 }
        return addresses ^ (UInt64(packet.u32(40)) << 8 | UInt64(next)) &* k3
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func hasPorts(_ proto: UInt8) -> Bool { proto == 6 || proto == 17 || proto == 132 }

    /// The UDP source port, network order, for a hash and the configured range (first port << 16 | number of ports).
    @_noLocks @_noAllocation @inline(__always)
    package static func sourcePortBE(_ hash: UInt64, range: UInt32) -> UInt16 {
        let position = (UInt32(truncatingIfNeeded: hash >> 48) &* (range & 0xFFFF)) >> 16
        return UInt16(truncatingIfNeeded: (range >> 16) &+ position).byteSwapped
    }
}
