import BenchSupport
import Dataplane
import Glibc

// The three parts that are played.

extension Stress {
    /// A reader: bursts of lookups, as a worker does them.
    func read(_ number: Int) {
        var random = SplitMix64(seed: options.seed &+ 1000 &+ UInt64(number))
        var keys = [MACKey](repeating: key(0), count: 32)
        var numbers = [Int](repeating: 0, count: 32)
        var hashes = [UInt64](repeating: 0, count: 32)
        var entries = [MACEntry](repeating: .none, count: 32)
        var bursts: UInt64 = 0
        while !isOver {
            for i in 0..<32 {
                numbers[i] = random.below(options.keyCount)
                keys[i] = key(numbers[i])
            }
            table.lookup(keys, count: 32, hashes: &hashes, into: &entries)
            for i in 0..<32 { check(numbers[i], entries[i], "reader \(number)") }
            bursts += 1
        }
        count("lookups", bursts * 32)
    }

    /// A learner: stations that talk and move.
    func learn(_ number: Int) {
        var random = SplitMix64(seed: options.seed &+ 2000 &+ UInt64(number))
        var outcomes: [LearnOutcome: UInt64] = [:]
        while !isOver {
            for _ in 0..<64 {
                let station = random.below(options.keyCount)
                let wanted = Stress.destination(station, version: random.below(4))
                var previous = Destination.none
                let outcome = table.learn(key(station), wanted, now: now, previous: &previous)
                outcomes[outcome, default: 0] += 1
                if outcome == .moved, Int(previous.rawValue & 0xFFFF) != station {
                    find("learner \(number): key \(station) moved from another key's destination \(previous.rawValue)")
                }
                if station < pinnedCount, outcome != .violation, outcome != .busy {
                    find("learner \(number): configured key \(station) was \(outcome)")
                }
            }
        }
        for (outcome, times) in outcomes { count("learn \(outcome)", times) }
    }

    /// Control, one thread: time, ageing, configured entries, deletions, flushes.
    func control() {
        var random = SplitMix64(seed: options.seed &+ 3000)
        var configured = Set<Int>()
        var rounds: UInt64 = 0
        let end = monotonicSeconds() + options.seconds
        while !isOver, monotonicSeconds() < end {
            shared.now.add(1, ordering: .relaxed)
            toggleConfigured(&configured, &random)
            // Where keys crowd, so many that most of what is learned has to be inserted, and displaces.
            for _ in 0..<(options.isClustered ? 256 : 4) {
                table.remove(key(configuredCount + random.below(options.keyCount - configuredCount)))
            }
            ageStep(&random)
            if random.below(64) == 0 { flushNetwork(&random) }
            for station in configured { awaitConfigured(station) }
            rounds += 1
        }
        shared.isOver.store(true, ordering: .relaxed)
        count("control rounds", rounds)
    }

    private func toggleConfigured(_ configured: inout Set<Int>, _ random: inout SplitMix64) {
        guard configuredCount > pinnedCount else { return }
        let station = pinnedCount + random.below(configuredCount - pinnedCount)
        if configured.remove(station) != nil {
            if table.remove(key(station)).origin != .configured { find("control: configured key \(station) was not there to remove") }
        } else if table.put(key(station), Stress.destination(station, version: Stress.configuredVersion), .configured, now: now) {
            configured.insert(station)
        } else {
            find("control: no room was made for configured key \(station)")
        }
    }

    /// Ages a part of the table, as control does with a large one.
    private func ageStep(_ random: inout SplitMix64) {
        let first = random.below(table.bucketCount)
        let range = first..<min(first + max(8, table.bucketCount / 64), table.bucketCount)
        table.age(in: range, now: now, ageing: UInt32(random.below(40))) { _, entry in
            if entry.origin != .learned { find("control: a configured entry aged") }
        }
    }

    private func flushNetwork(_ random: inout SplitMix64) {
        let network = NetworkIndex(UInt16(1 + random.below(5)))
        table.removeAll(where: { $0.network == network && $1.origin == .learned })
    }

    /// A learner that looked for the key before it was configured may still shadow it, but only until that learner has looked again.
    private func awaitConfigured(_ station: Int) {
        let wanted = Stress.destination(station, version: Stress.configuredVersion)
        let patience = monotonicSeconds() + 5
        while table.lookup(key(station)).destination != wanted {
            if monotonicSeconds() > patience { return find("control: configured key \(station) is gone or taken") }
            sched_yield()
        }
    }

    // MARK: - Checks

    func check(_ station: Int, _ entry: MACEntry, _ who: String) {
        if entry.isNone {
            if station < pinnedCount { find("\(who): configured key \(station) is gone") }
            return
        }
        let raw = entry.destination.rawValue
        if Int(raw & 0xFFFF) != station { find("\(who): key \(station) has another key's destination \(raw & 0xFFFF)") }
        if station < pinnedCount, raw != Stress.destination(station, version: Stress.configuredVersion).rawValue {
            find("\(who): configured key \(station) was taken")
        }
    }

    func putPinned() {
        for station in 0..<pinnedCount {
            let wanted = Stress.destination(station, version: Stress.configuredVersion)
            if !table.put(key(station), wanted, .configured, now: 1) { find("configured key \(station) was refused at the start") }
        }
    }

    func checkAtRest() {
        for finding in table.brokenInvariants() { find("at rest: \(finding)") }
        for station in 0..<pinnedCount { check(station, table.lookup(key(station)), "at rest") }
        if table.count > table.capacity { find("at rest: \(table.count) entries, capacity \(table.capacity)") }
    }
}
