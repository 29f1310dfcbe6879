/// An IPv6 header behind an Ethernet header (RFC 8200 section 3), checked in full: what it says about the packet is true of the
/// frame. In the frame, after the Ethernet header:
///
///     14 version 4 bits, traffic class 8, flow label 20    20 next header    22 source address
///     18 payload length                                    21 hop limit      38 destination address
package struct IPv6Header: Equatable, Sendable {
    package static let byteCount = 40
    package static let nextHeaderICMPv6: UInt8 = 58
    /// In front of the ICMPv6 header of MLD messages (RFC 3810 section 5), and of nothing else that is for us.
    package static let nextHeaderHopByHop: UInt8 = 0
    private static let nextHeaderFragment: UInt8 = 44
    /// Routing, ESP, AH, destination options, mobility, HIP, shim6 and the two for experiments: the extension headers of IANA's list but for
    /// hop-by-hop and fragment.
    private static let nextHeadersRefused: Set<UInt8> = [43, 50, 51, 60, 135, 139, 140, 253, 254]

    /// Where both addresses lie in a frame: 32 bytes, as the pseudo header of checksums has them.
    static let addressesRange = EthernetHeader.byteCount + 8..<EthernetHeader.byteCount + byteCount

    package let source: IPAddress
    package let destination: IPAddress
    /// ``nextHeaderICMPv6``, ``nextHeaderHopByHop``, or the number of any other protocol; of extension headers no other is accepted.
    package let nextHeader: UInt8
    package let hopLimit: UInt8
    /// What follows the header, in bytes; what the frame holds beyond is padding.
    package let payloadByteCount: Int

    /// - Throws: one of the `ipv6` reasons of ``PuntDropReason``.
    package init(frame: [UInt8]) throws(PuntDropReason) {
        let start = EthernetHeader.byteCount
        let end = start + IPv6Header.byteCount
        guard frame.count >= end else { throw .ipv6Short }
        guard frame[start] >> 4 == 6 else { throw .ipv6Version }
        payloadByteCount = Int(frame.readUInt16(at: start + 4))
        guard payloadByteCount <= frame.count - end else { throw .ipv6Length }
        nextHeader = frame[start + 6]
        guard nextHeader != IPv6Header.nextHeaderFragment else { throw .ipv6Fragment }
        guard !IPv6Header.nextHeadersRefused.contains(nextHeader) else { throw .ipv6Extension }
        hopLimit = frame[start + 7]
        source = frame.readIPv6(at: start + 8)
        destination = frame.readIPv6(at: start + 24)
        // To ``IPAddress`` these are IPv4 addresses: none may come in through an IPv6 packet.
        guard !source.isIPv4, !destination.isIPv4 else { throw .ipv6Mapped }
    }

    /// Where the payload lies in the frame.
    package var payloadRange: Range<Int> {
        let start = EthernetHeader.byteCount + IPv6Header.byteCount
        return start..<start + payloadByteCount
    }
}
