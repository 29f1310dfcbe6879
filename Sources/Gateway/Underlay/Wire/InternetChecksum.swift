/// The checksum of IPv4 and ICMP: the ones' complement of the ones' complement sum of the 16-bit words (RFC 1071).
///
/// Zero over data that holds its own correct checksum. An odd last byte counts as the upper half of a word.
/// - Parameter range: positions in `bytes`; at most 2^32 words, far more than any packet, so the sum cannot overflow.
package func internetChecksum(_ bytes: [UInt8], in range: Range<Int>) -> UInt16 {
    var sum: UInt64 = 0
    var offset = range.lowerBound
    while offset + 1 < range.upperBound {
        sum += UInt64(bytes.readUInt16(at: offset))
        offset += 2
    }
    if offset < range.upperBound { sum += UInt64(bytes[offset]) << 8 }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
}
