import Dataplane

/// One group in a network: the places where somebody is in it, and until when.
struct SnoopedGroup: Sendable {
    struct Membership: Sendable {
        /// Without another report the membership ends then.
        var until: MonotonicTime
        var leave: Leave?
        /// A host of IGMPv1 is there, which leaves in silence and does not hear the question that a leave brings: until then others' leaves say nothing
        /// (RFC 3376 section 7.3.2).
        var silentHostUntil: MonotonicTime?
    }

    /// Somebody there has left; others may still be there.
    enum Leave: Sendable {
        /// The querier has not asked yet.
        case told
        /// It has: who is still there answers by the end of the membership.
        case asked
    }

    /// Without a querier's question a leave is believed after this.
    static let leaveWithoutQuestion = Duration.seconds(2)

    var memberships: [Destination: Membership] = [:]
    /// A membership had no room: until then the group is flooded.
    var floodsUntil: MonotonicTime?

    mutating func refresh(_ place: Destination, until: MonotonicTime, isSilent: Bool) {
        memberships[place]?.until = until
        memberships[place]?.leave = nil
        if isSilent { memberships[place]?.silentHostUntil = until }
    }

    /// Somebody at `place` has left.
    mutating func leave(_ place: Destination, now: MonotonicTime) {
        guard var membership = memberships[place], membership.leave == nil else { return }
        if let silentHostUntil = membership.silentHostUntil, silentHostUntil > now { return }
        membership.leave = .told
        membership.until = min(membership.until, now + SnoopedGroup.leaveWithoutQuestion)
        memberships[place] = membership
    }

    /// The querier asks who is still in the group, `answers` being the time that answers take. Only where somebody has left does a silence say something: a
    /// question that is lost on the way must not cost a member its packets.
    mutating func asked(answers: Duration, now: MonotonicTime) {
        for (place, membership) in memberships {
            switch membership.leave {
            case .told: memberships[place]?.until = now + answers
            case .asked: memberships[place]?.until = min(membership.until, now + answers)
            case nil: continue
            }
            memberships[place]?.leave = .asked
        }
    }

    /// Ends what is over. The number of memberships that ended.
    mutating func expire(now: MonotonicTime) -> Int {
        let before = memberships.count
        memberships = memberships.filter { $0.value.until > now }
        if let time = floodsUntil, time <= now { floodsUntil = nil }
        return before - memberships.count
    }

    /// When something ends next.
    var due: MonotonicTime? { (memberships.values.map(\.until) + [floodsUntil].compactMap { $0 }).min() }
}
