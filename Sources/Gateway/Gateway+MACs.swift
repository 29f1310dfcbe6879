import Dataplane

extension Gateway {
    package func macs(_ filter: MACFilter, from cursor: Int?, limit: Int) throws(GatewayError) -> MACPage {
        let selection = try MACSelection(filter, reconciler)
        let macs = machinery.tables.macs
        let names = Names(reconciler)
        var page: [MACStatus] = []
        var slot = cursor ?? 0
        while slot < macs.slotCount, page.count < limit {
            if let (key, entry) = macs.entry(at: slot), selection.contains(key, entry) { page.append(status(of: key, entry, names)) }
            slot += 1
        }
        return MACPage(macs: page, total: cursor == nil ? count(selection) : nil, next: nextMatch(selection, from: slot))
    }

    private func count(_ selection: MACSelection) -> Int {
        var count = 0
        machinery.tables.macs.forEach { key, entry in if selection.contains(key, entry) { count += 1 } }
        return count
    }

    /// The next page starts at an entry, so that no page is empty.
    private func nextMatch(_ selection: MACSelection, from start: Int) -> Int? {
        let macs = machinery.tables.macs
        return (start..<max(start, macs.slotCount)).first { slot in macs.entry(at: slot).map { selection.contains($0.0, $0.1) } ?? false }
    }

    private func status(of key: MACKey, _ entry: MACEntry, _ names: Names) -> MACStatus {
        let origin = entry.origin ?? .learned
        let age = Int(machinery.clock.seconds) - Int(entry.lastSeen)
        return MACStatus(
            network: names.networks[key.network] ?? "", mac: key.mac, port: entry.destination.port.map { reconciler.ports[$0].name },
            serviceVLAN: entry.destination.tags?.service, vlan: entry.destination.tags?.vlan,
            remote: entry.destination.tunnel.flatMap { names.remotes[$0] }, origin: origin,
            held: origin == .controlPlane ? held(key) : nil, ageSeconds: origin == .learned ? max(0, age) : nil)
    }

    private func held(_ key: MACKey) -> MACStatus.Held? {
        moveWatch.frozen[key].map { held in
            MACStatus.Held(
                moves: held.moves, places: held.places.map(place), secondsLeft: max(0, Int(now.duration(to: held.until) / .seconds(1))))
        }
    }

    package func addMAC(_ addition: MACAddition) throws(GatewayError) {
        let network = try reconciler.network(named: addition.network)
        guard !addition.mac.isMulticast, !addition.mac.isZero else {
            throw .invalid("\(addition.mac) is not the address of one station", advice: "give a unicast MAC")
        }
        let destination = try destination(of: addition.location, in: network)
        let key = MACKey(network: network.index, mac: addition.mac)
        let existing = machinery.tables.macs.lookup(key)
        guard machinery.tables.macs.put(key, destination, .controlPlane, now: machinery.clock.seconds) else {
            if existing.origin == .configured {
                throw .conflict(
                    "\(addition.mac) is a static entry of network \(addition.network)", advice: "change it in the configuration file")
            }
            throw .conflict("the MAC table is full with entries that do not age", advice: "raise macs.capacity")
        }
        // Where it is, is settled now: nothing is to be released later.
        moveWatch.forget { $0 == key }
        logger.notice("MAC \(addition.mac) in \(addition.network) added at \(place(destination))")
    }

    private func destination(of location: MACAddition.Location, in network: Reconciler.RunningNetwork) throws(GatewayError) -> Destination {
        switch location {
        case .remote(let address):
            guard let tunnel = reconciler.tunnels[RemoteVTEP(address, udpPort: network.udpPort)] else {
                throw .notFound(
                    "\(address) is no remote VTEP of this gateway", advice: "add it to the network's remotes in the configuration file")
            }
            return .tunnel(tunnel.index)
        case .port(let name, let tags):
            let members = network.members.filter { $0.port == name && (tags == nil || $0.tags == tags) }
            guard let member = members.first, let destination = reconciler.destination(of: member) else {
                throw .notFound(
                    "port \(name)\(tags.map { " with \($0.phrase)" } ?? "") is no member of network \(network.name)",
                    advice: "see 'viaduct show networks'")
            }
            guard members.count == 1 else {
                throw .invalid(
                    "port \(name) is in network \(network.name) with \(members.count) VLANs",
                    advice: "say which with --untagged, --vlan, --service-vlan or both")
            }
            return destination
        }
    }

    package func deleteMAC(network name: String, mac: MACAddress) throws(GatewayError) {
        let key = MACKey(network: try reconciler.network(named: name).index, mac: mac)
        let entry = machinery.tables.macs.lookup(key)
        guard !entry.isNone else { throw .notFound("network \(name) has no entry for \(mac)", advice: "see 'viaduct show macs'") }
        guard entry.origin != .configured else {
            throw .conflict("\(mac) is a static entry of network \(name)", advice: "remove it from the configuration file and reload")
        }
        machinery.tables.macs.remove(key)
        moveWatch.forget { $0 == key }
        logger.notice("MAC \(mac) in \(name) deleted at \(place(entry.destination))")
    }

    package func flushMACs(_ filter: MACFilter) throws(GatewayError) -> Int {
        guard filter.origin != .configured else {
            throw .invalid("static entries are not flushed", advice: "remove them from the configuration file and reload")
        }
        var filter = filter
        filter.origin = filter.origin ?? .learned
        let selection = try MACSelection(filter, reconciler)
        var count = 0
        var released: Set<MACKey> = []
        machinery.tables.macs.removeAll(where: selection.contains) { key, _ in
            count += 1
            if moveWatch.frozen[key] != nil { released.insert(key) }
        }
        if !released.isEmpty { moveWatch.forget { released.contains($0) } }
        logger.notice("\(count) MAC entries flushed")
        return count
    }
}

/// A ``MACFilter`` in terms of the tables.
private struct MACSelection {
    private var network: NetworkIndex?
    private var port: PortIndex?
    private var tunnels: Set<TunnelIndex>?
    private let mac: MACAddress?
    private let origin: MACOrigin?

    init(_ filter: MACFilter, _ reconciler: Reconciler) throws(GatewayError) {
        if let name = filter.network { network = try reconciler.network(named: name).index }
        if let name = filter.port {
            guard let port = reconciler.ports[name] else { throw .notFound("there is no port \(name)", advice: "see 'viaduct show ports'") }
            self.port = port.index
        }
        if let remote = filter.remote {
            let tunnels = reconciler.tunnels.filter { $0.key.address == remote }.values.map(\.index)
            guard !tunnels.isEmpty else {
                throw .notFound("\(remote) is no remote VTEP of this gateway", advice: "see 'viaduct show tunnels'")
            }
            self.tunnels = Set(tunnels)
        }
        mac = filter.mac
        origin = filter.origin
    }

    func contains(_ key: MACKey, _ entry: MACEntry) -> Bool {
        (network == nil || key.network == network) && (port == nil || entry.destination.port == port)
            && (tunnels == nil || entry.destination.tunnel.map { tunnels!.contains($0) } ?? false) && (mac == nil || key.mac == mac)
            && (origin == nil || entry.origin == origin)
    }
}

/// Names of what MAC entries hold positions of.
private struct Names {
    let networks: [NetworkIndex: String]
    let remotes: [TunnelIndex: IPAddress]

    init(_ reconciler: Reconciler) {
        networks = Dictionary(uniqueKeysWithValues: reconciler.networks.values.map { ($0.index, $0.name) })
        remotes = Dictionary(uniqueKeysWithValues: reconciler.tunnels.map { ($0.value.index, $0.key.address) })
    }
}

extension Reconciler {
    fileprivate func network(named name: String) throws(GatewayError) -> RunningNetwork {
        guard let network = networks.values.first(where: { $0.name == name }) else {
            throw .notFound("there is no network \(name)", advice: "see 'viaduct show networks'")
        }
        return network
    }
}
