import Dataplane
import Glibc

extension Gateway {
    package func summary() -> GatewaySummary {
        // Pools are gone with DPDK.
        let pools = totals == nil ? Array(machinery.pools.values) : []
        return GatewaySummary(
            version: GatewayVersion.current, pid: Int(getpid()), configuration: configurationPath, totals: totals ?? currentTotals(),
            macs: .init(count: machinery.tables.macs.count, capacity: machinery.tables.macs.capacity),
            packetPool: .init(free: pools.reduce(0) { $0 + $1.available }, size: pools.reduce(0) { $0 + $1.size }))
    }

    func currentTotals() -> GatewayTotals {
        var totals = GatewayTotals(
            uptimeSeconds: Int((ContinuousClock.now - startedAt).components.seconds), rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0,
            droppedPackets: forwardingDrops.reduce(0) { $0 + $1.packets })
        for port in reconciler.ports.all {
            let counters = counters(of: port.index)
            totals.rxPackets += counters.rxPackets
            totals.rxBytes += counters.rxBytes
            totals.txPackets += counters.txPackets
            totals.txBytes += counters.txBytes
        }
        return totals
    }

    /// Sums over all workers.
    private func counters(of port: PortIndex) -> PortCounters {
        machinery.workers.reduce(into: PortCounters()) { sum, worker in
            let own = worker.counters.port(port)
            sum.rxPackets += own.rxPackets
            sum.rxBytes += own.rxBytes
            sum.txPackets += own.txPackets
            sum.txBytes += own.txBytes
            sum.txDropped += own.txDropped
        }
    }

    package func ports() -> [PortStatus] {
        guard totals == nil else { return [] }
        return reconciler.ports.all.map { status(of: $0, machinery.ports[Int($0.index.rawValue)]) }
    }

    private func status(of port: PortDirectory.Port, _ running: Machinery.Port) -> PortStatus {
        let counters = counters(of: port.index)
        let link = running.device.link
        let losses = running.device.losses
        return PortStatus(
            name: port.name, role: port.role, device: running.configuration.device, bond: bond(of: running), driver: running.info.driver,
            mac: port.mac,
            link: link.isUp ? .up : .down, linkMegabits: link.isUp && link.megabits > 0 ? link.megabits : nil, mtu: port.mtu,
            numaNode: running.info.node < 0 ? nil : running.info.node, queues: .init(rx: running.queues.rx, tx: running.queues.tx),
            spread: SpreadStatus(running.queues.spreader, running.rss, role: port.role),
            offloads: running.info.offloadNames,
            outerChecksum: port.role == .underlay ? (port.hardwareChecksum ? .hardware : .software) : nil,
            rxPackets: counters.rxPackets, rxBytes: counters.rxBytes, txPackets: counters.txPackets, txBytes: counters.txBytes,
            rxMissed: losses.missed, rxErrors: losses.errors, txDropped: counters.txDropped, blockedBy: blockedBy(port.index),
            settings: reconciler.portPolicies[port.index]?.settings ?? [])
    }

    private func bond(of running: Machinery.Port) -> PortStatus.Bond? {
        guard let bond = running.configuration.bond else { return nil }
        let active = running.device.activeMembers(of: running.members)
        return PortStatus.Bond(
            mode: bond.mode,
            members: zip(running.members, active).map { member, isActive in
                PortStatus.Bond.Member(device: member.arguments, link: member.link.isUp ? .up : .down, active: isActive)
            })
    }

    package func networks() -> [NetworkStatus] {
        var counts: [NetworkIndex: Int] = [:]
        machinery.tables.macs.forEach { key, _ in counts[key.network, default: 0] += 1 }
        return configuration.networks.map { network in
            NetworkStatus(
                name: network.name, vni: network.vni, udpPort: network.udpPort ?? configuration.vxlan.port,
                members: network.members.map { .init(port: $0.port, tags: $0.tags) }, remotes: network.remotes, group: network.group,
                macs: reconciler.networks[network.vni].flatMap { counts[$0.index] } ?? 0,
                settings: reconciler.networks[network.vni]?.policy.settings(standardMoves: configuration.macs.moves) ?? [])
        }
    }

    package func tunnels() -> [TunnelStatus] {
        reconciler.tunnels.sorted { $0.key < $1.key }.map { remote, tunnel in
            let counters = counters(of: tunnel.index)
            let before = tunnelBaselines[tunnel.index] ?? TunnelCounters()
            let paths = tunnel.route.paths.map(status)
            return TunnelStatus(
                remote: remote.address, udpPort: remote.udpPort ?? configuration.vxlan.port, origin: origin(of: remote),
                local: tunnel.route.source, state: state(of: tunnel), nextHop: paths[0].nextHop, port: paths[0].port, paths: paths,
                rxPackets: counters.rxPackets - before.rxPackets, txPackets: counters.txPackets - before.txPackets)
        }
    }

    private func origin(of remote: RemoteVTEP) -> TunnelStatus.Origin {
        remote.address.isMulticast ? .group : reconciler.discovered[remote] == nil ? .configured : .discovered
    }

    private func status(_ path: UnderlayPath) -> TunnelStatus.Path {
        let mac = reconciler.mac(of: path)
        let isSilent = reconciler.host.neighbors.state(of: path.key) == .failed
        let hasLink = !reconciler.host.portsDown.contains(path.port)
        return TunnelStatus.Path(
            port: reconciler.ports[path.port].name, nextHop: path.nextHop,
            state: !hasLink ? .noLink : mac != nil ? .up : isSilent ? .unreachable : .resolving, mac: mac)
    }

    /// Sums over all workers, since this position was first used.
    func counters(of tunnel: TunnelIndex) -> TunnelCounters {
        machinery.workers.reduce(into: TunnelCounters()) { sum, worker in
            let own = worker.counters.tunnel(tunnel)
            sum.rxPackets += own.rxPackets
            sum.txPackets += own.txPackets
        }
    }

    private func state(of tunnel: Reconciler.RunningTunnel) -> TunnelStatus.State {
        if machinery.tables.tunnels[tunnel.index]?.isResolved == true { return .up }
        return tunnel.route.paths.allSatisfy { reconciler.host.neighbors.state(of: $0.key) == .failed } ? .unreachable : .resolving
    }

    package func neighbors(network: String?) throws(GatewayError) -> [NeighborStatus] {
        if let network {
            guard configuration.networks.contains(where: { $0.name == network }) else {
                throw .notFound("there is no network \(network)", advice: "see 'viaduct show networks'")
            }
            return hostNeighborStatus(network: network)
        }
        let nextHops = reconciler.host.neighbors.status.map { neighbor in
            NeighborStatus(
                address: neighbor.key.address, mac: neighbor.mac, network: nil, port: reconciler.ports[neighbor.key.port].name, remote: nil,
                state: NeighborStatus.State(neighbor.state), origin: neighbor.state == .permanent ? .configured : .resolved)
        }
        return nextHops + hostNeighborStatus(network: nil)
    }

    package func groups() -> [GroupStatus] {
        let now = now
        return reconciler.host.membership.status.map { status in
            let port = reconciler.ports[status.port].name
            let networks = configuration.networks.filter { $0.group == status.group && ($0.groupPort ?? port) == port }.map(\.name)
            return GroupStatus(
                group: status.group, port: port, networks: networks, version: "\(status.version)", state: status.state,
                queryAgeSeconds: status.lastQuery.map { Int($0.duration(to: now) / .seconds(1)) })
        }
    }

    package func drops() -> [DropStatus] {
        forwardingDrops + PuntDropReason.allCases.map { DropStatus($0, packets: reconciler.host.counters[$0]) } + controlLosses
            + snoopingLosses
    }

    private var forwardingDrops: [DropStatus] {
        DropReason.allCases.map { reason in
            DropStatus(reason, packets: machinery.workers.reduce(0) { $0 + $1.counters.drops(reason) })
        }
    }

    /// What is lost without a packet that somebody sent being dropped.
    private var controlLosses: [DropStatus] {
        let workers = machinery.workers.map(\.counters.totals)
        return [
            DropStatus(
                reason: "bond_standby", stage: DropStage.resources.rawValue, packets: workers.reduce(0) { $0 + $1.bondStandby },
                explanation: "came to a member of an active-backup bond that stands by"),
            DropStatus(
                reason: "control_frame_lost", stage: "control", packets: housekeeping.framesLost,
                explanation: "an ARP, ND, ICMP or IGMP frame of our own: packet pool empty or ring to the worker full"),
            DropStatus(
                reason: "control_event_lost", stage: "control", packets: workers.reduce(0) { $0 + $1.eventsLost },
                explanation: "no packet: an event for the log; too many at once"),
            DropStatus(
                reason: "control_vtep_not_learned", stage: "control", packets: housekeeping.vtepsRefused,
                explanation: "no packet: no room for a remote VTEP that was heard; its frames were forwarded"),
            DropStatus(
                reason: "control_too_big_told", stage: "control", packets: housekeeping.tooBigTold,
                explanation: "no packet: a sender told by ICMP that its packet does not fit the underlay (mtu_exceeded)"),
            DropStatus(
                reason: "control_mac_evicted", stage: "control", packets: housekeeping.macsEvicted,
                explanation: "no packet: a learned MAC that made room for others where a limit asks for that"),
            DropStatus(
                reason: "control_tenant_frame_unseen", stage: "control", packets: workers.reduce(0) { $0 + $1.tenantFramesUnseen },
                explanation: "no packet: an ARP, ND, IGMP or MLD frame that control was not shown: too many at once; it was forwarded"),
            DropStatus(
                reason: "control_arp_answered", stage: "control", packets: workers.reduce(0) { $0 + $1.arpAnswered },
                explanation: "no loss: an ARP request that the gateway answered for a known host"),
            DropStatus(
                reason: "control_nd_answered", stage: "control", packets: workers.reduce(0) { $0 + $1.ndAnswered },
                explanation: "no loss: a neighbour solicitation that the gateway answered for a known host"),
            DropStatus(
                reason: "control_neighbor_ignored", stage: "control", packets: hostNeighbors.counters.ignored,
                explanation: "no packet: ARP or ND of a network that is malformed, or tells another MAC than it came from; it was forwarded"
            ),
            DropStatus(
                reason: "control_neighbor_contradicted", stage: "control", packets: hostNeighbors.counters.contradicted,
                explanation: "no packet: ARP or ND that puts a configured host elsewhere; it was forwarded"),
            DropStatus(
                reason: "control_neighbor_moved", stage: "control", packets: hostNeighbors.counters.moved,
                explanation: "no packet: an address of a network that went to another MAC: a new host, or two with one address"),
            DropStatus(
                reason: "control_neighbor_full", stage: "control",
                packets: hostNeighbors.counters.full + housekeeping.neighborsUnpublished,
                explanation: "no packet: a host that there is no room to answer for; requests for it are flooded"),
            DropStatus(
                reason: "control_mac_not_learned", stage: "control", packets: workers.reduce(0) { $0 + $1.macTableFull },
                explanation: "no packet: a source MAC not learned because the table was full"),
            DropStatus(
                reason: "control_mac_not_held", stage: "control", packets: moveWatch.unwatched,
                explanation: "no packet: a move of a MAC that moves too often, and that there is no room to watch or to hold"),
            DropStatus(
                reason: "control_line_kept_back", stage: "control", packets: housekeeping.notices.keptBack,
                explanation: "no packet: a line of the log that was left out: too many in a second, or of one matter in a minute"),
        ]
    }
}
