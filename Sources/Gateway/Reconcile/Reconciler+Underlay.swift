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

    mutating func addTunnel(_ remote: IPAddress, _ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        guard let index = tunnelIndexes.take() else { return false }
        tunnels[remote] = RunningTunnel(index: TunnelIndex(index), route: route)
        let isRequired = require(route, now: now)
        publishTunnel(remote)
        return isRequired
    }

    mutating func rerouteTunnel(_ remote: IPAddress, _ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        guard let old = tunnels[remote]?.route else { return false }
        tunnels[remote]?.route = route
        let isRequired = require(route, now: now)
        publishTunnel(remote)
        host.release(old.key)
        return isRequired
    }

    mutating func removeTunnel(_ remote: IPAddress) {
        guard let tunnel = tunnels.removeValue(forKey: remote) else { return }
        host.release(tunnel.route.key)
        leftovers.tunnels.insert(tunnel.index)
    }

    /// False when the neighbour table is full, which the limits of a configuration do not allow.
    mutating func require(_ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        guard let required = try? host.require(route.key, now: now) else { return false }
        perform(required)
        return true
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

extension UnderlayHost {
    /// With room for all remotes and configured neighbours that a configuration may name.
    package static var sized: UnderlayHost {
        let limits = Configuration.Limits.self
        return UnderlayHost(neighbors: NeighborTable(capacity: limits.remotes + limits.ports * limits.neighborsPerPort))
    }
}
