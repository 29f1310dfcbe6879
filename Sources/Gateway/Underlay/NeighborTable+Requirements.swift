import Dataplane

// What control wants.
extension NeighborTable {
    /// Counts one more user of a next hop, and resolves it from the next tick on when it is the first. A MAC that is known
    /// already is reported again for the new user's sake.
    ///
    /// - Throws: ``Full``, with nothing counted: what was refused must not be released.
    package mutating func require(_ key: PortAddress, now: MonotonicTime) throws(Full) -> [Output] {
        if neighbors[key] == nil {
            guard neighbors.count < capacity else {
                refusedCount += 1
                throw Full(capacity: capacity, refused: key)
            }
            neighbors[key] = Neighbor(resolvingFrom: now)
        }
        neighbors[key]?.references += 1
        return mac(of: key).map { [.changed(key, $0)] } ?? []
    }

    /// Takes back one ``require(_:now:)``. After the last one the neighbour is forgotten, so a reload requires what is new
    /// before it releases what is old. Nothing happens for an unknown neighbour.
    package mutating func release(_ key: PortAddress) {
        guard var neighbor = neighbors[key], neighbor.references > 0 else { return }
        neighbor.references -= 1
        neighbors[key] = neighbor.references > 0 || neighbor.state == .permanent ? neighbor : nil
    }

    /// Makes `wanted` the configured neighbours. One that is not configured any more keeps its MAC while it is being asked.
    package mutating func setPermanent(_ wanted: [PortAddress: MACAddress], now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        for key in keys(where: { $0.state == .permanent }) where wanted[key] == nil {
            guard neighbors[key].map({ $0.references > 0 }) == true else {
                neighbors[key] = nil
                continue
            }
            outputs += change(key) { $0.recheck(now: now) }
        }
        for (key, mac) in wanted.sorted(by: { $0.key < $1.key }) {
            if neighbors[key] == nil { neighbors[key] = Neighbor(permanent: mac) }
            outputs += change(key) { $0.makePermanent(mac) }
        }
        return outputs
    }

    /// The link of `port` came back, maybe to another place: every MAC behind it is asked for at once.
    package mutating func recheck(port: PortIndex, now: MonotonicTime) {
        for key in keys(on: port) { _ = change(key) { $0.recheck(now: now) } }
    }

    /// `port` is gone: no MAC behind it holds.
    package mutating func forget(port: PortIndex, now: MonotonicTime) -> [Output] {
        keys(on: port).flatMap { change($0) { $0.forget(now: now) } }
    }

    private func keys(where condition: (Neighbor) -> Bool) -> [PortAddress] {
        neighbors.filter { condition($0.value) }.keys.sorted()
    }

    private func keys(on port: PortIndex) -> [PortAddress] {
        neighbors.filter { $0.key.port == port && $0.value.state != .permanent }.keys.sorted()
    }
}
