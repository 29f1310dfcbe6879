import Dataplane
import ServiceLifecycle

/// What a running gateway can be asked and told: the one interface between it and everything that manages it.
///
/// Lists come in the order of the configuration, except where told otherwise. Errors name what is wrong and what to do; the API
/// and the command line pass them on as they are.
package protocol GatewayControl: Sendable {
    func summary() async -> GatewaySummary
    func ports() async -> [PortStatus]
    func networks() async -> [NetworkStatus]
    func tunnels() async -> [TunnelStatus]
    /// Next hops by port and address, then the known hosts of networks that suppress ARP and ND; of `network`, if one is given, its hosts only.
    /// - Throws: ``GatewayError/notFound(_:advice:)`` for a network that does not exist.
    func neighbors(network: String?) async throws(GatewayError) -> [NeighborStatus]
    func limits() async -> [LimitStatus]
    func groups() async -> [GroupStatus]
    /// Networks that snoop, both protocols of each.
    func multicast() async -> [MulticastStatus]
    /// Every reason, those that never happened with 0, in the order of the packet walk.
    func drops() async -> [DropStatus]
    func workers() async -> [WorkerStatus]

    /// At most `limit` entries that match, from where the page before ended (``MACPage/next``); `nil` = from the start.
    /// - Throws: ``GatewayError/notFound(_:advice:)`` for a network or port that does not exist.
    func macs(_ filter: MACFilter, from cursor: Int?, limit: Int) async throws(GatewayError) -> MACPage

    /// Adds or moves an entry of origin ``MACOrigin/controlPlane``.
    /// - Throws: `notFound` for the network or port, `invalid` for a place or MAC that cannot be, `conflict` with a static entry or
    ///   a full table.
    func addMAC(_ addition: MACAddition) async throws(GatewayError)

    /// Deletes an entry, learned or added.
    /// - Throws: `notFound`; `conflict` for a static entry, which only the configuration file removes.
    func deleteMAC(network: String, mac: MACAddress) async throws(GatewayError)

    /// Deletes the entries that match: learned ones, or with ``MACFilter/origin`` set, those of that origin. Returns how many.
    /// - Throws: `notFound` for the network or port, `invalid` for the origin `static`.
    func flushMACs(_ filter: MACFilter) async throws(GatewayError) -> Int

    /// Reads the configuration file again and applies the difference; when that fails, nothing has changed.
    /// - Throws: `badConfiguration`, `needsRestart`, `failed`.
    func reload() async throws(GatewayError) -> ReloadReport
}

/// A gateway that a process runs: ``Service/run()`` starts it and returns after a graceful shutdown or a cancellation.
package protocol RunnableGateway: GatewayControl, Service {
    /// Stops workers, transmits what is queued, closes ports. Does nothing the second time; returns the same totals.
    func stop() async -> GatewayTotals
}
