import Dataplane

// What frames tell.

extension HostNeighbors {
    /// A frame of a network told nothing certain.
    package mutating func ignore() { counters.ignored += 1 }

    /// A host was seen in a network.
    package mutating func hear(_ sighting: NeighborSighting, in network: NetworkIndex, now: MonotonicTime) -> [HostNeighborAction] {
        guard covers(network), sighting.address.isRemoteHost else { return [] }
        let key = NetworkAddress(network: network, address: sighting.address)
        if sighting.kind == .probe { return pause(key, sighting, now: now) }
        guard let host = self[key] else { return add(key, sighting, now: now) }
        if host.state == .fixed { return hearConfigured(key, host, sighting) }
        return host.mac == sighting.mac ? confirm(key, host, sighting, now: now) : move(key, host, sighting, now: now)
    }

    /// A host that is about to take an address is not probed for a while.
    private mutating func pause(_ key: NetworkAddress, _ sighting: NeighborSighting, now: MonotonicTime) -> [HostNeighborAction] {
        guard var host = self[key], host.state != .fixed, host.mac == sighting.mac else { return [] }
        host.due = max(host.due, now + timing.pauseAfterProbe)
        host.attempts = 0
        set(key, host)
        return []
    }

    private mutating func add(_ key: NetworkAddress, _ sighting: NeighborSighting, now: MonotonicTime) -> [HostNeighborAction] {
        guard hasRoom(in: key.network) else {
            counters.full += 1
            return []
        }
        return take(key, sighting, scheduled: nil, now: now)
    }

    /// What a configured host says changes nothing but whether it is a router, which the configuration does not tell.
    private mutating func hearConfigured(
        _ key: NetworkAddress, _ host: HostNeighbor, _ sighting: NeighborSighting
    ) -> [HostNeighborAction] {
        guard host.mac == sighting.mac else {
            counters.contradicted += 1
            return []
        }
        var host = host
        guard let isRouter = sighting.isRouter, isRouter != host.isRouter else { return [] }
        host.isRouter = isRouter
        set(key, host)
        return [.publish(key, host.known)]
    }

    private mutating func confirm(
        _ key: NetworkAddress, _ host: HostNeighbor, _ sighting: NeighborSighting, now: MonotonicTime
    ) -> [HostNeighborAction] {
        var host = host
        let before = host
        // One that is not published waits for its answer.
        guard host.isPublished || sighting.isCertain else { return [] }
        host.isRouter = sighting.isRouter ?? host.isRouter
        host.isPublished = true
        host.state = .known
        host.attempts = 0
        host.due = now + timing.refresh
        host.scheduled = schedule.add(key, due: host.due, scheduled: host.scheduled)
        set(key, host)
        return before.isPublished && before.known == host.known ? [] : [.publish(key, host.known)]
    }

    /// The address is at another MAC now. Where a message leaves that open, the host that is known is asked (RFC 4861 section 7.2.5).
    private mutating func move(
        _ key: NetworkAddress, _ host: HostNeighbor, _ sighting: NeighborSighting, now: MonotonicTime
    ) -> [HostNeighborAction] {
        guard sighting.isOverride else {
            var host = host
            if host.state == .known { host.due = now }
            host.scheduled = schedule.add(key, due: host.due, scheduled: host.scheduled)
            set(key, host)
            return []
        }
        counters.moved += 1
        let wasPublished = host.isPublished
        let actions = take(key, sighting, scheduled: host.scheduled, now: now)
        return wasPublished && actions.isEmpty ? [.withdraw(key)] : actions
    }

    /// What is seen for the first time, at this MAC.
    private mutating func take(
        _ key: NetworkAddress, _ sighting: NeighborSighting, scheduled: Int?, now: MonotonicTime
    ) -> [HostNeighborAction] {
        let isCertain = sighting.isCertain
        var host = HostNeighbor(
            mac: sighting.mac, isRouter: sighting.isRouter ?? false, state: isCertain ? .known : .probing, isPublished: isCertain,
            due: isCertain ? now + timing.refresh : now)
        host.scheduled = schedule.add(key, due: host.due, scheduled: scheduled)
        set(key, host)
        return isCertain ? [.publish(key, host.known)] : []
    }
}

extension NeighborSighting {
    /// All that an answer in the host's name has to say is known from it.
    fileprivate var isCertain: Bool { address.isIPv4 || isRouter != nil }
}
