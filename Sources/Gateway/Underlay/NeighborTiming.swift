/// How patiently neighbours are asked and for how long their answers hold. The defaults are those for ARP: they follow RFC 4861 section 10, and
/// one request a second for each neighbour (RFC 1122 section 2.3.2.1) but for one early repeat.
package struct NeighborTiming: Equatable, Sendable {
    /// Wait for the answer to the very first request: a lost one should not cost a second of traffic.
    package var firstRetry: Duration = .milliseconds(250)
    /// Wait for the answer to each later request and probe.
    package var retry: Duration = .seconds(1)
    /// Requests before a neighbour without a MAC is declared failed.
    package var requestsMax = 5
    /// A failed neighbour is asked after 1, 2, 4, 8... times `retry`, at last each `backoffMax`, and never given up.
    package var backoffMax: Duration = .seconds(30)
    /// How long a confirmation holds. Probing starts early enough to be over by then.
    package var reachable: Duration = .seconds(30)
    /// Probes to the known MAC before the last one goes to everybody.
    package var unicastProbesMax = 3

    package init() {}

    /// For IPv6, where RFC 4861 says MUST: never more than one solicitation in RETRANS_TIMER (section 7.2.2), and MAX_MULTICAST_SOLICIT of them.
    package static var neighborDiscovery: NeighborTiming {
        var timing = NeighborTiming()
        timing.firstRetry = timing.retry
        timing.requestsMax = 3
        return timing
    }

    /// From a confirmation to the first probe.
    var reachableBeforeProbing: Duration { max(.zero, reachable - retry * (unicastProbesMax + 1)) }

    /// Wait after the `attempt`-th request (from 1) to a failed neighbour.
    func backoff(attempt: Int) -> Duration { min(backoffMax, retry * (1 << min(attempt, 16))) }
}
