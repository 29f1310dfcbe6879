/// One group on one link: whether the gateway is in it, and what is still to be said of it.
struct MembershipGroup: Sendable {
    /// "I have joined" or "I have left", which is told at once and, in the newest version, repeated (RFC 3376 section 5.1).
    struct Change {
        var due: MonotonicTime
        /// Reports of the newest version that are still to go out.
        var remaining: Int
        var hasBeenSent = false
    }

    /// A report because of a query; in older versions the repeat of the first report as well (RFC 2236 section 6).
    struct Response {
        var due: MonotonicTime
        /// Asked for these only; empty: for the group as such.
        var sources: Set<IPAddress> = []
    }

    /// Most sources that are kept of queries until the answer; beyond them the answer is the state of the whole group, which is as true.
    static let sourcesMax = 1024

    /// False: left, and kept only until all know it.
    var isMember = true
    var change: Change?
    var response: Response?
    /// That our last report was not made needless by somebody else's: then a leave is ours to tell (RFC 2236 section 3, RFC 2710 section 4).
    var isLastReporter = false
    /// Another host has answered the older version's general query for this group before our timers were set.
    var isAnsweredByOthers = false

    /// When something is to be sent.
    var due: MonotonicTime? { [change?.due, response?.due].compactMap { $0 }.min() }

    /// RFC 3376 section 5.2, rules 3 to 5.
    mutating func scheduleResponse(due: MonotonicTime, sources: [IPAddress]) {
        guard var response else {
            response = Response(due: due, sources: MembershipGroup.limited(Set(sources)))
            return
        }
        let isWhole = sources.isEmpty || response.sources.isEmpty
        response.sources = isWhole ? [] : MembershipGroup.limited(response.sources.union(sources))
        response.due = min(response.due, due)
        self.response = response
    }

    /// RFC 2236 section 3 and RFC 2710 section 4: the timer is set anew only if it could run longer than the querier waits.
    mutating func scheduleResponse(to query: MembershipLink.OlderQuery, using random: inout MulticastMembership.Randomness) {
        guard isMember else { return }
        if let response, response.due <= query.deadline { return }
        response = Response(due: query.heard + .random(upTo: query.window, using: &random))
    }

    private static func limited(_ sources: Set<IPAddress>) -> Set<IPAddress> { sources.count > sourcesMax ? [] : sources }
}
