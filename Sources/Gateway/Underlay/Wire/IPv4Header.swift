/// An IPv4 header without options behind an Ethernet header (RFC 791 section 3.1), checked in full: what it says about the
/// packet is true of the frame.
package struct IPv4Header: Equatable, Sendable {
    package static let byteCount = 20
    package static let protocolICMP: UInt8 = 1

    package let source: IPAddress
    package let destination: IPAddress
    package let protocolNumber: UInt8
    /// Header and payload in bytes; what the frame holds beyond is padding.
    package let totalByteCount: Int

    /// - Throws: one of the `ipv4` reasons of ``PuntDropReason``.
    package init(frame: [UInt8]) throws(PuntDropReason) {
        let start = EthernetHeader.byteCount
        let end = start + IPv4Header.byteCount
        guard frame.count >= end else { throw .ipv4Short }
        guard frame[start] >> 4 == 4 else { throw .ipv4Version }
        let headerByteCount = Int(frame[start] & 0xF) * 4
        guard headerByteCount >= IPv4Header.byteCount else { throw .ipv4Length }
        guard headerByteCount == IPv4Header.byteCount else { throw .ipv4Options }
        totalByteCount = Int(frame.readUInt16(at: start + 2))
        guard totalByteCount >= headerByteCount, totalByteCount <= frame.count - start else { throw .ipv4Length }
        guard internetChecksum(frame, in: start..<end) == 0 else { throw .ipv4Checksum }
        // More Fragments, or any offset: a part of a packet. Don't Fragment does not matter here.
        guard frame.readUInt16(at: start + 6) & 0x3FFF == 0 else { throw .ipv4Fragment }
        protocolNumber = frame[start + 9]
        source = frame.readIPv4(at: start + 12)
        destination = frame.readIPv4(at: start + 16)
    }
}
