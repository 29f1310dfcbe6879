import Dataplane

extension MulticastSnooping {
    /// What one network knows by one protocol.
    package struct Status: Equatable, Sendable {
        package struct Member: Equatable, Sendable {
            package let place: Destination
            /// Without another report.
            package let endsIn: Duration
        }

        package struct Group: Equatable, Sendable {
            package let address: IPAddress
            package let members: [Member]
            /// A member had no room: the group goes to everyone.
            package let isFlooded: Bool
        }

        package struct Querier: Equatable, Sendable {
            package let address: IPAddress
            package let version: MembershipVersion
            package let endsIn: Duration
        }

        package let membershipProtocol: MembershipProtocol
        package let isFiltering: Bool
        package let querier: Querier?
        package let routers: [Member]
        package let groups: [Group]
    }

    /// Of both protocols; empty for a network that does not snoop.
    package func status(of vni: VNI, now: MonotonicTime) -> [Status] {
        guard let network = networks[vni] else { return [] }
        return MembershipProtocol.allCases.compactMap { key in network.protocols[key].map { $0.status(now: now) } }
    }
}

extension SnoopedProtocol {
    fileprivate func status(now: MonotonicTime) -> MulticastSnooping.Status {
        MulticastSnooping.Status(
            membershipProtocol: membershipProtocol, isFiltering: isFiltering,
            querier: querier.map { .init(address: $0.address, version: $0.version, endsIn: now.duration(to: $0.until)) },
            routers: SnoopedProtocol.members(routers, now: now),
            groups: groups.sorted { $0.key < $1.key }.map { address, group in
                .init(
                    address: address, members: SnoopedProtocol.members(group.memberships.mapValues(\.until), now: now),
                    isFlooded: group.floodsUntil != nil)
            })
    }

    private static func members(_ times: [Destination: MonotonicTime], now: MonotonicTime) -> [MulticastSnooping.Status.Member] {
        times.sorted { $0.key < $1.key }.map { .init(place: $0.key, endsIn: now.duration(to: $0.value)) }
    }
}
