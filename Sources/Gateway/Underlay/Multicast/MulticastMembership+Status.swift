import Dataplane

/// What is being done about a group (RFC 2236 section 6).
package enum MembershipState: String, CaseIterable, Sendable {
    /// Joined, and not yet told as often as it is to be.
    case joining
    /// In the group, a report is scheduled.
    case delaying
    /// In the group, nothing is to be said.
    case idle
    /// Left, and not yet told as often as it is to be.
    case leaving
}

extension MulticastMembership {
    /// One group on one port.
    package struct Status: Equatable, Sendable {
        package let port: PortIndex
        package let group: IPAddress
        /// What is spoken on that link.
        package let version: MembershipVersion
        package let state: MembershipState
        /// When the link's querier was last heard; `nil` = not yet.
        package let lastQuery: MonotonicTime?

        package init(port: PortIndex, group: IPAddress, version: MembershipVersion, state: MembershipState, lastQuery: MonotonicTime?) {
            self.port = port
            self.group = group
            self.version = version
            self.state = state
            self.lastQuery = lastQuery
        }
    }

    /// All groups by port and address.
    package var status: [Status] {
        links.keys.sorted().flatMap { key -> [Status] in
            guard let link = links[key] else { return [] }
            return link.groups.keys.sorted().map { group in
                Status(port: key.port, group: group, version: link.version, state: link.state(of: group), lastQuery: link.lastQuery)
            }
        }
    }

    /// What is spoken on a port's link; `nil` for ports that are none.
    package func version(_ membershipProtocol: MembershipProtocol, onPort port: PortIndex) -> MembershipVersion? {
        links[LinkKey(port: port, membershipProtocol: membershipProtocol)]?.version
    }
}

extension MembershipLink {
    fileprivate func state(of address: IPAddress) -> MembershipState {
        guard let group = groups[address], group.isMember else { return .leaving }
        if group.change != nil { return .joining }
        return group.response != nil || generalResponseDue != nil || olderGeneralQuery != nil ? .delaying : .idle
    }
}
