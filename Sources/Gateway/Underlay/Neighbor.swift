import Dataplane

/// What is known of a neighbour's MAC (RFC 4861 section 7.3.2, applied to ARP as well).
package enum NeighborState: String, CaseIterable, Sendable {
    /// Asked for, no MAC yet.
    case incomplete
    /// Confirmed not long ago.
    case reachable
    /// The MAC is used while it is being asked whether it still answers: STALE, DELAY and PROBE of the RFC, without their pauses.
    case probing
    /// Does not answer: no MAC. Asked from time to time.
    case failed
    /// Configured: never asked, never changed.
    case permanent
}

/// One neighbour and its state machine:
///
///     incomplete --no answer--> failed            (asked with growing pauses)
///     reachable --time--> probing --no answer--> failed
///     any but permanent --heard from--> reachable
///     any but permanent --claims another MAC--> probing
struct Neighbor: Sendable {
    /// Whom to ask: the MAC that should still be right, or everybody on the link.
    enum Solicitation: Equatable {
        case unicast(MACAddress)
        case everybody
    }

    private(set) var state: NeighborState
    /// Present exactly in the states reachable, probing and permanent.
    private(set) var mac: MACAddress?
    /// When ``timerFired(now:timing:)`` wants to be called; `nil` = never.
    private(set) var due: MonotonicTime?
    /// How many remote VTEPs are reached through this neighbour.
    var references = 0
    /// Requests sent in the present state.
    private var attempts = 0
    /// When it was asked last, in whatever state.
    private var askedAt: MonotonicTime?

    init(resolvingFrom now: MonotonicTime) {
        state = .incomplete
        due = now
    }

    init(permanent mac: MACAddress) {
        state = .permanent
        self.mac = mac
    }
}

// What happens to it.
extension Neighbor {
    /// It was heard from, at `mac`.
    mutating func confirm(_ mac: MACAddress, now: MonotonicTime, timing: NeighborTiming) {
        guard state != .permanent else { return }
        self.mac = mac
        enter(.reachable, due: now + timing.reachableBeforeProbing)
    }

    /// What it, or somebody else, says of its MAC (RFC 4861 section 7.2.5).
    mutating func hear(_ claim: NeighborClaim, now: MonotonicTime, timing: NeighborTiming) {
        guard state != .permanent, let claimed = claim.mac ?? mac else { return }
        let isOther = mac != nil && claimed != mac
        if isOther, !claim.isOverride {
            // One of the two is wrong: the known one stays in use until it does not answer.
            if state == .reachable { probeSoon(now: now, timing: timing) }
        } else if claim.isSolicited {
            confirm(claimed, now: now, timing: timing)
        } else if claimed != mac {
            mac = claimed
            probeSoon(now: now, timing: timing)
        }
    }

    mutating func makePermanent(_ mac: MACAddress) {
        self.mac = mac
        enter(.permanent, due: nil)
    }

    /// What is known may have changed: asks from now on, and uses the MAC it has until the answer stays away.
    mutating func recheck(now: MonotonicTime) { enter(mac == nil ? .incomplete : .probing, due: now) }

    /// What is known is worthless: forgets it and asks from now on.
    mutating func forget(now: MonotonicTime) {
        mac = nil
        enter(.incomplete, due: now)
    }

    /// Takes the next step of the present state; the answer says whom to ask now.
    mutating func timerFired(now: MonotonicTime, timing: NeighborTiming) -> Solicitation? {
        switch state {
        case .permanent: nil
        case .incomplete: request(now: now, timing: timing)
        case .reachable, .probing: probe(now: now, timing: timing)
        case .failed: ask(.everybody, now: now, wait: timing.backoff(attempt: attempts + 1))
        }
    }
}

// Its steps.
extension Neighbor {
    private mutating func enter(_ state: NeighborState, due: MonotonicTime?) {
        self.state = state
        self.due = due
        attempts = 0
    }

    /// Not before the pause after the last request is over: nobody who claims many MACs makes us ask more often.
    private mutating func probeSoon(now: MonotonicTime, timing: NeighborTiming) {
        enter(.probing, due: askedAt.map { max(now, $0 + timing.retry) } ?? now)
    }

    private mutating func ask(_ whom: Solicitation, now: MonotonicTime, wait: Duration) -> Solicitation {
        attempts += 1
        askedAt = now
        due = now + wait
        return whom
    }

    private mutating func request(now: MonotonicTime, timing: NeighborTiming) -> Solicitation? {
        guard attempts < timing.requestsMax else { return fail(now: now, timing: timing) }
        return ask(.everybody, now: now, wait: attempts == 0 ? timing.firstRetry : timing.retry)
    }

    private mutating func probe(now: MonotonicTime, timing: NeighborTiming) -> Solicitation? {
        if state == .reachable { enter(.probing, due: now) }
        guard attempts <= timing.unicastProbesMax, let mac else { return fail(now: now, timing: timing) }
        let whom = attempts < timing.unicastProbesMax ? Solicitation.unicast(mac) : .everybody
        return ask(whom, now: now, wait: timing.retry)
    }

    private mutating func fail(now: MonotonicTime, timing: NeighborTiming) -> Solicitation? {
        mac = nil
        enter(.failed, due: now + timing.retry)
        return nil
    }
}
