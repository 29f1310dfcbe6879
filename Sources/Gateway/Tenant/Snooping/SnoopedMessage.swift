import Dataplane

/// What a frame of a network tells of multicast, with all that its headers must say checked.
package enum SnoopedMessage: Equatable, Sendable {
    case query(MembershipQuery, from: IPAddress)
    /// Who sends this has joined groups, is still in them, or has left them.
    case changes([Change], MembershipVersion)
    /// A PIM router is there, for so long.
    case hello(MembershipProtocol, holdTime: Duration)

    package struct Change: Equatable, Sendable {
        package let group: IPAddress
        package let isMember: Bool

        package init(group: IPAddress, isMember: Bool) {
            self.group = group
            self.isMember = isMember
        }
    }

    /// `nil` when `frame`, which has no tag, holds something else.
    /// - Throws: one of the reasons of ``PuntDropReason`` for which a host would not heed it.
    package init?(frame: [UInt8]) throws(PuntDropReason) {
        let ethernet = try EthernetHeader(frame: frame)
        switch ethernet.etherType {
        case EthernetHeader.typeIPv4 where IGMPFormat.isCarried(by: frame): try self.init(igmp: frame)
        case EthernetHeader.typeIPv6 where MLDFormat.isCarried(by: frame): try self.init(mld: frame)
        default:
            guard let hello = try PIMHello(frame: frame, etherType: ethernet.etherType) else { return nil }
            self = .hello(hello.membershipProtocol, holdTime: hello.holdTime)
        }
    }
}

// Messages of the two protocols. Queries, and reports of older IGMP, are read as a host on the link reads them.
extension SnoopedMessage {
    private init(igmp frame: [UInt8]) throws(PuntDropReason) {
        let headers = try MembershipPacket.Headers(igmp: frame)
        let bytes = [UInt8](frame[headers.messageRange])
        guard bytes.count >= IGMPFormat.messageByteCountMin else { throw .igmpLength }
        guard internetChecksum(bytes, in: 0..<bytes.count) == 0 else { throw .igmpChecksum }
        switch bytes[0] {
        case IGMPFormat.typeReportV3:
            self = .changes(try GroupRecords(bytes, of: .igmp).changes, .igmpv3)
        case IGMPFormat.typeLeaveV2:
            let group = bytes.readIPv4(at: 4)
            guard group.isMulticast else { throw .igmpGroup }
            self = .changes([Change(group: group, isMember: false)], .igmpv2)
        default:
            self.init(try MembershipPacket(igmp: frame), bytes[0] == IGMPFormat.typeReportV1 ? .igmpv1 : .igmpv2)
        }
    }

    /// Reports without a source address count as well: a host sends them until it has one, for switches that snoop (RFC 3590 section 4).
    private init(mld frame: [UInt8]) throws(PuntDropReason) {
        let headers = try MembershipPacket.Headers(mld: frame, mayBeUnspecified: true)
        let bytes = [UInt8](frame[headers.messageRange])
        guard bytes.count >= GroupRecords.headerByteCount else { throw .mldLength }
        guard MLDFormat.checksum(bytes, from: headers.source, to: headers.destination) == 0 else { throw .mldChecksum }
        switch bytes[0] {
        case MLDFormat.typeReportV2:
            self = .changes(try GroupRecords(bytes, of: .mld).changes, .mldv2)
        case MLDFormat.typeReportV1, MLDFormat.typeDoneV1:
            guard bytes.count >= MLDFormat.messageByteCountMin else { throw .mldLength }
            let group = bytes.readAddress(of: .mld, at: 8)
            let isMember = bytes[0] == MLDFormat.typeReportV1
            guard MembershipProtocol.mld.isGroup(group), !isMember || group == headers.destination else { throw .mldGroup }
            self = .changes([Change(group: group, isMember: isMember)], .mldv1)
        default:
            self.init(try MembershipPacket(mld: frame), .mldv1)
        }
    }

    private init(_ packet: MembershipPacket, _ version: MembershipVersion) {
        switch packet.message {
        case .query(let query): self = .query(query, from: packet.source)
        case .report(let group): self = .changes([Change(group: group, isMember: true)], version)
        }
    }
}
