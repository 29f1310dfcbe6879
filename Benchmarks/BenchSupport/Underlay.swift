import Dataplane

/// What carries a stream's VXLAN packets, and whether they have an outer UDP checksum. Where they have, it is computed and verified in software.
package enum Underlay: String, CaseIterable, Sendable {
    case ipv4
    case ipv4Checksum = "ipv4-checksum"
    /// With a checksum of zero, which the port accepts (RFC 6935).
    case ipv6
    case ipv6Checksum = "ipv6-checksum"

    package var isIPv6: Bool { self == .ipv6 || self == .ipv6Checksum }
    package var hasChecksum: Bool { self == .ipv4Checksum || self == .ipv6Checksum }

    /// Where the UDP header starts in a packet, and the inner frame.
    package var udpOffset: Int { isIPv6 ? 54 : 34 }
    package var innerOffset: Int { udpOffset + 16 }

    /// What a tunnel's outer headers have.
    package var fields: OuterFields {
        var fields = OuterFields()
        fields.udpChecksum = hasChecksum ? .software : .none
        return fields
    }
}
