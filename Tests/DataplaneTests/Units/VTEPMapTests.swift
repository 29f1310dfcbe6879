import BenchSupport
import Dataplane
import Testing

@Suite("VTEP map", .timeLimit(.minutes(2)))
struct VTEPMapTests {
    /// How the addresses of a fabric's VTEPs may be spread.
    enum Addresses: CaseIterable {
        case random
        /// One after the other in a subnet.
        case serial
        /// The first host of each /24: they differ in the third octet, then in the second.
        case firstHosts
        /// Few bits that differ, far apart.
        case sparse

        func address(_ number: Int, _ random: inout SplitMix64) -> UInt32 {
            switch self {
            case .random: UInt32(truncatingIfNeeded: random.next()) | 1
            case .serial: 0x0A00_0001 + UInt32(number)
            case .firstHosts: 0x0A00_0001 + UInt32(number) << 8
            case .sparse: (0..<12).reduce(1) { $0 | (UInt32(number) >> UInt32($1) & 1) << (31 - 2 * UInt32($1)) }
            }
        }

        func map(_ count: Int, _ random: inout SplitMix64) -> [UInt32: TunnelIndex] {
            var map: [UInt32: TunnelIndex] = [:]
            var number = 0
            while map.count < count {
                map[address(number, &random)] = TunnelIndex(UInt16(1 + number % 4095))
                number += 1
            }
            return map
        }
    }

    private func withMap(_ body: (VTEPMap) throws -> Void) rethrows {
        let tables = Tables.make(macCapacity: 16)
        defer { tables.destroy() }
        try body(tables.vteps)
    }

    /// Whether all addresses lead to their tunnels, and what is close to them or far from them leads to none.
    private func isTrue(_ vteps: VTEPMap, to wanted: [UInt32: TunnelIndex], _ random: inout SplitMix64) -> Bool {
        let near = wanted.keys.prefix(64).flatMap { address in
            [address &+ 1, address &- 1, address.byteSwapped] + (0..<32).map { address ^ 1 << UInt32($0) }
        }
        let far = (0..<1000).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        return wanted.allSatisfy { vteps[$0.key] == $0.value }
            && (near + far + [0, 1, .max]).allSatisfy { vteps[$0] == wanted[$0] ?? .none }
    }

    @Test(
        "Up to 4096 addresses, however they are spread, are found, and no others",
        arguments: [1, 2, 15, 16, 17, 64, 255, 256, 1024, 1025, 4095, 4096], Addresses.allCases)
    func sizes(count: Int, addresses: Addresses) {
        var random = seededRandom("VTEPMap \(count), \(addresses)")
        withMap { vteps in
            let wanted = addresses.map(count, &random)
            vteps.publish(wanted)?.deallocate()
            #expect(isTrue(vteps, to: wanted, &random))
        }
    }

    /// In so small tables, addresses share their first place in every other map, and now and then run over its end.
    @Test("A thousand small maps, many of them with collisions, are all true")
    func smallMaps() {
        var random = seededRandom("VTEPMap, small maps")
        withMap { vteps in
            for round in 0..<1000 {
                let wanted = Addresses.random.map(random.below(65), &random)
                vteps.publish(wanted)?.deallocate()
                guard !isTrue(vteps, to: wanted, &random) else { continue }
                Issue.record("map \(round): \(wanted)")
                return
            }
        }
    }

    @Test("A burst of lookups gives what single lookups give")
    func bursts() {
        var random = seededRandom("VTEPMap, bursts")
        withMap { vteps in
            let wanted = Addresses.random.map(300, &random)
            vteps.publish(wanted)?.deallocate()
            let addresses = wanted.keys + [0, 1, .max]
            var tunnels = [UInt16](repeating: 0xFFFF, count: addresses.count)
            vteps.lookup(addresses.map(\.bigEndian), count: addresses.count, into: &tunnels)
            #expect(tunnels == addresses.map { vteps[$0].rawValue })
        }
    }
}
