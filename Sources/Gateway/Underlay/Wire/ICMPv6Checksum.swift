/// The checksum of an ICMPv6 message (RFC 4443 section 2.3): over the pseudo header of RFC 8200 section 8.1, which has both addresses, the
/// message's length and its protocol, and over the message. Zero over a message that holds its own correct checksum.
/// - Parameter message: where the ICMPv6 message lies in `frame`, which is Ethernet and IPv6, with or without extension headers.
package func icmpv6Checksum(_ frame: [UInt8], message: Range<Int>) -> UInt16 {
    let addresses = ~internetChecksum(frame, in: IPv6Header.addressesRange)
    return internetChecksum(frame, in: message, adding: UInt64(addresses) + UInt64(message.count) + UInt64(IPv6Header.nextHeaderICMPv6))
}
