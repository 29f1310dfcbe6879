import Dataplane

/// What a network knows by one of the two protocols: its querier, its routers, its groups (RFC 4541).
///
/// Multicast goes to members only while a querier is known, and only after a general query has been answered: who does not ask may not conclude from silence.
struct SnoopedProtocol: Sendable {
    /// Who asks: of several, the one with the lowest address (RFC 3376 section 6.6.2).
    struct Querier: Sendable {
        var address: IPAddress
        var place: Destination
        var version: MembershipVersion
        var timing: SnoopedTiming
        /// Silent for longer, it is gone.
        var until: MonotonicTime
    }

    /// What is known of members.
    enum Knowledge: Equatable, Sendable {
        /// Nobody has asked since places came or the querier did.
        case none
        /// Members answer until then.
        case coming(MonotonicTime)
        case complete
    }

    let membershipProtocol: MembershipProtocol
    var querier: Querier?
    var knowledge = Knowledge.none
    /// Until when places lead to routers. As many as the network has places, at most.
    var routers: [Destination: MonotonicTime] = [:]
    var groups: [IPAddress: SnoopedGroup] = [:]
    /// A group had no room: until then what is not in `groups` is flooded.
    var floodsUntil: MonotonicTime?
    /// Of all groups.
    private(set) var membershipCount = 0
    /// Nothing ends before.
    private var due: MonotonicTime?

    static let groupsMax = 1024
    /// Answers come a little late when a machine is busy.
    static let answerAllowance = Duration.milliseconds(200)

    init(_ membershipProtocol: MembershipProtocol) { self.membershipProtocol = membershipProtocol }

    /// Multicast goes to members only.
    var isFiltering: Bool { querier != nil && knowledge == .complete }

    private var membershipInterval: Duration { (querier?.timing ?? SnoopedTiming(nil)).membershipInterval }
}

// What is heard.
extension SnoopedProtocol {
    /// A query of RFC 4541 section 2.1.1 (1) b: one from 0.0.0.0 is that of a switch in between, which is no querier and has no routers behind it. True when
    /// there was no querier before.
    mutating func hear(_ query: MembershipQuery, from address: IPAddress, at place: Destination, now: MonotonicTime) -> Bool {
        guard !address.isUnspecified else { return false }
        // What a question about one group says of times is about that group.
        let timing = query.group == nil ? SnoopedTiming(query) : querier?.timing ?? SnoopedTiming(query)
        let until = now + timing.presentInterval
        addRouter(place, until: until)
        let isFirst = querier == nil
        if querier.map({ address <= $0.address }) ?? true {
            querier = Querier(address: address, place: place, version: query.version, timing: timing, until: until)
            schedule(until)
        }
        if query.group == nil, knowledge == .none {
            knowledge = .coming(now + query.responseWithin + SnoopedProtocol.answerAllowance)
            schedule(now + query.responseWithin + SnoopedProtocol.answerAllowance)
        }
        if let group = query.group, query.sources.isEmpty {
            groups[group]?.asked(answers: SnoopedTiming(query).lastMemberTime + SnoopedProtocol.answerAllowance, now: now)
            if let due = groups[group]?.due { schedule(due) }
        }
        return isFirst
    }

    /// A router is at `place`, at least until then.
    mutating func addRouter(_ place: Destination, until: MonotonicTime) {
        routers[place] = max(routers[place] ?? until, until)
        schedule(until)
    }

    /// Somebody at `place` is in `group`. `room`: memberships that there still is room for. False when there was none.
    mutating func join(_ group: IPAddress, _ place: Destination, isSilent: Bool, room: Int, now: MonotonicTime) -> Bool {
        let until = now + membershipInterval
        if groups[group]?.memberships[place] != nil {
            groups[group]?.refresh(place, until: until, isSilent: isSilent)
            return true
        }
        guard groups[group] != nil || groups.count < SnoopedProtocol.groupsMax, room > 0 else {
            if groups[group] == nil { flood(now) } else { groups[group]?.floodsUntil = until }
            schedule(until)
            return false
        }
        groups[group, default: SnoopedGroup()].memberships[place] = .init(until: until, silentHostUntil: isSilent ? until : nil)
        membershipCount += 1
        schedule(until)
        return true
    }

    mutating func leave(_ group: IPAddress, _ place: Destination, now: MonotonicTime) {
        groups[group]?.leave(place, now: now)
        if let due = groups[group]?.due { schedule(due) }
    }

    private mutating func flood(_ now: MonotonicTime) {
        floodsUntil = now + membershipInterval
        schedule(now + membershipInterval)
    }

    private mutating func schedule(_ time: MonotonicTime) { due = min(due ?? time, time) }
}

// Time and places.
extension SnoopedProtocol {
    enum Outcome { case nothing, changed, querierLost }

    /// Ends what is over.
    mutating func tick(now: MonotonicTime) -> Outcome {
        guard let due, due <= now else { return .nothing }
        var outcome = Outcome.changed
        if let querier, querier.until <= now {
            self.querier = nil
            knowledge = .none
            outcome = .querierLost
        }
        if case .coming(let time) = knowledge, time <= now { knowledge = .complete }
        routers = routers.filter { $0.value > now }
        if let time = floodsUntil, time <= now { floodsUntil = nil }
        for group in groups.keys {
            membershipCount -= groups[group]?.expire(now: now) ?? 0
            if groups[group]?.memberships.isEmpty == true { groups[group] = nil }
        }
        reschedule()
        return outcome
    }

    /// Forgets everything behind places that are gone. Behind new ones there may be members that nobody has heard of: all is flooded until the next general
    /// query has been answered.
    mutating func keep(_ places: SnoopedPlaces, areNew: Bool) {
        routers = routers.filter { places.contains($0.key) }
        if let querier, !places.contains(querier.place) { self.querier = nil }
        for (group, state) in groups {
            let kept = state.memberships.filter { places.contains($0.key) }
            membershipCount -= state.memberships.count - kept.count
            groups[group]?.memberships = kept
            if kept.isEmpty { groups[group] = nil }
        }
        if areNew || querier == nil { knowledge = .none }
        reschedule()
    }

    private mutating func reschedule() {
        var times = routers.values.map { $0 } + groups.values.compactMap(\.due)
        times += [querier?.until, floodsUntil].compactMap { $0 }
        if case .coming(let time) = knowledge { times.append(time) }
        due = times.min()
    }
}

// What workers are told.
extension SnoopedProtocol {
    func family(_ places: SnoopedPlaces) -> MulticastTargets.Family {
        guard isFiltering, floodsUntil == nil else { return .flooded }
        let toRouters = places.sorted(routers.keys)
        // Reports for a router behind one VTEP tell the others where members are, too: each of them chooses for itself whom it sends a packet to.
        let toAll = toRouters.remote.isEmpty ? toRouters : places.sorted(routers.keys.map { $0 } + places.remote)
        return .init(routers: toRouters, reports: toAll)
    }

    /// Adds the groups to those that workers know.
    func addGroups(to targets: inout MulticastTargets, _ places: SnoopedPlaces) {
        guard isFiltering else { return }
        for (address, group) in groups {
            let members = places.sorted(group.memberships.keys.map { $0 } + routers.keys)
            targets.groups[address.underlay] = .some(group.floodsUntil == nil ? members : nil)
        }
    }
}
