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

    mutating func addTunnel(_ remote: RemoteVTEP, _ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        guard let index = tunnelIndexes.take() else { return false }
        tunnels[remote] = RunningTunnel(index: TunnelIndex(index), route: route)
        let isRequired = require(route, now: now)
        publishTunnel(remote)
        return isRequired
    }

    mutating func rerouteTunnel(_ remote: RemoteVTEP, _ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        guard let old = tunnels[remote]?.route else { return false }
        tunnels[remote]?.route = route
        let isRequired = require(route, now: now)
        publishTunnel(remote)
        release(old)
        return isRequired
    }

    mutating func removeTunnel(_ remote: RemoteVTEP) {
        guard let tunnel = tunnels.removeValue(forKey: remote) else { return }
        release(tunnel.route)
        leftovers.tunnels.insert(tunnel.index)
    }

    /// False when the neighbour table is full, which the limits of a configuration do not allow.
    mutating func require(_ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        for (position, path) in route.paths.enumerated() where !path.nextHop.isMulticast {
            guard let required = try? host.require(path.key, now: now) else {
                for earlier in route.paths[..<position] where !earlier.nextHop.isMulticast { host.release(earlier.key) }
                return false
            }
            perform(required)
        }
        return true
    }

    mutating func release(_ route: UnderlayRoute) {
        for path in route.paths where !path.nextHop.isMulticast { host.release(path.key) }
    }

    /// Publishes a tunnel's record with what is known of its next hop now.
    mutating func publishTunnel(_ remote: RemoteVTEP) {
        guard let tunnel = tunnels[remote], let source = tunnel.route.source.ipv4, let destination = remote.address.ipv4 else {
            return
        }
        let path = tunnel.route.paths[0]
        let port = ports[path.port]
        let record = TunnelRecord(
            port: port.index, nextHopMAC: host.neighbors.mac(of: path.key), portMAC: port.mac, source: source,
            destination: destination, udpPort: state.vxlan.port, mtu: port.mtu, hardwareChecksum: port.hardwareChecksum)
        leftovers.memory.append(tables.tunnels.publish(tunnel.index, record))
    }

    mutating func publishVTEPs() {
        var map: [UInt32: TunnelIndex] = [:]
        for (remote, tunnel) in tunnels { if let address = remote.address.ipv4 { map[address] = tunnel.index } }
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
            for remote in tunnels.filter({ $0.value.route.paths.contains { $0.key == key } }).keys { publishTunnel(remote) }
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

extension UnderlayHost {
    /// With room for all remotes and configured neighbours that a configuration may name.
    package static var sized: UnderlayHost {
        let limits = Configuration.Limits.self
        return UnderlayHost(neighbors: NeighborTable(capacity: limits.remotes + limits.ports * limits.neighborsPerPort))
    }
}
