import CShims

// What a request that is to be answered asks for: bytes in, an address out, no side effects. Whatever is unusual about a request gives `nil`: it is
// the host's own to answer.

/// ARP requests and neighbour solicitations. In each, `frame` starts twelve bytes before the EtherType.
enum NeighborRequest {
    /// Ethernet header and ARP packet for IPv4 (RFC 826).
    static let arpByteCount = 42
    /// Ethernet and IPv6 header, and a solicitation without options (RFC 4861 section 4.3).
    static let solicitationByteCount = 78
    /// Hardware type Ethernet, protocol IPv4, address lengths 6 and 4, request: bytes 14 to 21 as they lie in memory.
    private static let arpRequestWord: UInt64 = 0x0100_0406_0008_0100

    /// Whether a frame is ARP, a neighbour solicitation or an advertisement. `byteCount`: what lies in one piece.
    @_noLocks @_noAllocation @inline(__always)
    static func isNeighborMessage(_ frame: UnsafeRawPointer, byteCount: Int) -> Bool {
        guard byteCount >= arpByteCount else { return false }
        let type = frame.u16(12)
        if type == EtherType.arp { return true }
        guard type == EtherType.ipv6, byteCount >= solicitationByteCount else { return false }
        let message = frame.load(fromByteOffset: 54, as: UInt8.self)
        return frame.load(fromByteOffset: 20, as: UInt8.self) == 58 && (message == 135 || message == 136)
    }

    /// The address that an ARP request of the station `source` asks for. None for a probe, whose sender has no address yet, and for an announcement, whose
    /// sender asks for its own (RFC 5227 section 2).
    @_noLocks @_noAllocation
    static func arpTarget(_ frame: UnsafeRawPointer, source: UInt64) -> UnderlayAddress? {
        let sender = frame.u32(28), target = frame.u32(38)
        guard frame.u64(14) == arpRequestWord, frame.mac(22) == source, sender != 0, target != 0, sender != target else { return nil }
        return UnderlayAddress(ipv4BE: target)
    }

    /// The address that a neighbour solicitation of the station `source` to many asks for: one that is valid (RFC 4861 section 7.1.1) and has no option but
    /// the station's own MAC. None for a probe, whose sender has no address yet (RFC 4862 section 5.4.2). `tagBytes`: the packet's bytes before `frame`.
    @_noLocks @_noAllocation
    static func solicitationTarget(
        _ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, tagBytes: Int, source: UInt64
    ) -> UnderlayAddress? {
        let byteCount = Int(packet.pointee.data_len) &- tagBytes
        let payload = frame.u16(18).byteSwapped
        // Type 135, code 0; version 6; hop limit 255.
        guard frame.u16(54) == 135, frame.load(fromByteOffset: 14, as: UInt8.self) &>> 4 == 6,
            frame.load(fromByteOffset: 21, as: UInt8.self) == 255, payload == 24 || payload == 32, byteCount >= 54 &+ Int(payload)
        else { return nil }
        if payload == 32 {
            // Source link-layer address, eight bytes.
            let option = frame.u64(78)
            guard UInt16(truncatingIfNeeded: option) == 0x0101, option &>> 16 == source else { return nil }
        }
        let sender = UnderlayAddress(ipv6: frame + 22), target = UnderlayAddress(ipv6: frame + 62)
        guard isHost(sender), isHost(target), isMulticast(UnderlayAddress(ipv6: frame + 38)), sender != target else { return nil }
        let sum =
            InternetChecksum.pseudoSum(ipv6: frame + 14, of: 58) &+ UInt64(payload.byteSwapped)
            &+ UInt64(vd_mbuf_checksum(packet, UInt32(truncatingIfNeeded: tagBytes &+ 54), UInt32(payload)))
        return InternetChecksum.fold(sum) == 0xFFFF ? target : nil
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func isMulticast(_ address: UnderlayAddress) -> Bool { address.front & 0xFF == 0xFF }

    /// Neither ::, nor multicast, nor an IPv4 address, which no packet has (RFC 4291 section 2.5.5.2).
    @_noLocks @_noAllocation @inline(__always)
    private static func isHost(_ address: UnderlayAddress) -> Bool {
        !isMulticast(address) && (address.front | address.back) != 0 && !address.isIPv4
    }
}
