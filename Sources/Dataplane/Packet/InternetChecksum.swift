import CShims

/// RFC 1071 sums over bytes as they lie in memory: byte order does not matter to the sum, so nothing is swapped.
package enum InternetChecksum {
    /// Whether a 20-byte IPv4 header, its checksum included, sums up to ones.
    @_noLocks @_noAllocation @inline(__always)
    package static func isValidIPv4Header(_ header: UnsafeRawPointer) -> Bool {
        // The sum of five words of 32 bits has 35 and the same rest by 65535 as that of ten words of 16. All ones is that rest 0: a header is
        // never all zero.
        let front = UInt64(header.u32(0)) &+ UInt64(header.u32(4))
        let back = UInt64(header.u32(8)) &+ UInt64(header.u32(12)) &+ UInt64(header.u32(16))
        return isMultipleOf65535(front &+ back)
    }

    /// Multiplied by the inverse of an odd number, its multiples, and only they, become the small numbers.
    @_noLocks @_noAllocation @inline(__always)
    private static func isMultipleOf65535(_ sum: UInt64) -> Bool {
        sum &* 0xFFFE_FFFE_FFFE_FFFF <= UInt64.max / 65535
    }

    /// Whether the UDP checksum of an IPv4 packet is right. `offset`: where its UDP header starts in the packet.
    @_noLocks @_noAllocation @inline(__always)
    package static func isValidUDP(_ packet: UnsafePointer<vd_mbuf>, ipv4 header: UnsafeRawPointer, offset: UInt32, length: UInt32) -> Bool
    {
        isValidUDP(packet, pseudoSum: pseudoSum(ipv4: header), offset: offset, length: length)
    }

    /// The same for an IPv6 packet.
    @_noLocks @_noAllocation @inline(__always)
    package static func isValidUDP(_ packet: UnsafePointer<vd_mbuf>, ipv6 header: UnsafeRawPointer, offset: UInt32, length: UInt32) -> Bool
    {
        isValidUDP(packet, pseudoSum: pseudoSum(ipv6: header), offset: offset, length: length)
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func isValidUDP(_ packet: UnsafePointer<vd_mbuf>, pseudoSum: UInt64, offset: UInt32, length: UInt32) -> Bool {
        let pseudo = pseudoSum &+ UInt64(UInt16(truncatingIfNeeded: length).byteSwapped)
        return fold(pseudo &+ UInt64(vd_mbuf_checksum(packet, offset, length))) == 0xFFFF
    }

    /// What UDP checksums cover of an IPv4 header, but for the length: addresses and protocol (RFC 768).
    @_noLocks @_noAllocation @inline(__always)
    static func pseudoSum(ipv4 header: UnsafeRawPointer) -> UInt64 {
        UInt64(header.u32(12)) &+ UInt64(header.u32(16)) &+ UInt64(UInt16(17).byteSwapped)
    }

    /// The same of an IPv6 header (RFC 8200 section 8.1); `next`: the protocol, UDP or ICMPv6.
    @_noLocks @_noAllocation @inline(__always)
    static func pseudoSum(ipv6 header: UnsafeRawPointer, of next: UInt16 = 17) -> UInt64 {
        var sum = UInt64(next.byteSwapped)
        var offset = 8
        while offset < 40 {
            sum &+= UInt64(header.u32(offset))
            offset &+= 4
        }
        return sum
    }

    /// Of the ten words of a 20-byte header.
    @_noLocks @_noAllocation @inline(__always)
    static func sumOfIPv4Header(_ header: UnsafeRawPointer) -> UInt16 {
        let front = UInt64(header.u32(0)) &+ UInt64(header.u32(4))
        return fold(front &+ UInt64(header.u32(8)) &+ UInt64(header.u32(12)) &+ UInt64(header.u32(16)))
    }

    /// Folds a sum of up to 2^32 16- or 32-bit words to 16 bits.
    @_noLocks @_noAllocation @inline(__always)
    static func fold(_ sum: UInt64) -> UInt16 {
        var sum = (sum & 0xFFFF_FFFF) &+ (sum >> 32)
        sum = (sum & 0xFFFF) &+ (sum >> 16)
        sum = (sum & 0xFFFF) &+ (sum >> 16)
        sum = (sum & 0xFFFF) &+ (sum >> 16)
        return UInt16(truncatingIfNeeded: sum)
    }
}
