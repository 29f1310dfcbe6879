import Dataplane

/// A network as `GET /v1/networks` and `viaduct show networks` tell it.
package struct NetworkStatus: Codable, Equatable, Sendable {
    package struct Member: Codable, Equatable, Sendable {
        package var port: String
        /// `nil` = no service tag.
        @Nullable package var serviceVLAN: VLANID?
        /// `nil` = untagged, or whatever is behind the service tag.
        @Nullable package var vlan: VLANID?

        package init(port: String, tags: MemberTags) {
            self.port = port
            serviceVLAN = tags.service
            vlan = tags.vlan
        }

        package var tags: MemberTags { MemberTags(service: serviceVLAN, vlan: vlan) }

        enum CodingKeys: String, CodingKey {
            case port, vlan
            case serviceVLAN = "service_vlan"
        }
    }

    package var name: String
    package var vni: VNI
    /// UDP destination port of its packets.
    package var udpPort: UInt16
    package var members: [Member]
    /// Head-end replication list.
    package var remotes: [IPAddress]
    /// Multicast group that flooded frames go to, and come from.
    @Nullable package var group: IPAddress?
    /// Number of MAC entries of the network.
    package var macs: Int
    /// Keys of the configuration about guards, suppression, snooping and tags that are not as by default, limits apart, with their values.
    package var settings: [String]

    enum CodingKeys: String, CodingKey {
        case name, vni, members, remotes, group, macs, settings
        case udpPort = "udp_port"
    }
}
