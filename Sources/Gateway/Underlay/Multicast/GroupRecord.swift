/// What a report of IGMPv3 (RFC 3376 section 4.2.4) or MLDv2 (RFC 3810 section 5.2.4) says of one group:
///
///     0 type    1 length of auxiliary data = 0    2 number of sources    4 group    8 or 20 sources
package struct GroupRecord: Equatable, Sendable {
    /// The gateway takes packets of a group from any source, so that it has left a group ("include none") or is in it ("exclude none").
    package enum RecordType: UInt8, Sendable {
        /// These are among the sources that I listen to.
        case modeIsInclude = 1
        /// I listen to all sources but these.
        case modeIsExclude = 2
        /// From now on I listen to these sources only: to none, I have left.
        case changeToInclude = 3
        /// From now on I listen to all sources but these: I have joined.
        case changeToExclude = 4
    }

    package let type: RecordType
    package let group: IPAddress
    package let sources: [IPAddress]

    package init(_ type: RecordType, _ group: IPAddress, sources: [IPAddress] = []) {
        self.type = type
        self.group = group
        self.sources = sources
    }

    private static let headerByteCount = 4

    private var byteCount: Int {
        GroupRecord.headerByteCount + (1 + sources.count) * MembershipProtocol(of: group).addressByteCount
    }

    func write(to bytes: inout [UInt8]) {
        let membershipProtocol = MembershipProtocol(of: group)
        bytes += [type.rawValue, 0, UInt8(truncatingIfNeeded: sources.count >> 8), UInt8(truncatingIfNeeded: sources.count)]
        bytes.append(group, of: membershipProtocol)
        for source in sources { bytes.append(source, of: membershipProtocol) }
    }
}

// Into as few reports as possible.
extension GroupRecord {
    /// Deals out `records`, in their order, to reports with `room` bytes each for records. A record with too many sources is split (RFC 3376
    /// section 4.2.16). One group and one source are sent whatever the room.
    static func packed(_ records: [GroupRecord], room: Int) -> [[GroupRecord]] {
        var reports: [[GroupRecord]] = []
        var free = 0
        for record in records.flatMap({ $0.split(room: room) }) {
            if reports.isEmpty || record.byteCount > free {
                reports.append([])
                free = room
            }
            reports[reports.count - 1].append(record)
            free -= record.byteCount
        }
        return reports
    }

    private func split(room: Int) -> [GroupRecord] {
        let width = MembershipProtocol(of: group).addressByteCount
        let sourcesMax = max(1, (room - GroupRecord.headerByteCount - width) / width)
        guard sources.count > sourcesMax else { return [self] }
        return stride(from: 0, to: sources.count, by: sourcesMax).map { start in
            GroupRecord(type, group, sources: [IPAddress](sources[start..<min(start + sourcesMax, sources.count)]))
        }
    }
}
