import Dataplane

/// MLD in IPv6 in Ethernet, behind a hop-by-hop options header with the Router Alert (RFC 2711), which what is sent has alone:
///
///     14 IPv6 header, hop limit 1    54 hop-by-hop header    62 ICMPv6 message
enum MLDFormat {
    static let etherType: UInt16 = 0x86DD
    static let ipv6ByteCount = 40
    static let ipv6End = EthernetHeader.byteCount + ipv6ByteCount
    static let nextHeaderHopByHop: UInt8 = 0
    static let nextHeaderICMPv6: UInt8 = 58
    static let hopLimit: UInt8 = 1
    /// The whole hop-by-hop header: ICMPv6 follows, 8 bytes, Router Alert for MLD, two bytes of padding.
    static let hopByHop: [UInt8] = [nextHeaderICMPv6, 0, 5, 2, 0, 0, 1, 0]

    static let typeQuery: UInt8 = 130
    static let typeReportV1: UInt8 = 131
    static let typeDoneV1: UInt8 = 132
    static let typeReportV2: UInt8 = 143
    /// Of queries, and of all messages of version 1.
    static let messageByteCountMin = 24

    static func isCarried(by frame: [UInt8]) -> Bool {
        guard frame.count > ipv6End + 1, frame[EthernetHeader.byteCount] >> 4 == 6 else { return false }
        var message = ipv6End
        if frame[EthernetHeader.byteCount + 6] == nextHeaderHopByHop {
            guard frame[ipv6End] == nextHeaderICMPv6 else { return false }
            message += hopByHopByteCount(in: frame)
        } else if frame[EthernetHeader.byteCount + 6] != nextHeaderICMPv6 {
            return false
        }
        return message < frame.count && [typeQuery, typeReportV1, typeDoneV1, typeReportV2].contains(frame[message])
    }

    static func hopByHopByteCount(in frame: [UInt8]) -> Int { 8 * (Int(frame[ipv6End + 1]) + 1) }

    /// The checksum of RFC 4443 section 2.3: over both addresses, length and protocol as a pseudo header, and the message. Zero over a
    /// message that holds its own correct one.
    static func checksum(_ message: [UInt8], from source: IPAddress, to destination: IPAddress) -> UInt16 {
        var bytes: [UInt8] = []
        bytes.append(source, of: .mld)
        bytes.append(destination, of: .mld)
        bytes += [0, 0, 0, 0, 0, 0, 0, nextHeaderICMPv6]
        bytes.write(UInt32(message.count), at: 32)
        bytes += message
        return internetChecksum(bytes, in: 0..<bytes.count)
    }
}

// What is heard.
extension MembershipPacket {
    /// For a frame that ``MLDFormat/isCarried(by:)``.
    /// - Throws: one of the `mld` reasons of ``PuntDropReason``.
    init(mld frame: [UInt8]) throws(PuntDropReason) {
        let headers = try Headers(mld: frame)
        let bytes = [UInt8](frame[headers.messageRange])
        guard bytes.count >= MLDFormat.messageByteCountMin || bytes.first == MLDFormat.typeReportV2 else { throw .mldLength }
        guard MLDFormat.checksum(bytes, from: headers.source, to: headers.destination) == 0 else { throw .mldChecksum }
        switch bytes[0] {
        case MLDFormat.typeQuery:
            self.init(.mld, headers, .query(try MembershipQuery(message: bytes, of: .mld)))
        case MLDFormat.typeReportV1:
            let group = bytes.readAddress(of: .mld, at: 8)
            // A report that does not go to the group's routers must not silence ours.
            guard MembershipProtocol.mld.isGroup(group), group == headers.destination else { throw .mldGroup }
            self.init(.mld, headers, .report(group))
        default: throw .mldType
        }
    }
}

extension MembershipPacket.Headers {
    /// The checks are those of RFC 3810 section 6.2. `mayBeUnspecified`: a report may come from a host that has no address yet (section 5.2.13).
    init(mld frame: [UInt8], mayBeUnspecified: Bool = false) throws(PuntDropReason) {
        let start = EthernetHeader.byteCount
        let end = MLDFormat.ipv6End + Int(frame.readUInt16(at: start + 4))
        guard end <= frame.count else { throw .mldLength }
        guard frame[start + 7] == MLDFormat.hopLimit else { throw .mldHopLimit }
        source = frame.readAddress(of: .mld, at: start + 8)
        destination = frame.readAddress(of: .mld, at: start + 24)
        // A sender without an address says ::, and its reports do not count (RFC 3590 section 4).
        guard source.isLinkLocal || (mayBeUnspecified && source.isUnspecified) else { throw .mldSource }
        guard frame[start + 6] == MLDFormat.nextHeaderHopByHop else { throw .mldRouterAlert }
        let message = MLDFormat.ipv6End + MLDFormat.hopByHopByteCount(in: frame)
        guard message <= end else { throw .mldLength }
        try HopByHopOptions(frame, in: MLDFormat.ipv6End + 2..<message).requireRouterAlert()
        messageRange = message..<end
    }
}

/// The options of a hop-by-hop header (RFC 8200 section 4.2): one byte of padding, or type, length and data.
private struct HopByHopOptions {
    private static let typePad1: UInt8 = 0
    private static let typeRouterAlert: UInt8 = 5

    private let frame: [UInt8]
    private let range: Range<Int>

    init(_ frame: [UInt8], in range: Range<Int>) {
        self.frame = frame
        self.range = range
    }

    /// The Router Alert with value 0, "MLD" (RFC 2711 section 2.1), must be among them. Unknown options whose type says so spoil the packet.
    func requireRouterAlert() throws(PuntDropReason) {
        var offset = range.lowerBound
        var isFound = false
        while offset < range.upperBound {
            let type = frame[offset]
            guard type != HopByHopOptions.typePad1 else {
                offset += 1
                continue
            }
            guard offset + 1 < range.upperBound, offset + 2 + Int(frame[offset + 1]) <= range.upperBound, type >> 6 == 0 else {
                throw .mldOptions
            }
            let byteCount = Int(frame[offset + 1])
            if type == HopByHopOptions.typeRouterAlert, byteCount == 2, frame.readUInt16(at: offset + 2) == 0 { isFound = true }
            offset += 2 + byteCount
        }
        guard isFound else { throw .mldRouterAlert }
    }
}
