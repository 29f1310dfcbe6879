import Dataplane

/// An ICMP echo request (RFC 792 page 14) in a frame whose lengths and checksums have been checked. The answer is the same
/// frame turned round, so it is never longer than the question.
package struct ICMPEchoRequest: Sendable {
    private static let typeReply: UInt8 = 0
    private static let typeRequest: UInt8 = 8
    private static let headerByteCount = 8
    private static let timeToLive: UInt8 = 64
    private static let icmpOffset = EthernetHeader.byteCount + IPv4Header.byteCount

    package let header: IPv4Header
    private let frame: [UInt8]

    /// Reads the packet behind the Ethernet header of `frame`, whose EtherType the caller has looked at.
    /// - Throws: one of the `ipv4` or `icmp` reasons of ``PuntDropReason``, or ``PuntDropReason/ipProtocol``.
    package init(frame: [UInt8]) throws(PuntDropReason) {
        let header = try IPv4Header(frame: frame)
        guard header.protocolNumber == IPv4Header.protocolICMP else { throw .ipProtocol }
        let start = ICMPEchoRequest.icmpOffset
        let end = EthernetHeader.byteCount + header.totalByteCount
        guard end - start >= ICMPEchoRequest.headerByteCount else { throw .icmpShort }
        guard frame[start] == ICMPEchoRequest.typeRequest, frame[start + 1] == 0 else { throw .icmpType }
        guard internetChecksum(frame, in: start..<end) == 0 else { throw .icmpChecksum }
        self.header = header
        self.frame = frame
    }

    /// The reply as a frame from `mac` back to whoever sent the request. Identifier, sequence number and data stay as they
    /// came, and so does the DSCP (RFC 1349 section 5.1); an answer claims no ECN (RFC 3168).
    package func reply(from mac: MACAddress) -> [UInt8] {
        let ip = EthernetHeader.byteCount
        let icmp = ICMPEchoRequest.icmpOffset
        let end = ip + header.totalByteCount
        var reply = [UInt8](frame[..<end])
        reply.write(reply.readMAC(at: 6), at: 0)
        reply.write(mac, at: 6)
        reply[ip + 1] &= 0xFC
        reply[ip + 8] = ICMPEchoRequest.timeToLive
        reply.write(ipv4: header.destination, at: ip + 12)
        reply.write(ipv4: header.source, at: ip + 16)
        reply[icmp] = ICMPEchoRequest.typeReply
        reply.updateChecksum(at: ip + 10, over: ip..<icmp)
        reply.updateChecksum(at: icmp + 2, over: icmp..<end)
        reply += repeatElement(0, count: max(0, EthernetHeader.frameByteCountMin - end))
        return reply
    }
}

extension [UInt8] {
    fileprivate mutating func updateChecksum(at offset: Int, over range: Range<Int>) {
        write(0 as UInt16, at: offset)
        write(internetChecksum(self, in: range), at: offset)
    }
}
