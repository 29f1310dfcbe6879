import Dataplane

/// An ICMPv6 message directly behind an IPv6 header, its checksum checked (RFC 4443 section 2.1):
///
///     0 type    1 code    2 checksum    4 what the type says
package struct ICMPv6Message: Sendable {
    /// The types that something is made of here, or that have a drop reason of their own.
    package enum MessageType {
        package static let echoRequest: UInt8 = 128
        package static let echoReply: UInt8 = 129
        package static let routerAdvertisement: UInt8 = 134
        package static let neighborSolicitation: UInt8 = 135
        package static let neighborAdvertisement: UInt8 = 136
        package static let redirect: UInt8 = 137
    }

    static let headerByteCount = 4

    package let header: IPv6Header
    /// Ethernet frame that the message is in, and its place there.
    let frame: [UInt8]
    let range: Range<Int>

    /// - Parameter header: of `frame`, with next header ICMPv6.
    /// - Throws: ``PuntDropReason/icmpv6Short``, ``PuntDropReason/icmpv6Checksum``.
    package init(frame: [UInt8], header: IPv6Header) throws(PuntDropReason) {
        range = header.payloadRange
        guard range.count >= ICMPv6Message.headerByteCount else { throw .icmpv6Short }
        guard icmpv6Checksum(frame, message: range) == 0 else { throw .icmpv6Checksum }
        self.header = header
        self.frame = frame
    }

    package var type: UInt8 { frame[range.lowerBound] }
    package var code: UInt8 { frame[range.lowerBound + 1] }
}

/// One end of a packet's way over a link.
struct LinkEnd: Equatable, Sendable {
    let mac: MACAddress
    let address: IPAddress
}

extension ICMPv6Message {
    /// A frame with an ICMPv6 message of code 0; traffic class and flow label are zero.
    /// - Parameter body: what follows the checksum; at most 65,531 bytes. The shortest message, an echo without data, fills an Ethernet
    ///   frame, so none is padded.
    static func frame(type: UInt8, from source: LinkEnd, to destination: LinkEnd, hopLimit: UInt8, body: [UInt8]) -> [UInt8] {
        let ip = EthernetHeader.byteCount
        let message = ip + IPv6Header.byteCount
        var frame = [UInt8](repeating: 0, count: message + headerByteCount)
        EthernetHeader(destination: destination.mac, source: source.mac, etherType: EthernetHeader.typeIPv6).write(to: &frame)
        frame[ip] = 6 << 4
        frame.write(UInt16(headerByteCount + body.count), at: ip + 4)
        frame[ip + 6] = IPv6Header.nextHeaderICMPv6
        frame[ip + 7] = hopLimit
        frame.write(ipv6: source.address, at: ip + 8)
        frame.write(ipv6: destination.address, at: ip + 24)
        frame[message] = type
        frame += body
        frame.write(icmpv6Checksum(frame, message: message..<frame.count), at: message + 2)
        return frame
    }
}
