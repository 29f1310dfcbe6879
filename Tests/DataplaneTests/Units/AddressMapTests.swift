import BenchSupport
import Dataplane
import Testing

@Suite("Address map")
struct AddressMapTests {
    private func withMap(_ body: (AddressMap) throws -> Void) rethrows {
        let tables = Tables.make(macCapacity: 16)
        defer { tables.destroy() }
        try body(tables[endpoint: 0].vteps6)
    }

    @Test(
        "Up to 4095 random addresses are found with their numbers, and no others", arguments: [0, 1, 2, 3, 4, 5, 16, 17, 255, 1024, 4095])
    func model(count: Int) {
        var source = AddressSource(random: seededRandom("AddressMap \(count)"))
        withMap { map in
            for _ in 0..<(count < 100 ? 200 : 3) {
                var model: [UnderlayAddress: UInt16] = [:]
                while model.count < count { model[source.next()] = UInt16(1 + source.random.below(65535)) }
                map.publish(model)?.deallocate()
                #expect(model.allSatisfy { map[$0.key] == $0.value })
                let others = model.keys.prefix(500).map { source.neighbour(of: $0) } + source.next(500) + [.none]
                #expect(others.allSatisfy { map[$0] == model[$0] ?? 0 })
            }
        }
    }

    @Test("A map is replaced as a whole, and its memory handed back")
    func replacement() {
        withMap { map in
            let first = UnderlayAddress(high: 1, low: 2), second = UnderlayAddress(ipv4: 7)
            map.publish([first: 9])?.deallocate()
            let old = map.publish([second: 8])
            #expect(old != nil && map[first] == 0 && map[second] == 8)
            old?.deallocate()
            map.publish([:])?.deallocate()
            #expect(map[second] == 0)
        }
    }

    @Test("A port's groups are in a map of their own")
    func groups() {
        let tables = Tables.make(macCapacity: 16)
        defer { tables.destroy() }
        var record = PortRecord()
        #expect(tables.ports.publishGroups(PortIndex(1), [UnderlayAddress(ipv4: 0xEF01_0101)]) == nil, "an access port has none")
        record.isUnderlay = 1
        tables.ports.set(PortIndex(0), record, sharedTransmit: false, node: -1)
        let old = tables.ports.publishGroups(PortIndex(0), [UnderlayAddress(ipv4: 0xEF01_0101)])
        #expect(old != nil)
        old?.deallocate()
    }
}
