import Dataplane

/// When hosts are to be looked at, in steps of a tenth of a second. A host is in one step at most; what was put off meanwhile is scheduled again when its step
/// comes, so hearing a host costs nothing here.
struct HostNeighborSchedule: Sendable {
    private static let attosecondsPerStep: Int64 = 100_000_000_000_000_000
    /// The step of what is in ``ready``.
    static let readyStep = Int.min

    private var steps: [Int: [NetworkAddress]] = [:]
    private var next = 0
    /// Those whose step has come, in order.
    private(set) var ready: [NetworkAddress] = []

    /// The step that `time` is in.
    private static func step(_ time: MonotonicTime) -> Int {
        let (seconds, attoseconds) = time.sinceZero.components
        return Int(seconds) * 10 + Int(attoseconds / attosecondsPerStep)
    }

    /// Has `key` looked at once `due` has passed, unless it will be earlier; its new place.
    mutating func add(_ key: NetworkAddress, due: MonotonicTime, scheduled: Int?) -> Int {
        let step = max(HostNeighborSchedule.step(due) + 1, next)
        if let scheduled, scheduled <= step { return scheduled }
        steps[step, default: []].append(key)
        return step
    }

    /// Those whose step has come by `now`, each with its step.
    mutating func come(now: MonotonicTime) -> [(key: NetworkAddress, step: Int)] {
        let last = HostNeighborSchedule.step(now)
        next = last + 1
        return steps.keys.filter { $0 <= last }.sorted().flatMap { step in
            (steps.removeValue(forKey: step) ?? []).map { ($0, step) }
        }
    }

    mutating func makeReady(_ key: NetworkAddress) { ready.append(key) }

    mutating func takeReady(_ count: Int) -> [NetworkAddress] {
        let taken = Array(ready.prefix(count))
        ready.removeFirst(taken.count)
        return taken
    }
}
