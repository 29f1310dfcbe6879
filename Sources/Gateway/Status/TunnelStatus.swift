import Dataplane

/// The way to a remote VTEP, or to a multicast group, as `GET /v1/tunnels` and `viaduct show tunnels` tell it.
package struct TunnelStatus: Codable, Equatable, Sendable {
    /// `up`: packets leave, by at least one path. `resolving`: the next hop's MAC is being asked for. `unreachable`: there is no route, or no next
    /// hop answers.
    package enum State: String, Codable, Sendable { case up, resolving, unreachable }

    /// `configured`: named by the configuration. `discovered`: known only from its packets. `group`: a multicast group of a network.
    package enum Origin: String, Codable, Sendable { case configured, discovered, group }

    /// One of the ways that flows are spread over.
    package struct Path: Codable, Equatable, Sendable {
        package enum State: String, Codable, Sendable {
            case up, resolving, unreachable
            case noLink = "no_link"
        }

        package var port: String
        /// The remote itself when it is on-link, otherwise a router.
        package var nextHop: IPAddress
        package var state: State
        @Nullable package var mac: MACAddress?

        enum CodingKeys: String, CodingKey {
            case port, state, mac
            case nextHop = "next_hop"
        }
    }

    package var remote: IPAddress
    package var udpPort: UInt16
    package var origin: Origin
    /// Source address of the outer header; `nil` without a route.
    @Nullable package var local: IPAddress?
    package var state: State
    /// Of the first path; `nil` without a route.
    @Nullable package var nextHop: IPAddress?
    @Nullable package var port: String?
    package var paths: [Path]
    package var rxPackets: UInt64
    package var txPackets: UInt64

    enum CodingKeys: String, CodingKey {
        case remote, origin, local, state, port, paths
        case udpPort = "udp_port"
        case nextHop = "next_hop"
        case rxPackets = "rx_packets"
        case txPackets = "tx_packets"
    }
}
