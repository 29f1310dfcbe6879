extension MembershipState: Codable {}

/// A multicast group that an underlay port is in, as `GET /v1/groups` and `viaduct show groups` tell it.
package struct GroupStatus: Codable, Equatable, Sendable {
    package var group: IPAddress
    package var port: String
    /// Names of the networks whose flooded frames go there; empty for the groups in which neighbours ask for our IPv6 addresses.
    package var networks: [String]
    /// What is spoken on the link: `IGMPv3`, `IGMPv2`, `IGMPv1`, `MLDv2`, `MLDv1`.
    package var version: String
    package var state: MembershipState
    /// Since the link's querier was last heard; `nil` = not yet.
    @Nullable package var queryAgeSeconds: Int?

    enum CodingKeys: String, CodingKey {
        case group, port, networks, version, state
        case queryAgeSeconds = "query_age_seconds"
    }
}
