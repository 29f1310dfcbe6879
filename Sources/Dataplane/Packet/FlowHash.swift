/// The entropy of the outer source port: a hash of the inner flow, so that underlay routers spread flows over paths and keep the packets of
/// one flow in order (RFC 7348 section 5). Covers the network, both MACs and, for IPv4 and IPv6, the addresses; for their TCP, UDP and SCTP packets
/// the ports, unless the packet is a fragment; for anything else the EtherType.
///
/// The hashes of both keys of the MAC table, which a frame has anyway, stand for network and MACs. They are seeded when the gateway starts, so
/// a flow's port stays the same until then.
package enum FlowHash {
    private static let k1: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let k2: UInt64 = 0x1656_67B1_9E37_79F9
    private static let k3: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash of nearly all frames: IPv4 without options, not a fragment, TCP or UDP, and without a word of ECN. `frame` starts twelve bytes before the
    /// EtherType, which is that of the payload: a VLAN tag lies before that. `byteCount`: what lies in one piece from there on, at least 14. `source` and
    /// `destination`: the hashes of the frame's keys.
    @_noLocks @_noAllocation @inline(__always)
    static func plain(_ frame: UnsafeRawPointer, byteCount: Int, source: UInt64, destination: UInt64) -> UInt64? {
        plain(frame, byteCount: byteCount, source: source, destination: destination, mask: 0x03FF_FFFF)
    }

    /// The same, ECN or not: it must not change a flow's way.
    @_noLocks @_noAllocation @inline(__always)
    static func hash(_ frame: UnsafeRawPointer, byteCount: Int, source: UInt64, destination: UInt64) -> UInt64 {
        plain(frame, byteCount: byteCount, source: source, destination: destination, mask: 0x00FF_FFFF)
            ?? other(frame, byteCount: byteCount, source: source, destination: destination)
    }

    /// `mask`: bits that count of EtherType, version, header length and traffic class of IPv4, as they lie in memory.
    @_noLocks @_noAllocation @inline(__always)
    private static func plain(_ frame: UnsafeRawPointer, byteCount: Int, source: UInt64, destination: UInt64, mask: UInt32) -> UInt64? {
        // Behind that, flags and offset of a fragment.
        guard _fastPath(byteCount >= 38), _fastPath(frame.u32(12) & mask == 0x0045_0008), _fastPath(frame.u16(20) & 0xFF3F == 0) else {
            return nil
        }
        let proto = frame.load(fromByteOffset: 23, as: UInt8.self)
        guard _fastPath(proto == 17 || proto == 6) else { return nil }
        return mix(source ^ frame.u64(26), destination ^ (UInt64(frame.u32(34)) | UInt64(proto) &<< 32))
    }

    /// Everything else, kept out of the caller's registers.
    @_noLocks @_noAllocation @inline(never)
    private static func other(_ frame: UnsafeRawPointer, byteCount: Int, source: UInt64, destination: UInt64) -> UInt64 {
        mix(source, destination ^ payload(frame, byteCount))
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func payload(_ frame: UnsafeRawPointer, _ byteCount: Int) -> UInt64 {
        let type = frame.u16(12)
        let packet = frame + 14
        let length = byteCount &- 14
        if type == EtherType.ipv4, length >= 20 { return ipv4(packet, length) }
        if type == EtherType.ipv6, length >= 40 { return ipv6(packet, length) }
        return UInt64(type) &* k1
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func ipv4(_ packet: UnsafeRawPointer, _ length: Int) -> UInt64 {
        let proto = packet.load(fromByteOffset: 9, as: UInt8.self)
        let addresses = packet.u64(12) &* k2
        let headerLength = Int(packet.load(as: UInt8.self) & 15) &* 4
        // More-fragments flag and offset, as they lie in memory.
        let isFragment = packet.u16(6) & 0xFF3F != 0
        guard hasPorts(proto), !isFragment, headerLength >= 20, length >= headerLength &+ 4 else { return addresses ^ UInt64(proto) &* k3 }
        return addresses ^ (UInt64(packet.u32(headerLength)) << 8 | UInt64(proto)) &* k3
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func ipv6(_ packet: UnsafeRawPointer, _ length: Int) -> UInt64 {
        let next = packet.load(fromByteOffset: 6, as: UInt8.self)
        let source = packet.u64(8) &* k1 ^ packet.u64(16) &* k2
        let destination = packet.u64(24) &* k3 ^ packet.u64(32) &* k1
        let addresses = source ^ (destination << 1 | destination >> 63)
        guard hasPorts(next), length >= 44 else { return addresses ^ UInt64(next) &* k3 }
        return addresses ^ (UInt64(packet.u32(40)) << 8 | UInt64(next)) &* k3
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func hasPorts(_ proto: UInt8) -> Bool { proto == 6 || proto == 17 || proto == 132 }

    @_noLocks @_noAllocation @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// The UDP source port, network order, for a hash and the configured range (first port << 16 | number of ports).
    @_noLocks @_noAllocation @inline(__always)
    package static func sourcePortBE(_ hash: UInt64, range: UInt32) -> UInt16 {
        let position = (UInt32(truncatingIfNeeded: hash >> 48) &* (range & 0xFFFF)) >> 16
        return UInt16(truncatingIfNeeded: (range >> 16) &+ position).byteSwapped
    }
}
