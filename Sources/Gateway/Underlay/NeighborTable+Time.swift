import Dataplane

// What happens.
extension NeighborTable {
    /// `key` was heard from, at `mac`, which takes effect at once. Updates only (RFC 826 "merge"): neighbours that nobody
    /// requires are not learned.
    /// - Returns: `nil` when there is no such neighbour.
    package mutating func confirm(_ key: PortAddress, at mac: MACAddress, now: MonotonicTime) -> [Output]? {
        guard neighbors[key] != nil else { return nil }
        let timing = timing(of: key)
        return change(key) { $0.confirm(mac, now: now, timing: timing) }
    }

    /// A packet says where `key` is. A solicited claim confirms; any other new MAC is used at once and probed. Updates only, as
    /// ``confirm(_:at:now:)`` does.
    /// - Returns: `nil` when there is no such neighbour.
    package mutating func hear(_ key: PortAddress, _ claim: NeighborClaim, now: MonotonicTime) -> [Output]? {
        guard neighbors[key] != nil else { return nil }
        let timing = timing(of: key)
        return change(key) { $0.hear(claim, now: now, timing: timing) }
    }

    /// Does what is due, the longest overdue first. What exceeds the limit of solicitations stays due for the next tick.
    package mutating func tick(now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        for key in dueKeys(now: now).prefix(solicitationsPerTickMax) {
            let timing = timing(of: key)
            outputs += change(key) { neighbor in
                neighbor.timerFired(now: now, timing: timing).map { solicitation in
                    switch solicitation {
                    case .unicast(let mac): .solicit(key, at: mac)
                    case .everybody: .solicit(key, at: nil)
                    }
                }
            }
        }
        return outputs
    }

    private func dueKeys(now: MonotonicTime) -> [PortAddress] {
        neighbors.compactMap { key, neighbor in neighbor.due.map { (due: $0, key: key) } }
            .filter { $0.due <= now }
            .sorted { $0 < $1 }
            .map(\.key)
    }
}
