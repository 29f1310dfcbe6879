/// The groups of one protocol on one link, and the version in which they are spoken of there. It knows groups and time: what is to be said
/// comes out as ``MembershipReport``s.
struct MembershipLink: Sendable {
    let membershipProtocol: MembershipProtocol
    private(set) var version: MembershipVersion
    var groups: [IPAddress: MembershipGroup] = [:]
    /// When the answer to a general query is due, for all groups at once; the newest version only.
    var generalResponseDue: MonotonicTime?
    /// A general query whose answers, one for each group, are to be scheduled with the next tick; older versions only.
    var olderGeneralQuery: OlderQuery?
    private(set) var lastQuery: MonotonicTime?
    /// When groups are to be looked through next. Whatever changes a timer sets it to the present.
    var wake: MonotonicTime?
    private var robustness = MembershipTiming.robustness
    private var queryInterval = MembershipTiming.queryInterval
    /// Until when a querier of an older version counts as present.
    private var olderQuerierUntil: [MembershipVersion: MonotonicTime] = [:]

    /// A query as hosts of older versions see it.
    struct OlderQuery {
        let heard: MonotonicTime
        /// From then on, answers are due at any time within this.
        let window: Duration
        /// When the querier wants them at the latest.
        let deadline: MonotonicTime
    }

    init(_ membershipProtocol: MembershipProtocol) {
        self.membershipProtocol = membershipProtocol
        version = membershipProtocol.newestVersion
    }
}

// What control wants.
extension MembershipLink {
    /// Makes `wanted` the groups of this link. Joins and leaves are due at once; while the link is down nobody hears of a leave.
    /// - Returns: how many were joined and left.
    mutating func setGroups(_ wanted: Set<IPAddress>, isUp: Bool, now: MonotonicTime) -> (joins: Int, leaves: Int) {
        settleVersion(now: now)
        let before = Set(groups.filter(\.value.isMember).keys)
        guard wanted != before else { return (0, 0) }
        let left = before.subtracting(wanted)
        let joined = wanted.subtracting(before)
        let change = firstChange(now)
        for group in left { leave(group, isUp: isUp, change) }
        for group in joined {
            groups[group, default: MembershipGroup()].isMember = true
            groups[group]?.change = change
        }
        wake = now
        return (joined.count, left.count)
    }

    private mutating func leave(_ group: IPAddress, isUp: Bool, _ change: MembershipGroup.Change) {
        let isTold = version.isNewest || version.tellsLeaves && groups[group]?.isLastReporter == true
        guard isUp, isTold else {
            groups[group] = nil
            return
        }
        groups[group]?.isMember = false
        groups[group]?.response = nil
        groups[group]?.change = change
    }

    private func firstChange(_ now: MonotonicTime) -> MembershipGroup.Change {
        MembershipGroup.Change(due: now, remaining: robustness)
    }

    /// The link is another one, or our end of it is: what was learned of its queriers is void, and every group is joined anew.
    mutating func restart(now: MonotonicTime) {
        let members = groups.filter(\.value.isMember).keys
        self = MembershipLink(membershipProtocol)
        let change = firstChange(now)
        for group in members { groups[group] = MembershipGroup(change: change) }
        wake = now
    }

    /// Nobody is there to hear of a leave.
    mutating func linkLost() { groups = groups.filter(\.value.isMember) }
}

// Versions: RFC 3376 section 7.2.1, RFC 3810 section 8.2.1.
extension MembershipLink {
    /// Takes what a query tells of its querier.
    mutating func learn(from query: MembershipQuery, now: MonotonicTime) {
        lastQuery = now
        if let robustness = query.robustness, let queryInterval = query.queryInterval {
            self.robustness = robustness
            self.queryInterval = queryInterval
        } else if query.version != .igmpv2 || query.group == nil {
            // Of IGMPv2 only general queries count.
            olderQuerierUntil[query.version] = now + queryInterval * robustness + query.responseWithin
        }
        settleVersion(now: now)
    }

    /// Speaks the oldest version of which a querier is present. A change of version cancels all that is scheduled but for what was never said.
    mutating func settleVersion(now: MonotonicTime) {
        olderQuerierUntil = olderQuerierUntil.filter { now < $0.value }
        let wanted = olderQuerierUntil.keys.min() ?? membershipProtocol.newestVersion
        guard wanted != version else { return }
        version = wanted
        generalResponseDue = nil
        olderGeneralQuery = nil
        for (address, var group) in groups {
            group.response = nil
            group.isAnsweredByOthers = false
            if group.change?.hasBeenSent == true { group.change = nil }
            groups[address] = group.isMember || group.change != nil && version.tellsLeaves ? group : nil
        }
        wake = now
    }
}
