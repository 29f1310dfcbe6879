import Dataplane

extension Draft {
    /// The configuration that a draft without errors stands for; `nil` if a value is missing after all.
    func configuration() -> Configuration? {
        guard let system = system.configuration(), let vxlan = vxlan.configuration(), let macs = macs.configuration() else {
            return nil
        }
        var result = Configuration()
        result.system = system
        result.ports = ports.compactMap { $0.configuration() }
        result.vxlan = vxlan
        result.macs = macs
        result.routes = routes.compactMap { $0.configuration() }
        result.networks = networks.compactMap { $0.configuration(standardMoves: macs.moves) }
        guard result.ports.count == ports.count, result.routes.count == routes.count, result.networks.count == networks.count else {
            return nil
        }
        return result
    }
}

extension Draft.System {
    fileprivate func configuration() -> Configuration.System? {
        guard let memory, let hugepages, let idle, let socket else { return nil }
        var system = Configuration.System()
        system.cores = cores.map(\.value)
        system.memory = memory.value
        system.hugepages = hugepages.value
        system.idle = idle.value
        system.socket = socket.value
        return system
    }
}

extension Draft.Port {
    fileprivate func configuration() -> Configuration.Port? {
        guard let name, let role, let mtu, let queues else { return nil }
        let bond = bond?.configuration()
        guard let device = device?.value ?? bond.map({ $0.members.joined(separator: " + ") }) else { return nil }
        var port = Configuration.Port(name: name.value, device: device, role: role.value, mtu: mtu.value)
        port.bond = bond
        port.queues = queues.value
        port.learning = learning?.value ?? port.learning
        port.macLimit = macLimit?.value
        port.stormControl = stormControl?.value ?? port.stormControl
        port.isIsolated = isolated?.value ?? port.isIsolated
        port.splitHorizonGroup = splitHorizonGroup?.value
        port.detectsLoops = loopDetection?.value ?? port.detectsLoops
        port.serviceTag = serviceTag?.value ?? port.serviceTag
        port.addresses = addresses.map(\.value)
        port.gateways = gateways.map(\.value)
        port.neighbors = neighbors.compactMap { $0.configuration() }
        port.vlan = vlan?.value
        port.priority = priority?.value ?? port.priority
        port.dscp = dscp?.value
        port.udp6ZeroChecksum = Set(udp6ZeroChecksum.map(\.value))
        return port
    }
}

extension Draft.Bond {
    fileprivate func configuration() -> Configuration.Bond? {
        guard let mode, let hash, members.isComplete else { return nil }
        return Configuration.Bond(mode: mode.value, members: members.map(\.value), hash: hash.value)
    }
}

extension Draft.Neighbor {
    fileprivate func configuration() -> Configuration.StaticNeighbor? {
        guard let address, let mac else { return nil }
        return Configuration.StaticNeighbor(address: address.value, mac: mac.value)
    }
}

extension Draft.VXLAN {
    fileprivate func configuration() -> Configuration.VXLAN? {
        guard let port, let sourcePorts, let reservedBits, let udpChecksum, let ttl, let dscp, let df, let accept = accept.configuration
        else { return nil }
        var vxlan = Configuration.VXLAN()
        vxlan.port = port.value
        vxlan.sourcePorts = sourcePorts.value
        vxlan.local = local.map(\.value)
        vxlan.accept = accept
        vxlan.reservedBits = reservedBits.value
        vxlan.udpChecksum = udpChecksum.value
        vxlan.ttl = ttl.value
        vxlan.dscp = dscp.value
        vxlan.df = df.value
        return vxlan
    }
}

extension Draft.Accept {
    fileprivate var configuration: Configuration.Accept? {
        switch self {
        case .configured: .configured
        case .any: .any
        case .prefixes(let prefixes): prefixes.isEmpty ? .configured : .prefixes(prefixes.map(\.value))
        case .unknown: nil
        }
    }
}

extension Draft.Route {
    fileprivate func configuration() -> Configuration.Route? {
        prefix.map { Configuration.Route(prefix: $0.value, nextHops: nextHops.map(\.value)) }
    }
}

extension Draft.MoveGuard {
    fileprivate func configuration(standard: Configuration.MoveGuard) -> Configuration.MoveGuard {
        .init(maximum: maximum ?? standard.maximum, window: window ?? standard.window, hold: hold ?? standard.hold)
    }
}

extension Draft.MACs {
    fileprivate func configuration() -> Configuration.MACs? {
        guard let capacity, let ageing, let whenFull else { return nil }
        var macs = Configuration.MACs()
        macs.whenFull = whenFull.value
        macs.moves = moves?.value.configuration(standard: macs.moves) ?? macs.moves
        macs.capacity = capacity.value
        macs.ageing = ageing.value
        return macs
    }
}

extension Draft.Network {
    fileprivate func configuration(standardMoves: Configuration.MoveGuard) -> Configuration.Network? {
        guard let name, let vni else { return nil }
        var network = Configuration.Network(name: name.value, vni: vni.value)
        network.members = members.map { Configuration.Member(port: $0.port.value, tags: $0.tags.value) }
        network.remotes = remotes.map(\.value)
        network.staticMACs = staticMACs.compactMap { entry in
            guard let mac = entry.mac, let location = location(of: entry) else { return nil }
            return Configuration.StaticMAC(mac: mac.value, location: location)
        }
        network.udpPort = udpPort?.value
        network.group = group?.value
        network.groupPort = groupPort?.value
        network.mtu = mtu?.value
        network.icmpTooBig = icmpTooBig?.value ?? false
        network.macLimit = macLimit?.value
        network.stormControl = stormControl?.value ?? network.stormControl
        network.moves = moves?.value.configuration(standard: standardMoves)
        network.suppressesNeighbors = neighborSuppression?.value ?? false
        network.neighbors = neighbors.compactMap { $0.configuration() }
        network.snoopsMulticast = multicastSnooping?.value ?? false
        network.innerTag = innerTag?.value ?? network.innerTag
        network.linkLocal = Set(linkLocal.map(\.value))
        return network
    }

    private func location(of entry: Draft.StaticMAC) -> Configuration.StaticMAC.Location? {
        switch entry.location {
        case .remote(let address): .remote(address.value)
        case .port(let port, let tags):
            members.first { $0.port.value == port.value && (tags == nil || tags?.value == $0.tags.value) }
                .map { .member(Configuration.Member(port: port.value, tags: $0.tags.value)) }
        case nil: nil
        }
    }
}
