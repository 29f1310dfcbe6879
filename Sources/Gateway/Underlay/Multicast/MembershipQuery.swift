/// What a router or a switch asks about groups: a message of IGMP (RFC 3376 section 4.1) or MLD (RFC 3810 section 5.1) of any version. Bytes
/// of the newest version, IGMP above and MLD below; older ones end after the group:
///
///     0 type  1 max resp code  2 checksum  4 group                            8 S, QRV   9 QQIC  10 number of sources  12 sources
///     0 type  1 code  2 checksum  4 max resp code  6 reserved  8 group       24 S, QRV  25 QQIC  26 number of sources  28 sources
package struct MembershipQuery: Equatable, Sendable {
    /// What the querier speaks.
    package let version: MembershipVersion
    /// `nil`: all groups (General Query).
    package let group: IPAddress?
    /// Only these sources of the group; empty: the group as such. Always empty without a group.
    package let sources: [IPAddress]
    /// Answers come within this.
    package let responseWithin: Duration
    /// The querier's Robustness Variable and Query Interval; the defaults where the newest version leaves them open, `nil` in older ones.
    package let robustness: Int?
    package let queryInterval: Duration?

    /// Reads a message whose type and checksum the caller has looked at.
    /// - Throws: the length and group reasons of `membershipProtocol` in ``PuntDropReason``.
    init(message: [UInt8], of membershipProtocol: MembershipProtocol) throws(PuntDropReason) {
        let isIGMP = membershipProtocol == .igmp
        let groupOffset = isIGMP ? 4 : 8
        let olderByteCount = groupOffset + membershipProtocol.addressByteCount
        let newestByteCount = olderByteCount + 4
        // RFC 3376 section 7.1, RFC 3810 section 8.1: the length tells the version, and lengths between are of none.
        let isNewest = message.count >= newestByteCount
        guard isNewest || message.count == olderByteCount else { throw isIGMP ? .igmpLength : .mldLength }

        version = isNewest ? membershipProtocol.newestVersion : isIGMP ? (message[1] == 0 ? .igmpv1 : .igmpv2) : .mldv1
        responseWithin = MembershipQuery.responseTime(in: message, version)
        group = try MembershipQuery.group(in: message, at: groupOffset, version)
        guard isNewest else {
            (sources, robustness, queryInterval) = ([], nil, nil)
            return
        }
        let count = Int(message.readUInt16(at: olderByteCount + 2))
        let width = membershipProtocol.addressByteCount
        guard newestByteCount + count * width <= message.count else { throw isIGMP ? .igmpLength : .mldLength }
        let offsets = (0..<count).map { newestByteCount + $0 * width }
        sources = group == nil ? [] : offsets.map { message.readAddress(of: membershipProtocol, at: $0) }
        let robustness = Int(message[olderByteCount] & 7)
        self.robustness = robustness == 0 ? MembershipTiming.robustness : robustness
        let seconds = MembershipQuery.floatCode8(message[olderByteCount + 1])
        queryInterval = seconds == 0 ? MembershipTiming.queryInterval : .seconds(seconds)
    }

    /// Group addresses of IGMPv1 queries mean nothing (RFC 1112 appendix I).
    private static func group(in message: [UInt8], at offset: Int, _ version: MembershipVersion) throws(PuntDropReason) -> IPAddress? {
        let membershipProtocol = version.membershipProtocol
        let group = message.readAddress(of: membershipProtocol, at: offset)
        guard version != .igmpv1, !group.isUnspecified else { return nil }
        guard membershipProtocol.isGroup(group) else { throw membershipProtocol == .igmp ? .igmpGroup : .mldGroup }
        return group
    }
}

// How times are written.
extension MembershipQuery {
    /// IGMP counts tenths of a second, MLD milliseconds. Only the newest versions have floating point. RFC 3376 sections 4.1.1 and 7.2.1, RFC
    /// 3810 sections 5.1.3 and 8.2.1.
    private static func responseTime(in message: [UInt8], _ version: MembershipVersion) -> Duration {
        switch version {
        case .igmpv1: MembershipTiming.queryResponseInterval
        case .igmpv2: .milliseconds(100 * Int(message[1]))
        case .igmpv3: .milliseconds(100 * floatCode8(message[1]))
        case .mldv1: .milliseconds(Int(message.readUInt16(at: 4)))
        case .mldv2: .milliseconds(floatCode16(message.readUInt16(at: 4)))
        }
    }

    /// A number up to 127 as it is, from 128 on 1 bit, 3 bits of exponent and 4 of mantissa: up to 31,744 (RFC 3376 section 4.1.1).
    package static func floatCode8(_ code: UInt8) -> Int {
        code < 128 ? Int(code) : Int(code & 0xF | 0x10) << (Int(code >> 4 & 7) + 3)
    }

    /// A number up to 32,767 as it is, from 32,768 on 1 bit, 3 bits of exponent and 12 of mantissa: up to 8,387,584 (RFC 3810 section 5.1.3).
    package static func floatCode16(_ code: UInt16) -> Int {
        code < 32768 ? Int(code) : Int(code & 0xFFF | 0x1000) << (Int(code >> 12 & 7) + 3)
    }
}
