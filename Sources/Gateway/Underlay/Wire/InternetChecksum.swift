/// The checksum of IPv4 and ICMP: the ones' complement of the ones' complement sum of the 16-bit words (RFC 1071).
///
/// Zero over data that holds its own correct checksum. An odd last byte counts as the upper half of a word.
/// - Parameters:
///   - range: positions in `bytes`; at most 2^32 words, far more than any packet, so the sum cannot overflow.
///   - partialSum: a sum of 16-bit words to start from, as of a pseudo header; less than 2^32.
package func internetChecksum(_ bytes: [UInt8], in range: Range<Int>, adding partialSum: UInt64 = 0) -> UInt16 {
    var sum = partialSum
    var offset = range.lowerBound
    while offset + 1 < range.upperBound {
        sum += UInt64(bytes.readUInt16(at: offset))
        offset += 2
    }
    if offset < range.upperBound { sum += UInt64(bytes[offset]) << 8 }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
}
