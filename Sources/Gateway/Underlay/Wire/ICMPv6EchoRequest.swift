import Dataplane

/// An ICMPv6 echo request (RFC 4443 section 4.1) whose lengths and checksum have been checked. The answer is the same frame turned
/// round, so it is never longer than the question.
package struct ICMPv6EchoRequest: Sendable {
    private static let headerByteCount = 8
    private static let hopLimit: UInt8 = 64

    private let message: ICMPv6Message

    /// - Throws: ``PuntDropReason/icmpv6Type``, ``PuntDropReason/icmpv6Short``.
    package init(_ message: ICMPv6Message) throws(PuntDropReason) {
        guard message.type == ICMPv6Message.MessageType.echoRequest, message.code == 0 else { throw .icmpv6Type }
        guard message.range.count >= ICMPv6EchoRequest.headerByteCount else { throw .icmpv6Short }
        self.message = message
    }

    /// IPv6 header and payload in bytes.
    package var totalByteCount: Int { IPv6Header.byteCount + message.range.count }

    /// The reply as a frame from `mac` back to whoever sent the request (RFC 4443 section 4.2). Identifier, sequence number and data stay as
    /// they came, and so does the DSCP; an answer claims no ECN (RFC 3168), and belongs to no flow of the asker's (RFC 6437).
    package func reply(from mac: MACAddress) -> [UInt8] {
        let ip = EthernetHeader.byteCount
        let range = message.range
        var reply = [UInt8](message.frame[..<range.upperBound])
        reply.write(reply.readMAC(at: 6), at: 0)
        reply.write(mac, at: 6)
        // Version and DSCP stay.
        reply.write(reply.readUInt32(at: ip) & 0xFFC0_0000, at: ip)
        reply[ip + 7] = ICMPv6EchoRequest.hopLimit
        reply.write(ipv6: message.header.destination, at: ip + 8)
        reply.write(ipv6: message.header.source, at: ip + 24)
        reply[range.lowerBound] = ICMPv6Message.MessageType.echoReply
        reply.write(0 as UInt16, at: range.lowerBound + 2)
        reply.write(icmpv6Checksum(reply, message: range), at: range.lowerBound + 2)
        return reply
    }
}
