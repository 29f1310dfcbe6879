import Dataplane

/// Finds MACs that move all the time, as behind a loop or with two stations of one address: so many moves within a window, and the MAC is held where it was when the
/// counting began (RFC 7432 section 15.1 with its standard of 5 in 180 seconds). Time and moves in, verdicts out.
package struct MoveWatch: Sendable {
    /// A MAC that is held in one place.
    package struct Frozen: Equatable, Sendable {
        package var key: MACKey
        /// Where it is held.
        package var home: Destination
        /// All places that it was seen at, in order of their first move.
        package var places: [Destination]
        package var moves: Int
        package var until: MonotonicTime

        package init(key: MACKey, home: Destination, places: [Destination], moves: Int, until: MonotonicTime) {
            self.key = key
            self.home = home
            self.places = places
            self.moves = moves
            self.until = until
        }
    }

    private struct Watch {
        var home: Destination
        /// Of the moves within the window, the oldest first.
        var times: [MonotonicTime]
        var places: [Destination]
    }

    private var watches: [MACKey: Watch] = [:]
    package private(set) var frozen: [MACKey: Frozen] = [:]
    private var frozenIn: [NetworkIndex: Int] = [:]
    /// Moves of MACs that there was no room to watch, or to hold.
    package private(set) var unwatched: UInt64 = 0

    /// Most MACs that are watched, and most that are held.
    package static let capacity = 16384
    private static let placesMaximum = 16

    package init() {}

    /// A MAC has moved. The verdict that it is to be held, at the one move that is too many. `room`: most MACs that may be held in its network.
    package mutating func moved(
        _ key: MACKey, from: Destination, to: Destination, now: MonotonicTime, limit: Configuration.MoveGuard, room: Int = .max
    ) -> Frozen? {
        guard limit.maximum > 0, frozen[key] == nil else { return nil }
        guard watches[key] != nil || watches.count < MoveWatch.capacity else {
            unwatched += 1
            return nil
        }
        var watch = watches[key] ?? Watch(home: from, times: [], places: [from])
        let start = now.advanced(by: .seconds(-limit.window))
        watch.times.removeAll { $0 < start }
        if watch.times.isEmpty { watch = Watch(home: from, times: [], places: [from]) }
        watch.times.append(now)
        if watch.times.count > limit.maximum { watch.times.removeFirst() }
        if !watch.places.contains(to), watch.places.count < MoveWatch.placesMaximum { watch.places.append(to) }
        let isTooMany = watch.times.count >= limit.maximum
        guard isTooMany, frozen.count < MoveWatch.capacity, frozenIn[key.network, default: 0] < room else {
            if isTooMany { unwatched += 1 }
            watches[key] = watch
            return nil
        }
        watches[key] = nil
        frozenIn[key.network, default: 0] += 1
        let held = Frozen(
            key: key, home: watch.home, places: watch.places, moves: watch.times.count, until: now + .seconds(limit.hold))
        frozen[key] = held
        return held
    }

    /// Those whose time has come to be learned again. `longestWindow`: moves before it count nowhere any more.
    package mutating func tick(now: MonotonicTime, longestWindow: Int) -> [Frozen] {
        let start = now.advanced(by: .seconds(-longestWindow))
        watches = watches.filter { $0.value.times.last.map { $0 >= start } ?? false }
        let thawed = frozen.values.filter { $0.until <= now }.sorted { $0.key.rawValue < $1.key.rawValue }
        for entry in thawed { frozen[entry.key] = nil }
        countFrozen()
        return thawed
    }

    /// Forgets what is known of the MACs that `matches` accepts: those held are held no more.
    package mutating func forget(where matches: (MACKey) -> Bool) {
        watches = watches.filter { !matches($0.key) }
        frozen = frozen.filter { !matches($0.key) }
        countFrozen()
    }

    private mutating func countFrozen() {
        frozenIn = frozen.keys.reduce(into: [:]) { counts, key in counts[key.network, default: 0] += 1 }
    }
}
