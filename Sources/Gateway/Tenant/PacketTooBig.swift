import Dataplane

/// Tells the sender of an IP packet that it does not fit the underlay, as a router on the way would: ICMP "fragmentation needed" (RFC 1191 section 4) or ICMPv6
/// "packet too big" (RFC 4443 section 3.2). The gateway has no address in its networks, so the message comes in the name of the host that the packet
/// was for.
package struct PacketTooBig: Sendable {
    /// What the sender gets; without VLAN tag.
    package let reply: [UInt8]

    private static let icmpHeaderByteCount = 8
    private static let ipv6HeaderByteCount = 40
    /// Largest message: RFC 1812 section 4.3.2.3 and RFC 4443 section 2.4 (c).
    private static let ipv4ByteCountMax = 576
    private static let ipv6ByteCountMax = 1280
    private static let timeToLive: UInt8 = 64

    /// `nil` where no message may be sent: the packet may be fragmented, is no first fragment, is an ICMP error itself, or has an address that is no host's
    /// (RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e)); or where it would not be heeded: IPv6 knows no MTU below 1280 (RFC 8200 section 5).
    ///
    /// `frame`: Ethernet without VLAN tag. `mtu`: largest IP packet that fits, in bytes.
    package init?(frame: [UInt8], mtu: Int) {
        guard frame.count > EthernetHeader.byteCount, !frame.readMAC(at: 0).isMulticast else { return nil }
        let message: [UInt8]?
        switch frame.readUInt16(at: 12) {
        case EthernetHeader.typeIPv4: message = PacketTooBig.ipv4(frame, mtu)
        case EthernetHeader.typeIPv6: message = PacketTooBig.ipv6(frame, mtu)
        default: message = nil
        }
        guard let message else { return nil }
        var reply = [UInt8](repeating: 0, count: EthernetHeader.byteCount)
        EthernetHeader(destination: frame.readMAC(at: 6), source: frame.readMAC(at: 0), etherType: frame.readUInt16(at: 12)).write(
            to: &reply)
        reply += message
        reply += repeatElement(0, count: max(0, EthernetHeader.frameByteCountMin - reply.count))
        self.reply = reply
    }

    private static func ipv4(_ frame: [UInt8], _ mtu: Int) -> [UInt8]? {
        let start = EthernetHeader.byteCount
        guard frame.count >= start + IPv4Header.byteCount, frame[start] >> 4 == 4 else { return nil }
        let headerByteCount = Int(frame[start] & 15) * 4
        guard headerByteCount >= IPv4Header.byteCount, frame.count >= start + headerByteCount else { return nil }
        let fragment = frame.readUInt16(at: start + 6)
        guard fragment & 0x4000 != 0, fragment & 0x1FFF == 0 else { return nil }
        let source = frame.readIPv4(at: start + 12), destination = frame.readIPv4(at: start + 16)
        guard source.isRemoteHost, destination.isRemoteHost else { return nil }
        if frame[start + 9] == IPv4Header.protocolICMP {
            // Errors have types between the queries' (RFC 1122 section 3.2.2).
            guard frame.count > start + headerByteCount, ![3, 4, 5, 11, 12].contains(frame[start + headerByteCount]) else { return nil }
        }
        let quoted = frame[start...].prefix(ipv4ByteCountMax - IPv4Header.byteCount - icmpHeaderByteCount)
        var icmp: [UInt8] = [3, 4, 0, 0, 0, 0, UInt8(mtu >> 8 & 0xFF), UInt8(mtu & 0xFF)] + quoted
        icmp.write(internetChecksum(icmp, in: 0..<icmp.count), at: 2)
        let length = IPv4Header.byteCount + icmp.count
        var header: [UInt8] = [
            0x45, 0xC0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 0x40, 0, timeToLive, IPv4Header.protocolICMP, 0, 0,
        ]
        header += frame[(start + 16)..<(start + 20)] + frame[(start + 12)..<(start + 16)]
        header.write(internetChecksum(header, in: 0..<header.count), at: 10)
        return header + icmp
    }

    private static func ipv6(_ frame: [UInt8], _ mtu: Int) -> [UInt8]? {
        let start = EthernetHeader.byteCount
        guard mtu >= ipv6ByteCountMax, frame.count > start + ipv6HeaderByteCount, frame[start] >> 4 == 6 else { return nil }
        let source = frame.readIPv6(at: start + 8), destination = frame.readIPv6(at: start + 24)
        guard source.isRemoteHost, destination.isRemoteHost else { return nil }
        // ICMPv6 errors have types below 128.
        if frame[start + 6] == 58, frame[start + ipv6HeaderByteCount] < 128 { return nil }
        let quoted = frame[start...].prefix(ipv6ByteCountMax - ipv6HeaderByteCount - icmpHeaderByteCount)
        var icmp: [UInt8] = [2, 0, 0, 0, 0, 0, UInt8(mtu >> 8 & 0xFF), UInt8(mtu & 0xFF)] + quoted
        let addresses = Array(frame[(start + 24)..<(start + 40)] + frame[(start + 8)..<(start + 24)])
        let length = [UInt8(icmp.count >> 8), UInt8(icmp.count & 0xFF)]
        let covered = addresses + [0, 0] + length + [0, 0, 0, 58] + icmp
        icmp.write(internetChecksum(covered, in: 0..<covered.count), at: 2)
        return [0x60, 0, 0, 0] + length + [58, timeToLive] + addresses + icmp
    }
}

extension [UInt8] {
    /// An Ethernet frame with an 802.1Q tag behind its addresses.
    package func tagged(_ control: UInt16) -> [UInt8] {
        Array(self[..<12]) + [0x81, 0x00, UInt8(control >> 8), UInt8(control & 0xFF)] + self[12...]
    }
}
