import BenchSupport
import Dataplane
import Testing

/// What the table must do, as plainly as it can be said.
private struct Model {
    var entries: [MACKey: MACEntry] = [:]
    let capacity: Int

    mutating func learn(_ key: MACKey, _ destination: Destination, now: UInt32) -> LearnOutcome {
        let fresh = MACEntry(destination, .learned, lastSeen: now)
        guard let entry = entries[key] else {
            if entries.count >= capacity { return .full }
            entries[key] = fresh
            return .inserted
        }
        if entry.destination == destination {
            if entry.origin == .learned { entries[key] = fresh }
            return .known
        }
        guard entry.origin == .learned else { return .violation }
        entries[key] = fresh
        return .moved
    }

    mutating func put(_ key: MACKey, _ destination: Destination, _ origin: MACOrigin, now: UInt32) -> Bool {
        if let entry = entries[key], entry.origin! > origin { return false }
        if entries[key] == nil, entries.count >= capacity { return false }
        entries[key] = MACEntry(destination, origin, lastSeen: now)
        return true
    }
}

@Suite("MAC table against a dictionary")
struct MACTableModelTests {
    @Test("Random operations leave the table and a dictionary equal", arguments: [(16, 40), (200, 150), (1000, 3000)])
    func randomOperations(capacity: Int, keyCount: Int) {
        var random = seededRandom("MACTable model \(capacity)")
        MACTable.make(capacity: capacity, seed: random.next()).with { table in
            var model = Model(capacity: capacity)
            var now: UInt32 = 1
            for step in 0..<200_000 {
                if random.below(100) == 0 { now += 1 }
                operate(table, &model, &random, keyCount, now)
                if step % 2_000 == 0, !isEqual(table, model) {
                    Issue.record("step \(step)")
                    return
                }
            }
            #expect(isEqual(table, model))
        }
    }

    private func operate(_ table: MACTable, _ model: inout Model, _ random: inout SplitMix64, _ keyCount: Int, _ now: UInt32) {
        let key = MACTable.key(random.below(keyCount), network: 1 + random.below(3))
        let destination = random.below(2) == 0 ? Destination.port(random.below(8), vlan: random.below(4095)) : .tunnel(1 + random.below(9))
        switch random.below(100) {
        case 0..<60:
            let previous = model.entries[key]?.destination
            var told = Destination.none
            let outcome = table.learn(key, destination, now: now, previous: &told)
            #expect(outcome == model.learn(key, destination, now: now))
            if outcome == .moved { #expect(told == previous) }
        case 60..<65:
            let origin: MACOrigin = random.below(2) == 0 ? .controlPlane : .configured
            // With room: which learned entry makes room in a full table is not for a model to say.
            guard model.entries.count < model.capacity || model.entries[key] != nil else { return }
            #expect(table.put(key, destination, origin, now: now) == model.put(key, destination, origin, now: now))
        case 65..<75:
            #expect(table.remove(key) == model.entries.removeValue(forKey: key) ?? .none)
        case 75:
            age(table, &model, now: now, ageing: UInt32(1 + random.below(20)))
        case 76 where random.below(20) == 0:
            let network = NetworkIndex(UInt16(1 + random.below(3)))
            table.removeAll(where: { key, entry in key.network == network && entry.origin != .configured })
            model.entries = model.entries.filter { $0.key.network != network || $0.value.origin == .configured }
        default:
            #expect(table.lookup(key) == model.entries[key] ?? .none)
        }
    }

    private func age(_ table: MACTable, _ model: inout Model, now: UInt32, ageing: UInt32) {
        var told: [MACKey: MACEntry] = [:]
        table.age(in: 0..<table.bucketCount, now: now, ageing: ageing) { told[$0] = $1 }
        let old = model.entries.filter { $0.value.origin == .learned && now >= $0.value.lastSeen + ageing }
        #expect(told == old)
        for key in old.keys { model.entries[key] = nil }
    }

    private func isEqual(_ table: MACTable, _ model: Model) -> Bool {
        var listed: [MACKey: MACEntry] = [:]
        table.forEach { listed[$0] = $1 }
        let findings = table.brokenInvariants()
        #expect(findings == [])
        return listed == model.entries && table.count == model.entries.count && findings.isEmpty
    }
}
