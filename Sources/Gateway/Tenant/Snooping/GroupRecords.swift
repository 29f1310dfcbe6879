import Dataplane

/// The records of a report of IGMPv3 (RFC 3376 section 4.2) or MLDv2 (RFC 3810 section 5.2), as a switch that does not tell sources apart takes them:
///
///     0 type  1 reserved  2 checksum  4 reserved  6 number of records    8 records: type, length of auxiliary data in words, number of sources, group ...
///
/// Who wants any source of a group is a member; who wants none of its sources has left (RFC 3376 section 5.1).
struct GroupRecords {
    let changes: [SnoopedMessage.Change]

    /// Before the records; of other messages, what all have.
    static let headerByteCount = 8

    private static let modeIsInclude: UInt8 = 1
    private static let modeIsExclude: UInt8 = 2
    private static let changeToInclude: UInt8 = 3
    private static let changeToExclude: UInt8 = 4
    private static let allowNewSources: UInt8 = 5
    private static let blockOldSources: UInt8 = 6

    /// Records of unknown type, and of groups that are none, are passed over (RFC 3376 section 4.2.12).
    /// `message`: of at least ``headerByteCount``.
    /// - Throws: the length reason of `membershipProtocol`.
    init(_ message: [UInt8], of membershipProtocol: MembershipProtocol) throws(PuntDropReason) {
        let width = membershipProtocol.addressByteCount
        let tooShort: PuntDropReason = membershipProtocol == .igmp ? .igmpLength : .mldLength
        var changes: [SnoopedMessage.Change] = []
        var offset = GroupRecords.headerByteCount
        for _ in 0..<Int(message.readUInt16(at: 6)) {
            guard offset + 4 + width <= message.count else { throw tooShort }
            let sourceCount = Int(message.readUInt16(at: offset + 2))
            let group = message.readAddress(of: membershipProtocol, at: offset + 4)
            if membershipProtocol.isGroup(group), let isMember = GroupRecords.isMember(message[offset], sourceCount: sourceCount) {
                changes.append(.init(group: group, isMember: isMember))
            }
            offset += 4 + width * (1 + sourceCount) + 4 * Int(message[offset + 1])
            guard offset <= message.count else { throw tooShort }
        }
        self.changes = changes
    }

    /// `nil`: the record changes nothing.
    private static func isMember(_ type: UInt8, sourceCount: Int) -> Bool? {
        switch type {
        case modeIsExclude, changeToExclude: true
        case modeIsInclude, allowNewSources: sourceCount > 0 ? true : nil
        case changeToInclude: sourceCount > 0
        // Sources go, others may stay: the querier's question tells.
        default: nil
        }
    }
}
