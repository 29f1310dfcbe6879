import Dataplane

/// Brings the tables to a wanted state, at start and at every reload: the one place that writes them, but for the MAC entries that workers
/// learn.
///
/// Steps publish what is new and unpublish what is old; then, once no worker can hold the old any more, its MAC entries are deleted, its
/// memory is freed and its positions may be used again.
package struct Reconciler {
    package struct RunningNetwork {
        package var index: NetworkIndex
        package var name: String
        /// UDP destination port of its tunnels; `nil` = the gateway's.
        package var udpPort: UInt16?
        package var members: Set<Configuration.Member> = []
        package var policy = NetworkPolicy()
    }

    package struct RunningTunnel {
        package var index: TunnelIndex
        package var route: UnderlayRoute
    }

    package let tables: Tables
    package let ports: PortDirectory
    /// Returns when every worker has passed a quiescent state.
    let awaitQuiescence: () -> Void

    package internal(set) var state = WantedState()
    package internal(set) var networks: [VNI: RunningNetwork] = [:]
    package internal(set) var portPolicies: [PortIndex: PortPolicy] = [:]
    package internal(set) var tunnels: [RemoteVTEP: RunningTunnel] = [:]
    package var host: UnderlayHost
    /// UDP ports that VXLAN packets come to: the gateway's, then those that only some networks use.
    var endpointPorts: [UInt16] = [4789]
    /// VTEPs that only their packets have told of, and when they were last known to live.
    package internal(set) var discovered: [RemoteVTEP: MonotonicTime] = [:]
    var heardPackets: [TunnelIndex: UInt64] = [:]
    var networkIndexes = IndexPool(limit: NetworkTable.capacity)
    var tunnelIndexes = IndexPool(limit: TunnelTable.capacity)
    /// What the steps in progress leave to be done after the next quiescent state.
    var leftovers = Leftovers()
    /// For the caller: frames to send, events to tell.
    var actions: [UnderlayAction] = []

    package init(tables: Tables, ports: PortDirectory, host: UnderlayHost = .sized, awaitQuiescence: @escaping () -> Void) {
        self.tables = tables
        self.ports = ports
        self.host = host
        self.awaitQuiescence = awaitQuiescence
    }

    /// The network at a position of the network table; `nil` where there is none any more.
    package func network(at index: NetworkIndex) -> RunningNetwork? {
        guard let vni = tables.networks.vni(index), let network = networks[vni], network.index == index else { return nil }
        return network
    }

    /// Goes from the running state to `wanted`. The steps taken; those that a table had no room for; what is to be sent or told.
    package mutating func reconcile(to wanted: WantedState, routes: UnderlayRoutes, now: MonotonicTime, seconds: UInt32) -> (
        steps: [Step], refused: [Step], actions: [UnderlayAction]
    ) {
        var wanted = wanted
        keepDiscovered(in: &wanted, routes: routes)
        let steps = Difference.steps(from: state, to: wanted)
        var affectedNetworks: Set<VNI> = []
        var affectsTunnels = false
        var refused: [Step] = []
        for step in steps {
            // What was removed gives back its positions and its room in the MAC table before anything is added.
            if step.isAddition, !leftovers.networks.isEmpty || !leftovers.members.isEmpty { finish() }
            if !take(step, now: now, seconds: seconds) { refused.append(step) }
            switch step {
            case .addMember(let vni, _), .removeMember(let vni, _): affectedNetworks.insert(vni)
            case .addTunnel, .removeTunnel: affectsTunnels = true
            default: break
            }
        }
        for vni in affectedNetworks { publishLocalFloodList(vni) }
        if affectsTunnels { publishVTEPs() }
        state = wanted
        finish()
        defer { actions = [] }
        return (steps, refused, actions)
    }

    /// False when a table has no room for what the step adds.
    private mutating func take(_ step: Step, now: MonotonicTime, seconds: UInt32) -> Bool {
        switch step {
        case .setEndpoints(let ports): setEndpoints(ports)
        case .setReservedBits(let policy): setReservedBits(policy)
        case .setAccept(let accept): setAccept(accept)
        case .setOuterFields(let vxlan):
            (state.vxlan.ttl, state.vxlan.dscp, state.vxlan.df, state.vxlan.udpChecksum) = (
                vxlan.ttl, vxlan.dscp, vxlan.df, vxlan.udpChecksum
            )
            publishTunnels()
        case .setSourcePorts(let range): tables.publishSourcePorts(range)
        case .setMACCapacity(let capacity): tables.macs.setCapacity(capacity)
        case .setAgeing: break
        case .setWhenFull(let action): tables.macs.setDropsWhenFull(action == .drop)
        case .setPortPolicy(let name, let policy): setPortPolicy(name, policy)
        case .setUnderlayPorts(let wanted, let local, _): setUnderlayPorts(wanted, local: local, now: now)
        case .setGroups(let groups): setGroups(groups, now: now)
        case .addTunnel(let remote, let route): return addTunnel(remote, route, now: now)
        case .rerouteTunnel(let remote, let route): return rerouteTunnel(remote, route, now: now)
        case .removeStaticMAC(let vni, let mac): removeStaticMAC(vni, mac)
        case .removeMember(let vni, let member): removeMember(vni, member)
        case .removeNetwork(let vni): removeNetwork(vni)
        case .addNetwork(let vni, let name, let udpPort): return addNetwork(vni, name, udpPort)
        case .setTooBig(let vni, let isTold): if let network = networks[vni] { tables.networks.setTellsTooBig(network.index, isTold) }
        case .setNetworkPolicy(let vni, let policy): setNetworkPolicy(vni, policy)
        case .renameNetwork(let vni, let name): networks[vni]?.name = name
        case .addMember(let vni, let member): addMember(vni, member)
        case .setRemotes(let vni, let remotes): publishRemoteFloodList(vni, remotes)
        case .putStaticMAC(let vni, let mac, let location): return putStaticMAC(vni, mac, location, seconds: seconds)
        case .removeTunnel(let remote): removeTunnel(remote)
        }
        return true
    }
}
