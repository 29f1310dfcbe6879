import Gateway

/// `viaduct show multicast`: a line for each network and protocol, then one for each group.
package enum MulticastTables {
    package static func text(_ networks: [MulticastStatus]) -> String {
        guard !networks.isEmpty else { return "no network snoops multicast\n" }
        var first = TextTable([
            .left("NETWORK"), .left("PROTOCOL"), .left("STATE"), .left("QUERIER"), .left("VERSION"), .right("EXPIRES"), .left("ROUTERS"),
        ])
        let lines = networks.map { status in
            [
                status.network, status.membershipProtocol.rawValue, status.state.rawValue, Readable.optional(status.querier),
                Readable.optional(status.version), Readable.optional(status.querierExpirySeconds.map { Readable.duration(seconds: $0) }),
                Readable.list(status.routers.map(place)),
            ]
        }
        let groups = networks.flatMap { status in status.groups.map { line($0, of: status.network) } }
        guard !groups.isEmpty else { return first.render(lines) }
        var second = TextTable([.left("NETWORK"), .left("GROUP"), .left("MEMBERS"), .right("EXPIRES")])
        return first.render(lines) + "\n" + second.render(groups)
    }

    /// A group goes when the last of its members does.
    private static func line(_ group: MulticastStatus.Group, of network: String) -> [String] {
        [
            network, group.group.description, group.flooded ? "everyone" : Readable.list(group.members.map(place)),
            Readable.optional(group.members.map(\.expirySeconds).max().map { Readable.duration(seconds: $0) }),
        ]
    }

    private static func place(_ member: MulticastStatus.Member) -> String {
        member.remote?.description ?? "\(member.port ?? "-"):\(member.tags)"
    }
}
