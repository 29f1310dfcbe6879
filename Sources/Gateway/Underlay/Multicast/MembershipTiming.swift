/// Times and counts of group membership: IGMPv3 as in RFC 3376 section 8, MLDv2 as in RFC 3810 section 9, which agree.
enum MembershipTiming {
    /// Robustness Variable, Query Interval and Query Response Interval, until a querier says otherwise.
    static let robustness = 2
    static let queryInterval = Duration.seconds(125)
    static let queryResponseInterval = Duration.seconds(10)

    /// Repeats of a state change follow the one before within this.
    static let unsolicitedReportInterval = Duration.seconds(1)
    /// The same for the one repeat of older versions' first report: RFC 2236 section 8.10, RFC 2710 section 7.10.
    static let olderUnsolicitedReportInterval = Duration.seconds(10)

    /// Time passes in ticks, a few a second: answers are due so much earlier that they go out within the querier's time.
    static let tickAllowance = Duration.milliseconds(200)
}
