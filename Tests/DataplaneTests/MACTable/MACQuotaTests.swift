import Dataplane
import Testing

@Suite("MAC limits in the table")
struct MACQuotaTests {
    private let network = NetworkIndex(1)
    private let port = PortIndex(1)

    @Test("A network's limit refuses what is new, and nothing else")
    func networkLimit() {
        MACTable.make(capacity: 64).with { table in
            table.setLimit(2, drops: false, of: network)
            #expect(table.learn(.init(1), .port(1)) == .inserted && table.learn(.init(2), .tunnel(1)) == .inserted)
            #expect(table.learn(.init(3), .port(2)) == .networkLimit)
            #expect(table.lookup(.init(3)).isNone)
            #expect(table.learn(.init(1), .port(1), now: 2) == .known && table.learn(.init(2), .port(2)) == .moved)
            #expect(table.learn(MACTable.key(3, network: 2), .port(2)) == .inserted, "another network")
            #expect(table.quota(of: network) == MACQuotaStatus(count: 2, limit: 2, refused: 1))
            table.remove(.init(1))
            #expect(table.learn(.init(3), .port(2)) == .inserted)
            #expect(table.brokenInvariants() == [])
        }
    }

    @Test("Of another limit nothing has been refused yet; the same one goes on counting")
    func changedLimit() {
        MACTable.make(capacity: 64).with { table in
            table.setLimit(1, drops: false, of: network)
            for number in 1...3 { table.learn(.init(number), .port(1)) }
            table.setLimit(1, drops: false, of: network)
            #expect(table.quota(of: network).refused == 2)
            table.setLimit(1, drops: true, of: network)
            #expect(table.quota(of: network).refused == 0 && table.learn(.init(4), .port(1)) == .networkLimit)
            table.setLimit(nil, drops: false, of: network)
            table.setLimit(1, drops: true, of: network)
            #expect(table.quota(of: network).refused == 0)
        }
    }

    @Test("A port's limit refuses what is new there, and what would move there")
    func portLimit() {
        MACTable.make(capacity: 64).with { table in
            table.setLimit(1, drops: false, of: port)
            #expect(table.learn(.init(1), .port(1, vlan: 100)) == .inserted)
            #expect(table.learn(.init(2), .port(1, vlan: 200)) == .portLimit)
            #expect(table.learn(.init(2), .port(2)) == .inserted)
            #expect(table.learn(.init(2), .port(1)) == .portLimit && table.lookup(.init(2)).destination == .port(2))
            #expect(table.learn(.init(1), .port(1)) == .moved, "to another VLAN of the port")
            #expect(table.learn(.init(1), .tunnel(4)) == .moved && table.learn(.init(2), .port(1)) == .moved)
            #expect(table.quota(of: port) == MACQuotaStatus(count: 1, limit: 1, refused: 2))
            #expect(table.brokenInvariants() == [])
        }
    }

    @Test("Entries of control's count for no limit, whatever they replace")
    func controlEntries() {
        MACTable.make(capacity: 64).with { table in
            table.setLimit(1, drops: false, of: network)
            #expect(table.put(.init(1), .port(1), .configured, now: 0) && table.put(.init(2), .port(1), .controlPlane, now: 0))
            #expect(table.learn(.init(3), .port(1)) == .inserted && table.learn(.init(4), .port(1)) == .networkLimit)
            #expect(table.put(.init(3), .port(2), .configured, now: 0))
            #expect(table.quota(of: network).count == 0)
            #expect(table.learn(.init(4), .port(1)) == .inserted)
            table.removeAll { _, entry in entry.origin == .configured }
            #expect(table.quota(of: network).count == 1 && table.brokenInvariants() == [])
        }
    }

    @Test("What is counted is right after ageing, and a lowered limit lets be what is there")
    func loweredLimit() {
        MACTable.make(capacity: 256).with { table in
            for number in 1...100 { table.learn(.init(number), .port(number % 3), now: UInt32(number)) }
            table.setLimit(10, drops: false, of: network)
            #expect(table.quota(of: network).count == 100 && table.learn(.init(101), .port(1)) == .networkLimit)
            table.age(in: 0..<table.bucketCount, now: 200, ageing: 105) { _, _ in }
            #expect(table.quota(of: network).count == 5 && table.learn(.init(101), .port(1)) == .inserted)
            table.setLimit(nil, drops: false, of: network)
            for number in 200..<300 { #expect(table.learn(.init(number), .port(1)) == .inserted) }
            #expect(table.brokenInvariants() == [])
        }
    }

    @Test("A sticky port keeps what it has learned, until that is gone")
    func sticky() {
        MACTable.make(capacity: 64).with { table in
            table.setSticky(true, port)
            #expect(table.learn(.init(1), .port(1)) == .inserted && table.learn(.init(1), .port(2)) == .violation)
            #expect(table.learn(.init(1), .port(1, vlan: 7)) == .violation && table.lookup(.init(1)).destination == .port(1))
            #expect(table.learn(.init(2), .port(2)) == .inserted && table.learn(.init(2), .port(1)) == .moved)
            table.remove(.init(1))
            #expect(table.learn(.init(1), .port(2)) == .inserted)
        }
    }
}

@Suite("Making room in the MAC table")
struct MACEvictionTests {
    private func table(_ holders: [(Destination, Int)], _ body: (MACTable) -> Void) {
        MACTable.make(capacity: 4096).with { table in
            var number = 0
            for (destination, count) in holders {
                for _ in 0..<count {
                    number += 1
                    table.learn(.init(number), destination, now: UInt32(number))
                }
            }
            body(table)
        }
    }

    private func counts(_ table: MACTable) -> [Destination: Int] {
        var counts: [Destination: Int] = [:]
        table.forEach { counts[$1.destination, default: 0] += 1 }
        return counts
    }

    @Test("Who has most loses its oldest")
    func largest() {
        table([(.port(1), 10), (.port(2), 100), (.tunnel(1), 20)]) { table in
            #expect(table.evict(30) { _, _ in true } == 30)
            #expect(counts(table) == [.port(1): 10, .port(2): 70, .tunnel(1): 20])
            for number in 11...40 { #expect(table.lookup(.init(number)).isNone) }
            #expect(table.brokenInvariants() == [])
        }
    }

    @Test("Then those that have as many lose alike")
    func level() {
        table([(.port(1), 10), (.port(2), 100), (.tunnel(1), 50)]) { table in
            #expect(table.evict(110) { _, _ in true } == 110)
            let left = counts(table)
            #expect(left[.port(1)] == 10 && left[.port(2)] == 20 && left[.tunnel(1)] == 20)
        }
    }

    @Test("The VLANs of a port are one holder; entries of control's and others than asked for stay")
    func whatCounts() {
        MACTable.make(capacity: 64).with { table in
            for number in 1...6 { table.learn(.init(number), .port(1, vlan: number)) }
            for number in 7...11 { table.learn(.init(number), .port(2)) }
            for number in 12...20 { _ = table.put(.init(number), .port(2), .configured, now: 0) }
            for number in 1...9 { table.learn(MACTable.key(number, network: 2), .port(3)) }
            #expect(table.evict(1) { key, _ in key.network == NetworkIndex(1) } == 1)
            #expect((1...6).filter { !table.lookup(.init($0)).isNone }.count == 5)
            #expect(table.evict(100) { key, _ in key.network == NetworkIndex(1) } == 10)
            #expect(table.count == 18 && table.brokenInvariants() == [])
        }
    }
}

extension MACKey {
    fileprivate init(_ number: Int) { self = MACTable.key(number) }
}
