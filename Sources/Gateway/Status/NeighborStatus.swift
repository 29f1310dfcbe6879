import Dataplane

extension NeighborState: Codable {}

/// A neighbour on an underlay port as `GET /v1/neighbors` and `viaduct show neighbors` tell it.
package struct NeighborStatus: Codable, Equatable, Sendable {
    package var address: IPAddress
    /// `nil` while it is not known.
    @Nullable package var mac: MACAddress?
    package var port: String
    package var state: NeighborState
}
