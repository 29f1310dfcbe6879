// What is to be said.
extension MembershipLink {
    /// The reports that are due, at most `limit` packets with `room` bytes for records each. What exceeds the limit stays due; what has
    /// waited longest goes first.
    mutating func takeReports(
        limit: Int, room: Int, now: MonotonicTime, using random: inout MulticastMembership.Randomness
    ) -> [MembershipReport] {
        settleVersion(now: now)
        guard let wake, wake <= now else { return [] }
        expandGeneralResponse(now: now)
        expandOlderQuery(using: &random)
        let repeatDue = now + .random(upTo: MembershipTiming.unsolicitedReportInterval, using: &random)
        var reports: [MembershipReport] = []
        if version.isNewest {
            reports = takeChanges(limit: limit, room: room, now: now, repeatDue: repeatDue)
            reports += takeResponses(limit: limit - reports.count, room: room, now: now)
        } else {
            reports = takeOlderReports(limit: limit, now: now, using: &random)
        }
        self.wake = (groups.values.map(\.due) + [generalResponseDue]).compactMap { $0 }.min()
        return reports
    }

    /// The answer to a general query has every group in it, and so answers what was asked about single groups as well.
    private mutating func expandGeneralResponse(now: MonotonicTime) {
        guard let due = generalResponseDue, due <= now else { return }
        generalResponseDue = nil
        for (address, group) in groups where group.isMember { groups[address]?.response = MembershipGroup.Response(due: due) }
    }

    /// Each group has a delay of its own, but for those that another host has reported in the meantime.
    private mutating func expandOlderQuery(using random: inout MulticastMembership.Randomness) {
        guard let query = olderGeneralQuery else { return }
        olderGeneralQuery = nil
        for address in groups.keys.sorted() {
            if groups[address]?.isAnsweredByOthers == false { groups[address]?.scheduleResponse(to: query, using: &random) }
            groups[address]?.isAnsweredByOthers = false
        }
    }

    /// The groups with a timer that has run out, the longest overdue first.
    private func dueGroups(by timer: (MembershipGroup) -> MonotonicTime?, now: MonotonicTime) -> [IPAddress] {
        groups.compactMap { address, group in timer(group).map { (due: $0, address: address) } }
            .filter { $0.due <= now }
            .sorted { $0 < $1 }
            .map(\.address)
    }
}

// In the newest version.
extension MembershipLink {
    /// State-change reports. Groups that change together are repeated together.
    private mutating func takeChanges(limit: Int, room: Int, now: MonotonicTime, repeatDue: MonotonicTime) -> [MembershipReport] {
        let records = dueGroups(by: \.change?.due, now: now).map { address in
            GroupRecord(groups[address]?.isMember == true ? .changeToExclude : .changeToInclude, address)
        }
        let reports = GroupRecord.packed(records, room: room).prefix(limit)
        for record in reports.joined() { changeSent(of: record.group, repeatDue: repeatDue) }
        return reports.map { .records($0) }
    }

    private mutating func changeSent(of address: IPAddress, repeatDue: MonotonicTime) {
        guard var group = groups[address], var change = group.change else { return }
        change.remaining -= 1
        change.hasBeenSent = true
        change.due = repeatDue
        group.change = change.remaining > 0 ? change : nil
        group.isLastReporter = true
        groups[address] = group.isMember || group.change != nil ? group : nil
    }

    /// Current-state records. We listen to every source, so also to each that was asked for (RFC 3376 section 5.2, the table at its end).
    private mutating func takeResponses(limit: Int, room: Int, now: MonotonicTime) -> [MembershipReport] {
        let records = dueGroups(by: \.response?.due, now: now).map { address in
            let sources = groups[address]?.response?.sources.sorted() ?? []
            return GroupRecord(sources.isEmpty ? .modeIsExclude : .modeIsInclude, address, sources: sources)
        }
        let reports = GroupRecord.packed(records, room: room).prefix(limit)
        for record in reports.joined() { responseSent(record) }
        return reports.map { .records($0) }
    }

    /// A record that was split is answered for when its last part is sent.
    private mutating func responseSent(_ record: GroupRecord) {
        groups[record.group]?.response?.sources.subtract(record.sources)
        if groups[record.group]?.response?.sources.isEmpty == true { groups[record.group]?.response = nil }
        groups[record.group]?.isLastReporter = true
    }
}

// In older versions.
extension MembershipLink {
    private mutating func takeOlderReports(
        limit: Int, now: MonotonicTime, using random: inout MulticastMembership.Randomness
    ) -> [MembershipReport] {
        dueGroups(by: \.due, now: now).prefix(limit).compactMap { address in
            guard var group = groups[address] else { return nil }
            guard group.isMember else {
                groups[address] = nil
                return .leave(address)
            }
            let repeatDue = now + .random(upTo: MembershipTiming.olderUnsolicitedReportInterval, using: &random)
            group.response = group.change.map { _ in MembershipGroup.Response(due: repeatDue) }
            group.change = nil
            group.isLastReporter = true
            groups[address] = group
            return .member(address)
        }
    }
}
