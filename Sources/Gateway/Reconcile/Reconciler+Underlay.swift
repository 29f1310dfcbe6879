import Dataplane

// Steps that concern the underlay as a whole: UDP ports, ports and their addresses, who may send.

extension Reconciler {
    mutating func setUnderlayPorts(_ wanted: [Configuration.Port], local: [IPAddress], now: MonotonicTime) {
        state.underlayPorts = Dictionary(wanted.map { ($0.name, $0) }) { first, _ in first }
        state.vxlan.local = local
        let underlayPorts = wanted.compactMap { configuration in
            ports[configuration.name].map { UnderlayPort(index: $0.index, mac: $0.mac, configuration: configuration) }
        }
        let all = wanted.flatMap(\.addresses).map(\.address)
        for port in underlayPorts {
            // A packet for us may come in on any link: a VTEP has one source address on all its paths. The likeliest come first.
            let addresses = (local + port.configuration.addresses.map(\.address) + all).uniqued.map(\.underlay)
            leftovers.memory.append(tables.ports.publishAddresses(port.index, addresses))
            tables.ports.setOuterTag(port.index, port.configuration.vlan)
            tables.ports.setAcceptsZeroChecksum(port.index, port.configuration.udp6ZeroChecksum.contains(.receive))
        }
        perform(host.update(ports: underlayPorts, localAddresses: local, now: now))
        joinGroups(now: now)
        publishTunnels()
    }

    /// Groups that each port takes packets for, by its name.
    mutating func setGroups(_ groups: [String: Set<IPAddress>], now: MonotonicTime) {
        state.groups = groups
        for port in ports.all where port.role == .underlay {
            leftovers.memory.append(tables.ports.publishGroups(port.index, Set((groups[port.name] ?? []).map(\.underlay))))
        }
        joinGroups(now: now)
    }

    /// The groups of networks, and those in which neighbours ask for our addresses.
    private mutating func joinGroups(now: MonotonicTime) {
        var groups = host.solicitedNodeGroups
        for (name, ofNetworks) in state.groups { if let port = ports[name] { groups[port.index, default: []].formUnion(ofNetworks) } }
        perform(host.setGroups(groups, now: now))
    }

    /// `ports`: the gateway's UDP port, then those that only some networks use.
    mutating func setEndpoints(_ ports: [UInt16]) {
        state.vxlan.port = ports[0]
        endpointPorts = ports
        for number in 0..<Tables.endpointCount { tables.publishUDPPort(number < ports.count ? ports[number] : nil, endpoint: number) }
        publishTunnels { _ in true }
        publishVTEPs()
    }

    mutating func setReservedBits(_ policy: Configuration.ReservedBits) {
        switch policy {
        case .rfc: tables.publishReservedBits(0)
        case .strict: tables.publishReservedBits(.max)
        case .mask(let bits): tables.publishReservedBits(bits)
        }
    }

    mutating func setAccept(_ accept: Configuration.Accept) {
        leftovers.memory.append(tables.publishAccept(accept.prefixes.map { ($0.address.underlay, $0.bits) }))
    }

    /// Takes what the underlay asks for: changed neighbours go into the tunnels that use them, all else to the caller.
    package mutating func perform(_ underlayActions: [UnderlayAction]) {
        for action in underlayActions {
            guard case .neighborChanged(let port, let address, _) = action else {
                actions.append(action)
                continue
            }
            let key = PortAddress(port: port, address: address)
            publishTunnels { $0.route.paths.contains { $0.key == key } }
        }
    }

    /// The link of a port came or went: flows leave and come back.
    package mutating func linkChanged(onPort port: PortIndex, isUp: Bool, now: MonotonicTime) -> [UnderlayAction] {
        let underlayActions = host.linkChanged(onPort: port, isUp: isUp, now: now)
        publishTunnels { $0.route.paths.count > 1 && $0.route.paths.contains { $0.port == port } }
        return settle(underlayActions)
    }

    /// The same, outside a reload: frees at once what it replaced. What is left for the caller to do.
    package mutating func settle(_ underlayActions: [UnderlayAction]) -> [UnderlayAction] {
        perform(underlayActions)
        finish()
        defer { actions = [] }
        return actions
    }
}

extension Configuration.Accept {
    /// Prefixes, in 128 bits, of those that may send beside the VTEPs that are configured.
    var prefixes: [(address: IPAddress, bits: Int)] {
        switch self {
        case .configured: []
        case .any: [(IPAddress(high: 0, low: 0xFFFF_0000_0000), 96), (IPAddress(high: 0, low: 0), 0)]
        case .prefixes(let list): list.map { ($0.address, $0.prefixLength + ($0.address.isIPv4 ? 96 : 0)) }
        }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it comes first.
    fileprivate var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension UnderlayHost {
    /// With room for all remotes, discovered VTEPs, routers and configured neighbours that a configuration may name.
    package static var sized: UnderlayHost {
        let limits = Configuration.Limits.self
        let routers = limits.routes * limits.nextHops + 2 * limits.nextHops
        return UnderlayHost(
            neighbors: NeighborTable(capacity: limits.remotes + limits.discoveredVTEPs + routers + limits.ports * limits.neighborsPerPort))
    }
}
