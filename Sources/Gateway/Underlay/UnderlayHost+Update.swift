import Dataplane

// Reload and link changes: what changed starts anew, and all else keeps its state.
extension UnderlayHost {
    /// Makes `wanted` the underlay ports, from none at the start. New addresses are announced from the next tick on, and so are
    /// those of a port whose MAC changed; next hops behind ports that are gone have no MAC any more.
    /// - Parameter localAddresses: VTEP addresses that every underlay port answers for, beside its own.
    package mutating func update(
        ports wanted: [UnderlayPort], localAddresses: [IPAddress] = [], now: MonotonicTime
    ) -> [UnderlayAction] {
        let old = ports
        ports = Dictionary(wanted.map { ($0.index, $0) }) { first, _ in first }
        for index in ports.keys { ports[index]?.localAddresses = localAddresses }
        portsDown.formIntersection(ports.keys)
        updateAnnouncements(from: old, now: now)
        let reports = membership.update(ports: ports, now: now)
        var outputs = neighbors.setPermanent(permanentNeighbors, now: now)
        for index in old.keys.sorted() where ports[index] == nil { outputs += neighbors.forget(port: index, now: now) }
        return actions(for: outputs) + reports
    }

    /// The link of a port went down or came up; ports start with their link up. With it go the MACs of the next hops: the cable may lead
    /// elsewhere when it comes up, and a router that restarts has its link long before it forwards. Then our addresses are announced and the
    /// next hops asked, which are used once they have answered.
    package mutating func linkChanged(onPort index: PortIndex, isUp: Bool, now: MonotonicTime) -> [UnderlayAction] {
        guard let port = ports[index] else { return [] }
        membership.linkChanged(onPort: index, isUp: isUp, now: now)
        guard isUp else {
            portsDown.insert(index)
            return actions(for: neighbors.forget(port: index, now: now))
        }
        guard portsDown.remove(index) != nil else { return [] }
        for key in port.announcedAddresses { announcer.announce(key, now: now) }
        neighbors.recheck(port: index, now: now)
        return []
    }

    private mutating func updateAnnouncements(from old: [PortIndex: UnderlayPort], now: MonotonicTime) {
        let owned = Set(ports.values.flatMap(\.ownAddresses))
        for key in old.values.flatMap(\.ownAddresses) where !owned.contains(key) { announcer.remove(key) }
        let before = UnderlayHost.announced(by: old)
        for (key, mac) in UnderlayHost.announced(by: ports) where before[key] != mac { announcer.announce(key, now: now) }
    }

    /// What our announcements say: each of our addresses with its MAC.
    private static func announced(by ports: [PortIndex: UnderlayPort]) -> [PortAddress: MACAddress] {
        let pairs = ports.values.flatMap { port in port.announcedAddresses.map { ($0, port.mac) } }
        return Dictionary(pairs) { first, _ in first }
    }

    private var permanentNeighbors: [PortAddress: MACAddress] {
        let pairs = ports.values.flatMap { port in
            port.configuration.neighbors.map { (PortAddress(port: port.index, address: $0.address), $0.mac) }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
