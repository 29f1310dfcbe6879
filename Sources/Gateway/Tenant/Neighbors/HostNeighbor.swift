import Dataplane

/// An address in a network.
package struct NetworkAddress: Hashable, Sendable {
    package var network: NetworkIndex
    package var address: IPAddress

    package init(network: NetworkIndex, address: IPAddress) {
        self.network = network
        self.address = address
    }
}

/// A host of a network that suppresses ARP and ND.
///
///     (nothing) --seen--> known --time--> probing --no answer--> (nothing)
///                           ^               |
///                           `-----seen------'
///
/// A host that is configured is `fixed`, and stays so. A host that only a solicitation of its own has told of is probed before workers answer for it: from the
/// answer they know whether it is a router, which an answer in its name must say (RFC 4861 section 7.2.5: who says no more that it is one is forgotten as such).
package struct HostNeighbor: Equatable, Sendable {
    package enum State: String, Sendable {
        case known, probing
        case fixed = "static"
    }

    package internal(set) var mac: MACAddress
    package internal(set) var isRouter: Bool
    package internal(set) var state: State
    /// Workers answer for it.
    package internal(set) var isPublished: Bool
    /// Probes since it was last heard.
    var attempts = 0
    /// When it is to be probed, or to go; nothing is done for a configured one.
    var due: MonotonicTime
    /// When it will be looked at: see ``HostNeighborSchedule``.
    var scheduled: Int?

    var known: KnownNeighbor { KnownNeighbor(mac: mac, isRouter: isRouter) }
}

/// How long what was heard of a host holds.
package struct HostNeighborTiming: Equatable, Sendable {
    /// From a sighting to the end.
    package var lifetime: Duration = .seconds(300)
    /// Between probes.
    package var retry: Duration = .seconds(1)
    package var probesMax = 3
    /// A host that is about to take its address is left alone: it would take a probe of ours for another host that wants it (RFC 5227 section 2.1.1).
    package var pauseAfterProbe: Duration = .seconds(10)

    package init() {}

    /// From a sighting to the first probe.
    package var refresh: Duration { lifetime * 2 / 3 }
}

/// What is to be done about a host.
package enum HostNeighborAction: Equatable, Sendable {
    /// Workers are to answer for it.
    case publish(NetworkAddress, KnownNeighbor)
    /// They are not any more.
    case withdraw(NetworkAddress)
    /// Ask it whether it is still there.
    case probe(NetworkAddress, at: MACAddress)
}

/// What became of what was heard.
package struct HostNeighborCounters: Equatable, Sendable {
    /// Frames that are malformed, or tell another MAC than their own.
    package var ignored: UInt64 = 0
    /// Hosts that there was no room for.
    package var full: UInt64 = 0
    /// Addresses that moved to another MAC.
    package var moved: UInt64 = 0
    /// Sightings that contradict the configuration.
    package var contradicted: UInt64 = 0
    package var probes: UInt64 = 0
    /// Hosts that did not answer, and are gone.
    package var gone: UInt64 = 0
}
