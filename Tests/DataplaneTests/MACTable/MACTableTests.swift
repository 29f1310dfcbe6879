import Dataplane
import Testing

/// MACTable with keys that are numbers.
extension MACTable {
    static func key(_ number: Int, network: Int = 1) -> MACKey {
        MACKey(network: NetworkIndex(UInt16(network)), mac: MACAddress(bits: UInt64(number) << 8 | 2))
    }

    @discardableResult
    func learn(_ key: MACKey, _ destination: Destination, now: UInt32 = 1) -> LearnOutcome {
        var previous = Destination.none
        return learn(key, destination, now: now, previous: &previous)
    }

    func with(_ body: (MACTable) throws -> Void) rethrows {
        defer { destroy() }
        try body(self)
    }
}

@Suite("MAC table")
struct MACTableTests {
    let key = MACTable.key(1)

    @Test("What is learned is found, seen again and moved at once")
    func learning() {
        MACTable.make(capacity: 16).with { table in
            #expect(table.lookup(key).isNone)
            #expect(table.learn(key, .port(1, vlan: 100), now: 5) == .inserted)
            #expect(table.lookup(key) == MACEntry(.port(1, vlan: 100), .learned, lastSeen: 5))
            #expect(table.learn(key, .port(1, vlan: 100), now: 6) == .known)
            #expect(table.lookup(key).lastSeen == 6)
            var previous = Destination.none
            #expect(table.learn(key, .tunnel(3), now: 7, previous: &previous) == .moved)
            #expect(previous == .port(1, vlan: 100))
            #expect(table.lookup(key) == MACEntry(.tunnel(3), .learned, lastSeen: 7))
            #expect(table.count == 1 && table.brokenInvariants() == [])
        }
    }

    @Test("The same MAC in two networks is two stations")
    func networksAreApart() {
        MACTable.make(capacity: 16).with { table in
            table.learn(MACTable.key(1, network: 1), .port(1))
            table.learn(MACTable.key(1, network: 2), .port(2))
            #expect(table.lookup(MACTable.key(1, network: 1)).destination == .port(1))
            #expect(table.lookup(MACTable.key(1, network: 2)).destination == .port(2))
        }
    }

    @Test("A lower rank never replaces a higher one", arguments: MACOrigin.allCases, MACOrigin.allCases)
    func ranks(first: MACOrigin, second: MACOrigin) {
        MACTable.make(capacity: 16).with { table in
            #expect(table.put(key, .port(1), first, now: 1))
            #expect(table.put(key, .port(2), second, now: 1) == (second >= first))
            #expect(table.lookup(key).destination == (second >= first ? .port(2) : .port(1)))
            #expect(table.lookup(key).origin == max(first, second))
        }
    }

    @Test("A learner is told that control says otherwise, and changes nothing", arguments: [MACOrigin.controlPlane, .configured])
    func violations(origin: MACOrigin) {
        MACTable.make(capacity: 16).with { table in
            #expect(table.put(key, .tunnel(1), origin, now: 1))
            #expect(table.learn(key, .port(1), now: 9) == .violation)
            #expect(table.learn(key, .tunnel(1), now: 9) == .known)
            #expect(table.lookup(key) == MACEntry(.tunnel(1), origin, lastSeen: 1))
        }
    }

    @Test("Ageing deletes what was learned and not seen, and nothing else")
    func ageing() {
        MACTable.make(capacity: 64).with { table in
            for number in 0..<10 { table.learn(MACTable.key(number), .port(1), now: UInt32(number)) }
            #expect(table.put(MACTable.key(100), .port(1), .configured, now: 0))
            #expect(table.put(MACTable.key(101), .port(1), .controlPlane, now: 0))
            var aged = Set<MACKey>()
            table.age(in: 0..<table.bucketCount, now: 300, ageing: 295) { key, _ in aged.insert(key) }
            #expect(aged == Set((0...5).map { MACTable.key($0) }))
            #expect(table.count == 6 && table.brokenInvariants() == [])
            // A worker's clock may be a second ahead of control's.
            table.age(in: 0..<table.bucketCount, now: 8, ageing: 2) { key, _ in aged.insert(key) }
            #expect(table.lookup(MACTable.key(9)).lastSeen == 9 && table.lookup(MACTable.key(6)).isNone)
        }
    }

    @Test("A deleted entry is told and gone")
    func removing() {
        MACTable.make(capacity: 16).with { table in
            table.learn(key, .port(1), now: 3)
            #expect(table.remove(key) == MACEntry(.port(1), .learned, lastSeen: 3))
            #expect(table.remove(key).isNone && table.lookup(key).isNone && table.count == 0)
        }
    }

    @Test("A flush deletes what it is asked for and tells each once")
    func flushing() {
        MACTable.make(capacity: 1000).with { table in
            for number in 0..<900 { table.learn(MACTable.key(number, network: 1 + number % 3), .port(1)) }
            var told: [MACKey] = []
            table.removeAll(where: { key, _ in key.network.rawValue == 2 }) { key, _ in told.append(key) }
            #expect(told.count == 300 && Set(told).count == 300)
            #expect(table.count == 600 && table.brokenInvariants() == [])
        }
    }

    @Test("Every entry is listed once, by walk and by slot")
    func listing() {
        MACTable.make(capacity: 100).with { table in
            for number in 0..<100 { table.learn(MACTable.key(number), .port(number % 8)) }
            var walked = Set<MACKey>()
            table.forEach { key, entry in if walked.insert(key).inserted { #expect(entry == table.lookup(key)) } }
            #expect(walked.count == 100)
            #expect(Set((0..<table.slotCount).compactMap { table.entry(at: $0)?.0 }) == walked)
        }
    }

    @Test("A burst of lookups gives what single lookups give")
    func bursts() {
        MACTable.make(capacity: 100).with { table in
            for number in 0..<50 { table.learn(MACTable.key(number * 2), .port(number % 8)) }
            let keys = (0..<32).map { MACTable.key($0 * 3) }
            var hashes = [UInt64](repeating: 0, count: 32)
            var entries = [MACEntry](repeating: .none, count: 32)
            table.lookup(keys, count: 32, hashes: &hashes, into: &entries)
            #expect(entries == keys.map { table.lookup($0) })
        }
    }
}
