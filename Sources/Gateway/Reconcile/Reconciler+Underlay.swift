import Dataplane

// Steps that concern the underlay: port addresses, tunnels and their next hops.

extension Reconciler {
    mutating func setUnderlayPorts(_ wanted: [Configuration.Port], now: MonotonicTime) {
        var underlayPorts: [UnderlayPort] = []
        for configuration in wanted {
            guard let port = ports[configuration.name] else { continue }
            underlayPorts.append(UnderlayPort(index: port.index, mac: port.mac, configuration: configuration))
            leftovers.memory.append(tables.ports.publishAddresses(port.index, configuration.addresses.compactMap(\.address.ipv4)))
        }
        perform(host.update(ports: underlayPorts, now: now))
    }

    mutating func addTunnel(_ remote: IPAddress, _ route: UnderlayRoute, now: MonotonicTime) {
        guard let index = tunnelIndexes.take() else { return }
        tunnels[remote] = RunningTunnel(index: TunnelIndex(index), route: route)
        require(route, now: now)
        publishTunnel(remote)
    }

    mutating func rerouteTunnel(_ remote: IPAddress, _ route: UnderlayRoute, now: MonotonicTime) {
        guard let old = tunnels[remote]?.route else { return }
        tunnels[remote]?.route = route
        require(route, now: now)
        publishTunnel(remote)
        host.release(old.key)
    }

    mutating func removeTunnel(_ remote: IPAddress) {
        guard let tunnel = tunnels.removeValue(forKey: remote) else { return }
        host.release(tunnel.route.key)
        leftovers.tunnels.insert(tunnel.index)
    }

    /// The neighbour table has room for all remotes that a configuration may name.
    mutating func require(_ route: UnderlayRoute, now: MonotonicTime) {
        if let required = try? host.require(route.key, now: now) { perform(required) }
    }

    /// Publishes a tunnel's record with what is known of its next hop now.
    mutating func publishTunnel(_ remote: IPAddress) {
        guard let tunnel = tunnels[remote], let source = tunnel.route.source.ipv4, let destination = remote.ipv4 else { return }
        let port = ports[tunnel.route.port]
        let record = TunnelRecord(
            port: port.index, nextHopMAC: host.neighbors.mac(of: tunnel.route.key), portMAC: port.mac, source: source,
            destination: destination, udpPort: state.vxlan.port, mtu: port.mtu, hardwareChecksum: port.hardwareChecksum)
        leftovers.memory.append(tables.tunnels.publish(tunnel.index, record))
    }

    mutating func publishVTEPs() {
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
