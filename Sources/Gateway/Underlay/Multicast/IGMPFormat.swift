import Dataplane

/// IGMP in IPv4 in Ethernet. What is sent has one option, so that its header is of 24 bytes; what is received may have any.
///
///     14 IPv4 header, TTL 1, protocol 2    34 Router Alert option (RFC 2113)    38 message
enum IGMPFormat {
    static let protocolNumber: UInt8 = 2
    static let headerByteCount = 24
    /// Version, header length; precedence Internetwork Control (RFC 3376 section 4).
    static let versionAndLength: UInt8 = 0x46
    static let typeOfService: UInt8 = 0xC0
    static let timeToLive: UInt8 = 1
    static let dontFragment: UInt16 = 0x4000
    static let routerAlert: UInt32 = 0x9404_0000

    static let typeQuery: UInt8 = 0x11
    static let typeReportV1: UInt8 = 0x12
    static let typeReportV2: UInt8 = 0x16
    static let typeLeaveV2: UInt8 = 0x17
    static let typeReportV3: UInt8 = 0x22
    /// Of every message.
    static let messageByteCountMin = 8

    static func isCarried(by frame: [UInt8]) -> Bool { frame.count > 23 && frame[23] == protocolNumber }
}

// What is heard.
extension MembershipPacket {
    /// For a frame that ``IGMPFormat/isCarried(by:)``.
    /// - Throws: one of the `ipv4` or `igmp` reasons of ``PuntDropReason``.
    init(igmp frame: [UInt8]) throws(PuntDropReason) {
        let headers = try Headers(igmp: frame)
        let bytes = [UInt8](frame[headers.messageRange])
        guard bytes.count >= IGMPFormat.messageByteCountMin else { throw .igmpLength }
        guard internetChecksum(bytes, in: 0..<bytes.count) == 0 else { throw .igmpChecksum }
        switch bytes[0] {
        case IGMPFormat.typeQuery:
            self.init(.igmp, headers, .query(try MembershipQuery(message: bytes, of: .igmp)))
        case IGMPFormat.typeReportV1, IGMPFormat.typeReportV2:
            let group = bytes.readIPv4(at: 4)
            // A report that does not go to the group's routers must not silence ours.
            guard group.isMulticast, group == headers.destination else { throw .igmpGroup }
            self.init(.igmp, headers, .report(group))
        default: throw .igmpType
        }
    }
}

extension MembershipPacket.Headers {
    /// The Router Alert option is not asked for: IGMPv1 does not have it.
    init(igmp frame: [UInt8]) throws(PuntDropReason) {
        let start = EthernetHeader.byteCount
        guard frame.count >= start + IPv4Header.byteCount else { throw .ipv4Short }
        guard frame[start] >> 4 == 4 else { throw .ipv4Version }
        let headerByteCount = Int(frame[start] & 0xF) * 4
        let totalByteCount = Int(frame.readUInt16(at: start + 2))
        guard headerByteCount >= IPv4Header.byteCount, totalByteCount >= headerByteCount, totalByteCount <= frame.count - start else {
            throw .ipv4Length
        }
        guard internetChecksum(frame, in: start..<start + headerByteCount) == 0 else { throw .ipv4Checksum }
        guard frame.readUInt16(at: start + 6) & 0x3FFF == 0 else { throw .ipv4Fragment }
        guard frame[start + 8] == IGMPFormat.timeToLive else { throw .igmpTTL }
        source = frame.readIPv4(at: start + 12)
        destination = frame.readIPv4(at: start + 16)
        messageRange = start + headerByteCount..<start + totalByteCount
    }
}
