import Dataplane
import Gateway

// What `viaduct show` prints for people. Each function gives complete lines.

package enum StatusTables {
    /// Why a port is blocked, and what else was asked of it, stands below.
    package static func ports(_ ports: [PortStatus]) -> String {
        let blocks = ports.compactMap { port in port.blockedBy.map { line(port.name, $0) } }
        let settings = ports.compactMap { line($0.name, $0.settings) }
        return table(
            [
                .left("NAME"), .left("ROLE"), .left("LINK"), .right("MTU"), .left("MAC"), .right("RX PACKETS"), .right("RX BYTES"),
                .right("TX PACKETS"), .right("TX BYTES"), .right("RX MISSED"), .right("TX DROPPED"), .left("OUTER CHECKSUM"),
                .left("DEVICE"),
            ],
            ports.flatMap { port in
                let first = [
                    port.name, port.role.rawValue, link(port), String(port.mtu), port.mac.description,
                    Readable.count(port.rxPackets), Readable.bytes(port.rxBytes), Readable.count(port.txPackets),
                    Readable.bytes(port.txBytes), Readable.count(port.rxMissed), Readable.count(port.txDropped),
                    Readable.optional(port.outerChecksum?.rawValue),
                    port.bond.map { "bond, \($0.mode.rawValue)" } ?? port.device,
                ]
                let bond = port.bond
                return [first] + (bond?.members ?? []).map { member($0, bond?.mode) }
            }, none: "no ports") + below(blocks + settings)
    }

    private static func line(_ port: String, _ block: PortStatus.Block) -> String {
        let time = Readable.duration(seconds: block.seconds)
        return "\(port) is blocked for \(time): loop in \(block.network), probes sent to \(block.sent) come back from \(block.returned)\n"
    }

    private static func below(_ lines: [String]) -> String { lines.isEmpty ? "" : "\n" + lines.joined() }

    /// `nil` where everything is as by default.
    private static func line(_ name: String, _ settings: [String]) -> String? {
        settings.isEmpty ? nil : "\(name) has \(settings.joined(separator: ", "))\n"
    }

    /// A line for each member of a bond.
    private static func member(_ member: PortStatus.Bond.Member, _ mode: Configuration.Bond.Mode?) -> [String] {
        let idle = mode == .lacp ? "no partner" : "standby"
        let state = member.link == .down ? "down" : member.active ? "active" : idle
        return ["", "", state, "", "", "", "", "", "", "", "", "", member.device]
    }

    private static func link(_ port: PortStatus) -> String {
        if port.blockedBy != nil, port.link == .up { return "blocked" }
        guard port.link == .up, let megabits = port.linkMegabits else { return port.link.rawValue }
        return megabits % 1000 == 0 ? "up \(megabits / 1000)G" : "up \(megabits)M"
    }

    /// What was asked of a network stands below.
    package static func networks(_ networks: [NetworkStatus]) -> String {
        table(
            [.left("NAME"), .right("VNI"), .right("UDP PORT"), .right("MACS"), .left("MEMBERS"), .left("GROUP"), .left("REMOTES")],
            networks.map { network in
                [
                    network.name, network.vni.description, String(network.udpPort), Readable.count(network.macs),
                    Readable.list(network.members.map { "\($0.port):\($0.tags)" }),
                    Readable.optional(network.group), Readable.list(network.remotes.map(\.description)),
                ]
            }, none: "no networks") + below(networks.compactMap { line($0.name, $0.settings) })
    }

    /// A line for each tunnel, and one more for each further path.
    package static func tunnels(_ tunnels: [TunnelStatus]) -> String {
        table(
            [
                .left("REMOTE"), .right("UDP PORT"), .left("ORIGIN"), .left("LOCAL"), .left("STATE"), .left("NEXT HOP"), .left("PORT"),
                .left("PATH"), .right("RX PACKETS"), .right("TX PACKETS"),
            ],
            tunnels.flatMap { tunnel in
                let first = [
                    tunnel.remote.description, String(tunnel.udpPort), tunnel.origin.rawValue, Readable.optional(tunnel.local),
                    tunnel.state.rawValue, Readable.optional(tunnel.nextHop), Readable.optional(tunnel.port),
                    tunnel.paths.count > 1 ? path(tunnel.paths[0]) : "", Readable.count(tunnel.rxPackets), Readable.count(tunnel.txPackets),
                ]
                return [first] + tunnel.paths.dropFirst().map { ["", "", "", "", "", $0.nextHop.description, $0.port, path($0), "", ""] }
            }, none: "no tunnels")
    }

    private static func path(_ path: TunnelStatus.Path) -> String { path.state == .noLink ? "no link" : path.state.rawValue }

    package static func neighbors(_ neighbors: [NeighborStatus]) -> String {
        table(
            [.left("ADDRESS"), .left("MAC"), .left("NETWORK"), .left("PORT"), .left("REMOTE"), .left("STATE"), .left("ORIGIN")],
            neighbors.map { neighbor in
                [
                    neighbor.address.description, Readable.optional(neighbor.mac), Readable.optional(neighbor.network),
                    Readable.optional(neighbor.port), Readable.optional(neighbor.remote), neighbor.state.rawValue, neighbor.origin.rawValue,
                ]
            },
            none: "no neighbors")
    }

    package static func groups(_ groups: [GroupStatus]) -> String {
        table(
            [.left("GROUP"), .left("PORT"), .left("NETWORKS"), .left("VERSION"), .left("STATE"), .right("LAST QUERY")],
            groups.map { group in
                [
                    group.group.description, group.port, Readable.list(group.networks), group.version, group.state.rawValue,
                    Readable.optional(group.queryAgeSeconds.map { Readable.duration(seconds: $0) }),
                ]
            }, none: "no groups")
    }

    package static func limits(_ limits: [LimitStatus]) -> String {
        table(
            [.left("SCOPE"), .left("NAME"), .left("LIMIT OF"), .right("LIMIT"), .right("PRESENT"), .left("BEYOND"), .right("REFUSED")],
            limits.map { limit in
                [
                    limit.scope.rawValue, limit.name ?? "-", title(limit.kind),
                    limit.kind == .macs ? Readable.count(limit.limit) : Readable.count(limit.limit) + "/s",
                    limit.current.map { Readable.count($0) } ?? "-", limit.action, Readable.count(limit.refused),
                ]
            }, none: "no limits")
    }

    private static func title(_ kind: LimitStatus.Kind) -> String {
        switch kind {
        case .macs: "MACs"
        case .broadcast: "broadcast"
        case .multicast: "multicast"
        case .unknownUnicast: "unknown unicast"
        }
    }

    /// Without `all`, only what has happened.
    package static func drops(_ drops: [DropStatus], all: Bool) -> String {
        table(
            [.left("REASON"), .left("STAGE"), .right("PACKETS"), .left("MEANING")],
            drops.filter { all || $0.packets > 0 }
                .map { [$0.reason, $0.stage, Readable.count($0.packets), $0.explanation] },
            none: "no packets dropped")
    }

    private static func table(_ columns: [TextTable.Column], _ rows: [[String]], none: String) -> String {
        var table = TextTable(columns)
        return rows.isEmpty ? none + "\n" : table.render(rows)
    }
}
