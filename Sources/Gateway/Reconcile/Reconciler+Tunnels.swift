import Dataplane

// Tunnels: their ways out, their records, the map of senders.

extension Reconciler {
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
    private mutating func require(_ route: UnderlayRoute, now: MonotonicTime) -> Bool {
        for (position, path) in route.paths.enumerated() where !path.nextHop.isMulticast {
            guard let required = try? host.require(path.key, now: now) else {
                for earlier in route.paths[..<position] where !earlier.nextHop.isMulticast { host.release(earlier.key) }
                return false
            }
            perform(required)
        }
        return true
    }

    private mutating func release(_ route: UnderlayRoute) {
        for path in route.paths where !path.nextHop.isMulticast { host.release(path.key) }
    }

    /// Publishes a tunnel's records with what is known of its next hops now.
    mutating func publishTunnel(_ remote: RemoteVTEP) {
        guard let tunnel = tunnels[remote] else { return }
        let paths = tunnel.route.paths
        let ways = paths.map { record(of: remote, by: $0, from: tunnel.route.source) }
        let working = working(paths)
        let published =
            paths.count == 1 || working.isEmpty
            ? tables.tunnels.publish(tunnel.index, ways[working.first ?? 0])
            : tables.tunnels.publish(
                tunnel.index, ways: ways, buckets: TunnelRecord.buckets(wayCount: ways.count, working: working))
        leftovers.memory.append(published)
    }

    /// Positions of the paths whose next hop has a MAC. One without link counts only while no other is left: not every device tells.
    private func working(_ paths: [UnderlayPath]) -> [Int] {
        let resolved = paths.indices.filter { mac(of: paths[$0]) != nil }
        let linked = resolved.filter { !host.portsDown.contains(paths[$0].port) }
        return linked.isEmpty ? resolved : linked
    }

    func mac(of path: UnderlayPath) -> MACAddress? {
        path.nextHop.isMulticast ? MACAddress(group: path.nextHop) : host.neighbors.mac(of: path.key)
    }

    private func record(of remote: RemoteVTEP, by path: UnderlayPath, from source: IPAddress) -> TunnelRecord {
        let port = ports[path.port]
        return TunnelRecord(
            port: port.index, nextHopMAC: mac(of: path), portMAC: port.mac, source: source.underlay, destination: remote.address.underlay,
            udpPort: remote.udpPort ?? state.vxlan.port, mtu: port.mtu, fields: fields(port, isIPv4: remote.address.isIPv4))
    }

    private func fields(_ port: PortDirectory.Port, isIPv4: Bool) -> OuterFields {
        let vxlan = state.vxlan
        let configuration = state.underlayPorts[port.name]
        var fields = OuterFields()
        fields.timeToLive = UInt8(vxlan.ttl)
        switch configuration?.dscp ?? vxlan.dscp {
        case .fixed(let dscp): fields.dscp = UInt8(dscp << 2)
        case .copy: fields.copiesDSCP = true
        case .priority: fields.dscpFollowsPriority = true
        }
        fields.dontFragment = OuterFields.DontFragment(vxlan.df)
        let hasChecksum = isIPv4 ? vxlan.udpChecksum : configuration?.udp6ZeroChecksum.contains(.send) != true
        fields.udpChecksum = !hasChecksum ? .none : port.hardwareUDPChecksum ? .device : .software
        fields.deviceIPv4Checksum = port.hardwareChecksum
        if let vlan = configuration?.vlan {
            fields.tag = vlan.rawValue
            switch configuration?.priority {
            case .fixed(let priority): fields.tag = UInt16(priority) << 13 | vlan.rawValue
            case .dscp: fields.priorityFollowsDSCP = true
            case nil: break
            }
        }
        return fields
    }

    mutating func publishTunnels(where condition: (RunningTunnel) -> Bool = { _ in true }) {
        for (remote, tunnel) in tunnels where condition(tunnel) { publishTunnel(remote) }
    }

    /// Which tunnel a sender is the other end of, for each UDP port.
    mutating func publishVTEPs() {
        for number in 0..<Tables.endpointCount {
            let port = endpointPorts.indices.contains(number) ? endpointPorts[number] : 0
            var ipv4: [UInt32: TunnelIndex] = [:]
            var ipv6: [UnderlayAddress: UInt16] = [:]
            for (remote, tunnel) in tunnels where (remote.udpPort ?? state.vxlan.port) == port && !remote.address.isMulticast {
                if let address = remote.address.ipv4 {
                    ipv4[address] = tunnel.index
                } else {
                    ipv6[remote.address.underlay] = tunnel.index.rawValue
                }
            }
            leftovers.memory.append(tables[endpoint: number].vteps.publish(ipv4))
            leftovers.memory.append(tables[endpoint: number].vteps6.publish(ipv6))
        }
    }
}

extension IPAddress {
    var underlay: UnderlayAddress { UnderlayAddress(high: high, low: low) }

    init(_ address: UnderlayAddress) { self.init(high: address.high, low: address.low) }
}

extension OuterFields.DontFragment {
    init(_ policy: Configuration.DontFragment) {
        switch policy {
        case .set: self = .set
        case .unset: self = .unset
        case .inherit: self = .inherit
        }
    }
}
