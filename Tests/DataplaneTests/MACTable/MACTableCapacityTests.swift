import BenchSupport
import Dataplane
import Testing

@Suite("MAC table capacity and collisions")
struct MACTableCapacityTests {
    enum Keys: CaseIterable {
        case random
        /// Serial numbers in the last octets, as virtual machines get them.
        case serial
        /// Serial numbers in the vendor's half.
        case serialHigh
        /// Few bits that differ, far apart.
        case sparse

        func mac(_ number: Int, _ random: inout SplitMix64) -> MACAddress {
            switch self {
            case .random: MACAddress(bits: random.next() & ~1 | 2)
            case .serial: MACAddress(bits: UInt64(UInt32(number).bigEndian) << 16 | 2)
            case .serialHigh: MACAddress(bits: UInt64(number) << 1 | 1 << 40)
            case .sparse: MACAddress(bits: Keys.spread(number))
            }
        }

        private static func spread(_ number: Int) -> UInt64 {
            var bits: UInt64 = 2
            for position in 0..<20 where number >> position & 1 != 0 { bits |= 4 << (2 * UInt64(position)) }
            return bits
        }
    }

    @Test("Every insertion up to the capacity succeeds, and none beyond", arguments: [16, 1000, 65536, 1 << 20], Keys.allCases)
    func exactCapacity(capacity: Int, keys: Keys) {
        var random = seededRandom("MACTable capacity \(capacity), \(keys)")
        MACTable.make(capacity: capacity, seed: random.next()).with { table in
            var refused = 0, number = 0
            while table.count < capacity, refused == 0 {
                let key = MACKey(network: NetworkIndex(UInt16(1 + number % 3)), mac: keys.mac(number, &random))
                let outcome = table.learn(key, .port(1))
                if outcome != .inserted, outcome != .known { refused += 1 }
                number += 1
            }
            #expect(refused == 0, "of \(number)")
            #expect(table.learn(MACKey(network: NetworkIndex(9), mac: MACAddress(bits: 2)), .port(1)) == .full)
            #expect(table.count == capacity && table.brokenInvariants() == [])
        }
    }

    @Test("Insertion after insertion at the capacity fills each gap again")
    func churnAtCapacity() {
        var random = seededRandom("MACTable churn")
        MACTable.make(capacity: 4096, seed: random.next()).with { table in
            var keys = (0..<4096).map { MACTable.key($0) }
            for key in keys { table.learn(key, .port(1)) }
            for number in 4096..<100_000 {
                let gap = random.below(keys.count)
                table.remove(keys[gap])
                keys[gap] = MACTable.key(number)
                guard table.learn(keys[gap], .port(1)) != .inserted else { continue }
                Issue.record("no room for key \(number)")
                return
            }
            #expect(table.count == 4096 && table.brokenInvariants() == [])
        }
    }

    @Test("A raised capacity is used, a lowered one refuses and deletes nothing")
    func changedCapacity() {
        MACTable.make(capacity: 1000).with { table in
            table.setCapacity(100)
            for number in 0..<100 { #expect(table.learn(MACTable.key(number), .port(1)) == .inserted) }
            #expect(table.learn(MACTable.key(100), .port(1)) == .full)
            table.setCapacity(101)
            #expect(table.learn(MACTable.key(100), .port(1)) == .inserted)
            table.setCapacity(50)
            #expect(table.learn(MACTable.key(200), .port(1)) == .full && table.learn(MACTable.key(5), .port(1)) == .known)
            #expect(table.count == 101 && table.brokenInvariants() == [])
        }
    }

    /// Keys at home in bucket `bucket`.
    private func colliding(_ table: MACTable, bucket: Int, count: Int) -> [MACKey] {
        var keys: [MACKey] = []
        var number = 0
        while keys.count < count {
            let key = MACTable.key(number)
            if table.buckets(of: key).home == bucket { keys.append(key) }
            number += 1
        }
        return keys
    }

    @Test("Keys that share a home bucket go on to their alternate ones, and all are found")
    func sharedHome() {
        var random = seededRandom("MACTable collisions")
        MACTable.make(capacity: 1000, seed: random.next()).with { table in
            let keys = colliding(table, bucket: 5, count: 12)
            for (position, key) in keys.enumerated() { #expect(table.learn(key, .tunnel(position)) == .inserted) }
            for (position, key) in keys.enumerated() { #expect(table.lookup(key).destination == .tunnel(position)) }
            #expect(table.brokenInvariants() == [])
        }
    }

    /// Fills the home bucket and the alternate bucket of `target` with four keys each that are at home there.
    private func crowd(_ table: MACTable, around target: MACKey, put: (MACKey) -> Bool) -> [MACKey] {
        let buckets = table.buckets(of: target)
        let keys = [buckets.home, buckets.alternate].flatMap { bucket -> ArraySlice<MACKey> in
            colliding(table, bucket: bucket, count: 5).filter { $0 != target }.prefix(4)
        }
        for key in keys { #expect(put(key)) }
        return keys
    }

    @Test("A key whose buckets are full displaces another one, which is still found")
    func displacement() {
        var random = seededRandom("MACTable displacement")
        for _ in 0..<50 {
            MACTable.make(capacity: 1000, seed: random.next()).with { table in
                let target = MACTable.key(random.below(1 << 20))
                let keys = crowd(table, around: target) { table.learn($0, .port(1)) == .inserted }
                #expect(table.learn(target, .port(2)) == .inserted)
                #expect(table.lookup(target).destination == .port(2))
                #expect(keys.allSatisfy { table.lookup($0).destination == .port(1) })
                #expect(table.count == 9 && table.brokenInvariants() == [])
            }
        }
    }

    @Test("Control's entries are displaced like others, and none is lost")
    func displacementOfConfigured() {
        var random = seededRandom("MACTable displacement of configured entries")
        for _ in 0..<50 {
            MACTable.make(capacity: 1000, seed: random.next()).with { table in
                let target = MACTable.key(random.below(1 << 20))
                let keys = crowd(table, around: target) { table.put($0, .port(1), .configured, now: 1) }
                #expect(table.learn(target, .port(2)) == .inserted)
                #expect(keys.allSatisfy { table.lookup($0).origin == .configured })
                #expect(table.count == 9 && table.brokenInvariants() == [])
            }
        }
    }

    @Test("Putting the same entry again changes nothing")
    func putTwice() {
        MACTable.make(capacity: 16).with { table in
            for _ in 0..<3 { #expect(table.put(MACTable.key(1), .port(1), .configured, now: 7)) }
            #expect(table.lookup(MACTable.key(1)) == MACEntry(.port(1), .configured, lastSeen: 7))
            #expect(table.count == 1 && table.brokenInvariants() == [])
        }
    }

    @Test("In a full table, control's entries replace learned ones, and never each other")
    func controlMakesRoom() {
        MACTable.make(capacity: 100).with { table in
            for number in 0..<100 { table.learn(MACTable.key(number), .port(1)) }
            for number in 1000..<1100 { #expect(table.put(MACTable.key(number), .port(2), .configured, now: 1)) }
            #expect(!table.put(MACTable.key(2000), .port(2), .configured, now: 1))
            #expect(table.learn(MACTable.key(2001), .port(1)) == .full)
            #expect((1000..<1100).allSatisfy { table.lookup(MACTable.key($0)).origin == .configured })
            #expect(table.count == 100 && table.brokenInvariants() == [])
        }
    }

    @Test("Control finds room below a lowered capacity in one walk over the table", .timeLimit(.minutes(1)))
    func loweredCapacity() {
        MACTable.make(capacity: 1 << 20).with { table in
            for number in 0..<900_000 { table.learn(MACTable.key(number), .port(1, vlan: 100)) }
            table.setCapacity(1024)
            #expect(table.put(MACTable.key(2_000_000), .port(2, vlan: 0), .configured, now: 2))
            #expect(table.count == 1024)
            #expect(table.lookup(MACTable.key(2_000_000)).origin == .configured)
            #expect(table.brokenInvariants().isEmpty)
        }
    }
}
