/// The way to a remote VTEP as `GET /v1/tunnels` and `viaduct show tunnels` tell it.
package struct TunnelStatus: Codable, Equatable, Sendable {
    /// `up`: packets leave. `resolving`: the next hop's MAC is being asked for. `unreachable`: there is no route, or the next hop
    /// does not answer.
    package enum State: String, Codable, Sendable { case up, resolving, unreachable }

    package var remote: IPAddress
    /// Source address of the outer header; `nil` without a route.
    @Nullable package var local: IPAddress?
    package var state: State
    /// The remote itself when it is on-link, otherwise the gateway; `nil` without a route.
    @Nullable package var nextHop: IPAddress?
    @Nullable package var port: String?
    package var rxPackets: UInt64
    package var txPackets: UInt64

    enum CodingKeys: String, CodingKey {
        case remote, local, state, port
        case nextHop = "next_hop"
        case rxPackets = "rx_packets"
        case txPackets = "tx_packets"
    }
}
