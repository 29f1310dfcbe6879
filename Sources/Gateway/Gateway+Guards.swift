import Dataplane

// MACs that move too often, and tables that are full.

extension Gateway {
    /// Holds a MAC that has moved once too often.
    func watch(_ event: Event) {
        guard let network = reconciler.network(at: event.key.network) else { return }
        let held = moveWatch.moved(
            event.key, from: event.previous, to: event.destination, now: now, limit: network.policy.moves, room: roomForHeld(in: network))
        guard let held else { return }
        let isHeld = machinery.tables.macs.put(held.key, held.home, .controlPlane, now: machinery.clock.seconds)
        guard isHeld else { return moveWatch.forget { $0 == held.key } }
        guard housekeeping.notices.mayTell(.held, now) else { return }
        logger.warning(
            "MAC \(held.key.mac) in \(network.name) moved \(held.moves) times in \(network.policy.moves.window) s between \(held.places.map(place).joined(separator: ", ")): it is held at \(place(held.home)) for \(network.policy.moves.hold) s, its frames from elsewhere are dropped; look for a loop or a second station with this address"
        )
    }

    /// Held MACs make no room for others, and count for no limit: so they are few, and as many at most as their network may have learned.
    private func roomForHeld(in network: Reconciler.RunningNetwork) -> Int {
        min(max(1, machinery.tables.macs.capacity / 16), network.policy.macLimit?.maximum ?? .max)
    }

    /// Learns held MACs again whose time has come.
    func thaw() {
        let longest = reconciler.networks.values.map(\.policy.moves.window).max() ?? 0
        for held in moveWatch.tick(now: now, longestWindow: longest) {
            release(held)
            guard housekeeping.notices.mayTell(.released, now) else { continue }
            logger.notice("MAC \(held.key.mac) in \(networkName(held.key.network)) may move again")
        }
    }

    /// Has those of the held MACs that `matches` accepts learned again.
    func release(where matches: (MoveWatch.Frozen) -> Bool) {
        let held = moveWatch.frozen.values.filter(matches)
        for entry in held { release(entry) }
        moveWatch.forget { key in held.contains { $0.key == key } }
    }

    /// What was put there since then stays.
    private func release(_ held: MoveWatch.Frozen) {
        let entry = machinery.tables.macs.lookup(held.key)
        if entry.origin == .controlPlane, entry.destination == held.home { machinery.tables.macs.remove(held.key) }
    }

    /// Makes room where new MACs were refused and the oldest are to go: as many as were refused, at most a sixteenth of the limit at a time.
    func makeRoom() {
        let macs = machinery.tables.macs
        for network in reconciler.networks.values where network.policy.macLimit?.action == .replaceOldest {
            let refused = roomRefused.rise(.network(network.index), to: macs.quota(of: network.index).refused)
            evict(refused, limit: network.policy.macLimit?.maximum ?? 0, "network \(network.name)") { key, _ in key.network == network.index
            }
        }
        for (port, policy) in reconciler.portPolicies where policy.macLimit?.action == .replaceOldest {
            let refused = roomRefused.rise(.port(port), to: macs.quota(of: port).refused)
            evict(refused, limit: policy.macLimit?.maximum ?? 0, "port \(reconciler.ports[port].name)") { $1.destination.port == port }
        }
        guard configuration.macs.whenFull == .replaceOldest else { return }
        let refused = roomRefused.rise(.table, to: machinery.workers.reduce(0) { $0 + $1.counters.totals.macTableFull })
        evict(refused, limit: macs.capacity, "the MAC table") { _, _ in true }
    }

    private func evict(_ refused: UInt64, limit: Int, _ whose: String, where matches: (MACKey, MACEntry) -> Bool) {
        guard refused > 0 else { return }
        let count = machinery.tables.macs.evict(Int(min(refused, UInt64(max(1, limit / 16)))), where: matches)
        housekeeping.macsEvicted += UInt64(count)
        logger.debug("\(count) learned MACs made room in \(whose)")
    }
}

/// How often a limit was in the way, as last seen.
struct RefusalCounts {
    enum Place: Hashable {
        case network(NetworkIndex)
        case port(PortIndex)
        case table
    }

    private var seen: [Place: UInt64] = [:]

    /// What came since the last look. At the first look, what was refused before is no reason to make room.
    mutating func rise(_ place: Place, to count: UInt64) -> UInt64 {
        defer { seen[place] = count }
        return seen[place].map { count >= $0 ? count - $0 : 0 } ?? 0
    }
}
