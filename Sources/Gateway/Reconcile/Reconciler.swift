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
        package var members: Set<Configuration.Member> = []
    }

    package struct RunningTunnel {
        package var index: TunnelIndex
        package var route: UnderlayRoute
    }

    package let tables: Tables
    package let ports: PortDirectory
    /// Returns when every worker has passed a quiescent state.
    let awaitQuiescence: () -> Void

    package private(set) var state = WantedState()
    package private(set) var networks: [VNI: RunningNetwork] = [:]
    package private(set) var tunnels: [IPAddress: RunningTunnel] = [:]
    package var host: UnderlayHost
    var networkIndexes = IndexPool(limit: NetworkTable.capacity)
    var tunnelIndexes = IndexPool(limit: TunnelTable.capacity)
    /// What the steps in progress leave to be done after the next quiescent state.
    var leftovers = Leftovers()
    /// For the caller: frames to send, events to tell.
    var actions: [UnderlayAction] = []

    package init(tables: Tables, ports: PortDirectory, host: UnderlayHost = UnderlayHost(), awaitQuiescence: @escaping () -> Void) {
        self.tables = tables
        self.ports = ports
        self.host = host
        self.awaitQuiescence = awaitQuiescence
    }

    /// Goes from the running state to `wanted`. The steps taken, and what is to be sent or told.
    package mutating func reconcile(to wanted: WantedState, now: MonotonicTime, seconds: UInt32) -> (steps: [Step], actions: [UnderlayAction]) {
        let steps = Difference.steps(from: state, to: wanted)
        var affectedNetworks: Set<VNI> = []
        var affectsTunnels = false
        for step in steps {
            take(step, now: now, seconds: seconds)
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
        return (steps, actions)
    }

    private mutating func take(_ step: Step, now: MonotonicTime, seconds: UInt32) {
        switch step {
        case .setUDPPort(let port):
            tables.publishUDPPort(port)
            state.vxlan.port = port
            for remote in tunnels.keys { publishTunnel(remote) }
        case .setSourcePorts(let range): tables.publishSourcePorts(range)
        case .setMACCapacity(let capacity): tables.macs.setCapacity(capacity)
        case .setAgeing: break
        case .setUnderlayPorts(let wanted, _): setUnderlayPorts(wanted, now: now)
        case .addTunnel(let remote, let route): addTunnel(remote, route, now: now)
        case .rerouteTunnel(let remote, let route): rerouteTunnel(remote, route, now: now)
        case .removeStaticMAC(let vni, let mac): removeStaticMAC(vni, mac)
        case .removeMember(let vni, let member): removeMember(vni, member)
        case .removeNetwork(let vni): removeNetwork(vni)
        case .addNetwork(let vni, let name): addNetwork(vni, name)
        case .renameNetwork(let vni, let name): networks[vni]?.name = name
        case .addMember(let vni, let member): addMember(vni, member)
        case .setRemotes(let vni, let remotes): publishRemoteFloodList(vni, remotes)
        case .putStaticMAC(let vni, let mac, let location): putStaticMAC(vni, mac, location, seconds: seconds)
        case .removeTunnel(let remote): removeTunnel(remote)
        }
    }
}

// MARK: - Networks and their members

extension Reconciler {
    private mutating func addNetwork(_ vni: VNI, _ name: String) {
        // The configuration's limits leave room for what is removed in the same reload.
        guard let index = networkIndexes.take().map({ NetworkIndex($0) }) else { return }
        networks[vni] = RunningNetwork(index: index, name: name)
        tables.networks.set(index, vni: vni)
        tables.vnis.publish(vni, index)
    }

    private mutating func removeNetwork(_ vni: VNI) {
        guard let network = networks[vni] else { return }
        tables.vnis.publish(vni, .none)
        for member in network.members { unmap(member, from: network.index) }
        leftovers.floodLists += [tables.networks.publishLocal(network.index, .empty), tables.networks.publishRemote(network.index, .empty)]
        leftovers.networks.insert(network.index)
        networks[vni] = nil
    }

    private mutating func addMember(_ vni: VNI, _ member: Configuration.Member) {
        guard let network = networks[vni], let port = ports[member.port] else { return }
        networks[vni]?.members.insert(member)
        tables.ports.vlanMap(port.index)?.publish(member.vlan, network.index)
    }

    private mutating func removeMember(_ vni: VNI, _ member: Configuration.Member) {
        guard let network = networks[vni] else { return }
        networks[vni]?.members.remove(member)
        unmap(member, from: network.index)
        if let destination = destination(of: member) { leftovers.members.insert(.init(network: network.index, destination: destination)) }
    }

    /// A VLAN that has gone to another network in the same reload stays with that one.
    private func unmap(_ member: Configuration.Member, from network: NetworkIndex) {
        guard let port = ports[member.port], let map = tables.ports.vlanMap(port.index), map[member.vlan] == network else { return }
        map.publish(member.vlan, .none)
    }

    private mutating func publishLocalFloodList(_ vni: VNI) {
        guard let network = networks[vni] else { return }
        let list = FloodList.make(network.members.compactMap(destination).sorted { $0.rawValue < $1.rawValue })
        leftovers.floodLists.append(tables.networks.publishLocal(network.index, list))
    }

    private mutating func publishRemoteFloodList(_ vni: VNI, _ remotes: Set<IPAddress>) {
        guard let network = networks[vni] else { return }
        let list = FloodList.make(remotes.sorted().compactMap { tunnels[$0].map { .tunnel($0.index) } })
        leftovers.floodLists.append(tables.networks.publishRemote(network.index, list))
    }

    package func destination(of member: Configuration.Member) -> Destination? {
        ports[member.port].map { .local(port: $0.index, vlan: member.vlan) }
    }
}

// MARK: - Static MACs

extension Reconciler {
    private func putStaticMAC(_ vni: VNI, _ mac: MACAddress, _ location: Configuration.StaticMAC.Location, seconds: UInt32) {
        guard let network = networks[vni], let destination = destination(of: location) else { return }
        _ = tables.macs.put(MACKey(network: network.index, mac: mac), destination, .configured, now: seconds)
    }

    private func removeStaticMAC(_ vni: VNI, _ mac: MACAddress) {
        guard let network = networks[vni] else { return }
        tables.macs.remove(MACKey(network: network.index, mac: mac))
    }

    package func destination(of location: Configuration.StaticMAC.Location) -> Destination? {
        switch location {
        case .remote(let address): tunnels[address].map { .tunnel($0.index) }
        case .member(let member): destination(of: member)
        }
    }
}

// MARK: - Underlay ports and tunnels

extension Reconciler {
    private mutating func setUnderlayPorts(_ wanted: [Configuration.Port], now: MonotonicTime) {
        var underlayPorts: [UnderlayPort] = []
        for configuration in wanted {
            guard let port = ports[configuration.name] else { continue }
            underlayPorts.append(UnderlayPort(index: port.index, mac: port.mac, configuration: configuration))
            leftovers.memory.append(tables.ports.publishAddresses(port.index, configuration.addresses.compactMap(\.address.ipv4)))
        }
        perform(host.update(ports: underlayPorts, now: now))
    }

    private mutating func addTunnel(_ remote: IPAddress, _ route: UnderlayRoute, now: MonotonicTime) {
        guard let index = tunnelIndexes.take() else { return }
        tunnels[remote] = RunningTunnel(index: TunnelIndex(index), route: route)
        require(route, now: now)
        publishTunnel(remote)
    }

    private mutating func rerouteTunnel(_ remote: IPAddress, _ route: UnderlayRoute, now: MonotonicTime) {
        guard let old = tunnels[remote]?.route else { return }
        tunnels[remote]?.route = route
        require(route, now: now)
        publishTunnel(remote)
        host.release(old.key)
    }

    private mutating func removeTunnel(_ remote: IPAddress) {
        guard let tunnel = tunnels.removeValue(forKey: remote) else { return }
        host.release(tunnel.route.key)
        leftovers.tunnels.insert(tunnel.index)
    }

    /// The neighbour table has room for all remotes that a configuration may name.
    private mutating func require(_ route: UnderlayRoute, now: MonotonicTime) {
        if let required = try? host.require(route.key, now: now) { perform(required) }
    }

    /// Publishes a tunnel's record with what is known of its next hop now.
    private mutating func publishTunnel(_ remote: IPAddress) {
        guard let tunnel = tunnels[remote], let source = tunnel.route.source.ipv4, let destination = remote.ipv4 else { return }
        let port = ports[tunnel.route.port]
        let record = TunnelRecord(
            port: port.index, nextHopMAC: host.neighbors.mac(of: tunnel.route.key), portMAC: port.mac, source: source,
            destination: destination, udpPort: state.vxlan.port, mtu: port.mtu, hardwareChecksum: port.hardwareChecksum)
        leftovers.memory.append(tables.tunnels.publish(tunnel.index, record))
    }

    private mutating func publishVTEPs() {
        var map: [UInt32: TunnelIndex] = [:]
        for (remote, tunnel) in tunnels { if let address = remote.ipv4 { map[address] = tunnel.index } }
        leftovers.memory.append(tables.vteps.publish(map))
    }

    /// Takes what the underlay asks for: changed neighbours go into the tunnels that use them, all else to the caller.
    package mutating func perform(_ underlayActions: [UnderlayAction]) {
        for action in underlayActions {
            guard case .neighborChanged(let port, let address, _) = action else {
                actions.append(action)
                continue
            }
            let key = PortAddress(port: port, address: address)
            for remote in tunnels.filter({ $0.value.route.key == key }).keys { publishTunnel(remote) }
        }
    }

    /// The same, outside a reload: frees at once what it replaced. What is left for the caller to do.
    package mutating func settle(_ underlayActions: [UnderlayAction]) -> [UnderlayAction] {
        perform(underlayActions)
        finish()
        defer { actions = [] }
        return actions
    }
}

extension UnderlayRoute {
    var key: PortAddress { PortAddress(port: port, address: nextHop) }
}
