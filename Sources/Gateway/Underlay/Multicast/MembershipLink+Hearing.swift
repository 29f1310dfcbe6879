// What others say.
extension MembershipLink {
    mutating func hear(_ query: MembershipQuery, now: MonotonicTime, using random: inout MulticastMembership.Randomness) {
        learn(from: query, now: now)
        let window = max(.zero, query.responseWithin - MembershipTiming.tickAllowance)
        if version.isNewest {
            schedule(query, due: now + .random(upTo: window, using: &random))
        } else {
            scheduleOlder(query, within: window, now: now, using: &random)
        }
        wake = now
    }

    /// RFC 3376 section 5.2 and RFC 3810 section 6.2: one timer for all groups, and one for each.
    private mutating func schedule(_ query: MembershipQuery, due: MonotonicTime) {
        // An answer for all groups that comes sooner is an answer to this query as well.
        if let generalResponseDue, generalResponseDue <= due { return }
        guard let group = query.group else {
            generalResponseDue = due
            return
        }
        guard groups[group]?.isMember == true else { return }
        groups[group]?.scheduleResponse(due: due, sources: query.sources)
    }

    /// A query of the newest version counts as one without sources. General queries are only noted, so that many of them cost no more than one.
    private mutating func scheduleOlder(
        _ query: MembershipQuery, within window: Duration, now: MonotonicTime, using random: inout MulticastMembership.Randomness
    ) {
        let noted = OlderQuery(heard: now, window: window, deadline: now + query.responseWithin)
        if let group = query.group {
            groups[group]?.scheduleResponse(to: noted, using: &random)
        } else if olderGeneralQuery.map({ noted.deadline < $0.deadline }) ?? true {
            olderGeneralQuery = noted
        }
    }

    /// Another host reported `group`. In older versions that makes our own report needless, if one is scheduled: RFC 2236 section 6, RFC
    /// 2710 section 5.
    /// - Returns: whether a report of ours was dropped.
    mutating func hearReport(of group: IPAddress, now: MonotonicTime) -> Bool {
        settleVersion(now: now)
        let isNoted = olderGeneralQuery != nil && groups[group]?.isAnsweredByOthers == false
        guard !version.isNewest, isNoted || groups[group]?.response != nil else { return false }
        groups[group]?.response = nil
        groups[group]?.isAnsweredByOthers = olderGeneralQuery != nil
        groups[group]?.isLastReporter = false
        return true
    }
}
