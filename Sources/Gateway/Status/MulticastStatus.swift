import Dataplane

extension MembershipProtocol: Codable {}

/// What a network that snoops knows of groups by one protocol, as `GET /v1/multicast` and `viaduct show multicast` tell it.
package struct MulticastStatus: Codable, Equatable, Sendable {
    /// `filtering`: multicast goes to members and routers. `flooding`: to everyone, for there is no querier, or its query is not answered yet.
    package enum State: String, Codable, Sendable { case filtering, flooding }

    /// A place: a port with its VLAN, or a remote VTEP, or the multicast group that stands for the VTEPs in it.
    package struct Member: Codable, Equatable, Sendable {
        @Nullable package var port: String?
        /// `nil` = no service tag, or a remote.
        @Nullable package var serviceVLAN: VLANID?
        /// `nil` = untagged, or a remote.
        @Nullable package var vlan: VLANID?
        @Nullable package var remote: IPAddress?
        /// Without another report, query or hello.
        package var expirySeconds: Int

        package var tags: MemberTags { MemberTags(service: serviceVLAN, vlan: vlan) }

        enum CodingKeys: String, CodingKey {
            case port, vlan, remote
            case serviceVLAN = "service_vlan"
            case expirySeconds = "expires_seconds"
        }
    }

    package struct Group: Codable, Equatable, Sendable {
        package var group: IPAddress
        /// A member had no room: it goes to everyone.
        package var flooded: Bool
        package var members: [Member]
    }

    package var network: String
    package var membershipProtocol: MembershipProtocol
    package var state: State
    @Nullable package var querier: IPAddress?
    /// What the querier speaks: `IGMPv3`, `IGMPv2`, `IGMPv1`, `MLDv2`, `MLDv1`.
    @Nullable package var version: String?
    @Nullable package var querierExpirySeconds: Int?
    package var routers: [Member]
    package var groups: [Group]

    enum CodingKeys: String, CodingKey {
        case network, state, querier, version, routers, groups
        case membershipProtocol = "protocol"
        case querierExpirySeconds = "querier_expires_seconds"
    }
}
