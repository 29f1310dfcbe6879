import Dataplane

/// A neighbour as `GET /v1/neighbors` and `viaduct show neighbors` tell it: a next hop on an underlay port, or a host of a network that suppresses ARP and ND.
package struct NeighborStatus: Codable, Equatable, Sendable {
    /// Of a next hop as in ``NeighborState``, of a host as in ``HostNeighbor/State``.
    package enum State: String, Codable, Sendable {
        case incomplete, reachable, probing, failed, permanent
        case known
        case fixed = "static"

        init(_ state: NeighborState) {
            switch state {
            case .incomplete: self = .incomplete
            case .reachable: self = .reachable
            case .probing: self = .probing
            case .failed: self = .failed
            case .permanent: self = .permanent
            }
        }

        init(_ state: HostNeighbor.State) {
            switch state {
            case .known: self = .known
            case .probing: self = .probing
            case .fixed: self = .fixed
            }
        }
    }

    /// How the gateway knows it.
    package enum Origin: String, Codable, Sendable {
        case configured
        /// A next hop that the gateway asks for.
        case resolved
        /// A host whose own packets told of it.
        case snooped
    }

    package var address: IPAddress
    /// `nil` while it is not known.
    @Nullable package var mac: MACAddress?
    /// `nil` for a next hop.
    @Nullable package var network: String?
    /// `nil` for a host behind a remote VTEP, or whose place is not known.
    @Nullable package var port: String?
    /// The VTEP that a host is behind.
    @Nullable package var remote: IPAddress?
    package var state: State
    package var origin: Origin
}
