import Dataplane

/// A hello of PIM version 2 (RFC 7761 section 4.9.2): who sends it routes multicast, and wants all of it.
///
///     0 version, type = 0x20  1 reserved  2 checksum  4 options: type, length, value; type 1 is the hold time in seconds
struct PIMHello {
    let membershipProtocol: MembershipProtocol
    /// For how long the router is there without another hello.
    let holdTime: Duration

    private static let protocolNumber: UInt8 = 103
    private static let versionAndType: UInt8 = 0x20
    private static let headerByteCount = 4
    private static let optionHoldTime: UInt16 = 1
    /// 3.5 times the Hello Period of 30 s (RFC 7761 section 4.11).
    private static let defaultHoldTime = Duration.seconds(105)

    /// `nil` when `frame` holds something else.
    /// - Throws: ``PuntDropReason/ipProtocol``, or what is wrong with the IP header.
    init?(frame: [UInt8], etherType: UInt16) throws(PuntDropReason) {
        let message: Range<Int>
        if etherType == EthernetHeader.typeIPv4, frame.count > 23, frame[23] == PIMHello.protocolNumber {
            let header = try IPv4Header(frame: frame)
            let start = EthernetHeader.byteCount
            message = start + IPv4Header.byteCount..<start + header.totalByteCount
            guard internetChecksum(frame, in: message) == 0 else { throw .ipProtocol }
            membershipProtocol = .igmp
        } else if etherType == EthernetHeader.typeIPv6, frame.count > 20, frame[20] == PIMHello.protocolNumber {
            let header = try IPv6Header(frame: frame)
            message = header.payloadRange
            let addresses = ~internetChecksum(frame, in: IPv6Header.addressesRange)
            let pseudo = UInt64(addresses) + UInt64(message.count) + UInt64(PIMHello.protocolNumber)
            guard internetChecksum(frame, in: message, adding: pseudo) == 0 else { throw .ipProtocol }
            membershipProtocol = .mld
        } else {
            return nil
        }
        guard message.count >= PIMHello.headerByteCount else { throw .ipProtocol }
        guard frame[message.lowerBound] == PIMHello.versionAndType else { return nil }
        holdTime = try PIMHello.holdTime(frame, in: message.lowerBound + PIMHello.headerByteCount..<message.upperBound)
    }

    private static func holdTime(_ frame: [UInt8], in options: Range<Int>) throws(PuntDropReason) -> Duration {
        var offset = options.lowerBound
        while offset + 4 <= options.upperBound {
            let length = Int(frame.readUInt16(at: offset + 2))
            guard offset + 4 + length <= options.upperBound else { throw .ipProtocol }
            if frame.readUInt16(at: offset) == optionHoldTime, length == 2 { return .seconds(Int(frame.readUInt16(at: offset + 4))) }
            offset += 4 + length
        }
        return defaultHoldTime
    }
}
