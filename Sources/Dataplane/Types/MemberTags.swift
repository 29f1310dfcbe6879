/// How frames of a member of a network are tagged on its port: not at all, with an 802.1Q tag, with a service tag (802.1ad), or with a service tag and an 802.1Q
/// tag behind it (QinQ).
package struct MemberTags: Hashable, Sendable {
    /// VLAN of the service tag, the outer one; `nil` = frames have none.
    package let service: VLANID?
    /// VLAN of the 802.1Q tag; `nil` = frames have none, or, behind a service tag, it does not matter which.
    package let vlan: VLANID?

    package static let untagged = MemberTags(vlan: nil)

    package init(service: VLANID? = nil, vlan: VLANID?) {
        self.service = service
        self.vlan = vlan
    }
}

extension MemberTags: Comparable {
    package static func < (a: MemberTags, b: MemberTags) -> Bool { a.numbers < b.numbers }

    private var numbers: (UInt16, UInt16) { (service?.rawValue ?? 0, vlan?.rawValue ?? 0) }
}

extension MemberTags: CustomStringConvertible {
    /// `untagged`, `100`, `100.20` (service VLAN 100, VLAN 20) or `100.*`.
    package var description: String {
        guard let service else { return vlan?.description ?? "untagged" }
        return "\(service).\(vlan?.description ?? "*")"
    }
}
