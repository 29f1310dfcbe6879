import Dataplane

// What time brings.

extension HostNeighbors {
    /// Does what is due. More probes than ``probesPerTickMax`` wait for the next tick.
    package mutating func tick(now: MonotonicTime) -> [HostNeighborAction] {
        for (key, step) in schedule.come(now: now) {
            // One that has gone, or is scheduled anew, is not looked at.
            guard var host = self[key], host.scheduled == step else { continue }
            host.scheduled = HostNeighborSchedule.readyStep
            set(key, host)
            schedule.makeReady(key)
        }
        return schedule.takeReady(HostNeighbors.probesPerTickMax).flatMap { look(at: $0, now: now) }
    }

    private mutating func look(at key: NetworkAddress, now: MonotonicTime) -> [HostNeighborAction] {
        guard var host = self[key], host.scheduled == HostNeighborSchedule.readyStep else { return [] }
        host.scheduled = nil
        var actions: [HostNeighborAction] = []
        if host.due <= now {
            guard host.attempts < timing.probesMax else { return remove(key, host) }
            host.attempts += 1
            host.state = .probing
            host.due = now + timing.retry
            counters.probes += 1
            actions = [.probe(key, at: host.mac)]
        }
        host.scheduled = schedule.add(key, due: host.due, scheduled: nil)
        set(key, host)
        return actions
    }

    private mutating func remove(_ key: NetworkAddress, _ host: HostNeighbor) -> [HostNeighborAction] {
        counters.gone += 1
        set(key, nil)
        return host.isPublished ? [.withdraw(key)] : []
    }
}
