/// Times that follow from a query (RFC 3376 section 8, RFC 3810 section 9): from what it says of its querier, or from the defaults.
struct SnoopedTiming: Sendable {
    /// Group Membership Interval: for so long a report holds.
    let membershipInterval: Duration
    /// Other Querier Present Interval: after such a silence the querier is gone.
    let presentInterval: Duration
    /// Last Member Query Time: answers to a question about one group have come by then.
    let lastMemberTime: Duration

    /// `nil`: no querier has been heard.
    init(_ query: MembershipQuery?) {
        let robustness = query?.robustness ?? MembershipTiming.robustness
        let queryInterval = query?.queryInterval ?? MembershipTiming.queryInterval
        // A question about one group has a shorter time for answers than those about all.
        let isGeneral = query.map { $0.group == nil } ?? true
        let response = isGeneral ? query?.responseWithin ?? MembershipTiming.queryResponseInterval : MembershipTiming.queryResponseInterval
        membershipInterval = queryInterval * robustness + response
        presentInterval = queryInterval * robustness + response / 2
        lastMemberTime = (query?.responseWithin ?? .seconds(1)) * robustness
    }
}
