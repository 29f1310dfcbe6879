import Dataplane
import Dispatch
import Testing

@Suite("Neighbours of networks")
struct NeighborMapTests {
    private func withMap(_ body: (NeighborMap) throws -> Void) rethrows {
        let tables = Tables.make(macCapacity: 16)
        defer { tables.destroy() }
        try body(tables.neighbors)
    }

    private static let blue = NetworkIndex(1)
    private static let red = NetworkIndex(65535)
    private static let v4 = UnderlayAddress(ipv4: 0x0A01_0001)
    private static let v6 = UnderlayAddress(high: 0x2001_0DB8 << 32, low: 1)
    private static let a = KnownNeighbor(mac: MACAddress(2, 0, 0, 0, 0, 0xA))
    private static let b = KnownNeighbor(mac: MACAddress(0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF), isRouter: true)

    @Test("A host is found in its own network, by its own address, and nowhere else")
    func lookups() {
        withMap { map in
            #expect(map[NeighborMapTests.blue, NeighborMapTests.v4] == nil)
            #expect(map.put(NeighborMapTests.blue, NeighborMapTests.v4, NeighborMapTests.a))
            #expect(map.put(NeighborMapTests.red, NeighborMapTests.v4, NeighborMapTests.b))
            #expect(map.put(NeighborMapTests.blue, NeighborMapTests.v6, NeighborMapTests.b))
            #expect(map[NeighborMapTests.blue, NeighborMapTests.v4] == NeighborMapTests.a)
            #expect(map[NeighborMapTests.red, NeighborMapTests.v4] == NeighborMapTests.b)
            #expect(map[NeighborMapTests.blue, NeighborMapTests.v6] == NeighborMapTests.b)
            #expect(map[NeighborMapTests.red, NeighborMapTests.v6] == nil && map[NetworkIndex(2), NeighborMapTests.v4] == nil)
            #expect(map[NeighborMapTests.blue, UnderlayAddress(ipv4: 0x0A01_0002)] == nil && map.count == 3)
        }
    }

    @Test("What is put again is replaced, what is removed is gone, once")
    func changes() {
        withMap { map in
            map.put(NeighborMapTests.blue, NeighborMapTests.v4, NeighborMapTests.b)
            map.put(NeighborMapTests.blue, NeighborMapTests.v4, NeighborMapTests.a)
            #expect(map[NeighborMapTests.blue, NeighborMapTests.v4] == NeighborMapTests.a && map.count == 1)
            for _ in 0..<2 { map.remove(NeighborMapTests.blue, NeighborMapTests.v4) }
            #expect(map[NeighborMapTests.blue, NeighborMapTests.v4] == nil && map.count == 0)
            map.put(NeighborMapTests.blue, NeighborMapTests.v4, NeighborMapTests.b)
            #expect(map[NeighborMapTests.blue, NeighborMapTests.v4] == NeighborMapTests.b)
        }
    }

    @Test("It holds as many hosts as it says, twice, and whole networks go at once")
    func capacity() {
        withMap { map in
            let count = 2 * NeighborMap.capacity
            func address(_ number: Int) -> UnderlayAddress {
                number % 2 == 0 ? UnderlayAddress(ipv4: UInt32(number)) : UnderlayAddress(high: 0x2001_0DB8 << 32, low: UInt64(number))
            }
            func network(_ number: Int) -> NetworkIndex { NetworkIndex(UInt16(1 + number % 3)) }
            func neighbor(_ number: Int) -> KnownNeighbor { KnownNeighbor(mac: MACAddress(bits: UInt64(number) << 16 | 2)) }
            let refused = (0..<count).filter { !map.put(network($0), address($0), neighbor($0)) }
            #expect(refused.isEmpty && map.count == count)
            #expect((0..<count).allSatisfy { map[network($0), address($0)] == neighbor($0) })
            map.removeAll(in: [network(0), network(2)])
            #expect((0..<count).allSatisfy { (map[network($0), address($0)] != nil) == ($0 % 3 == 1) })
            #expect(map.count == (0..<count).count { $0 % 3 == 1 })
        }
    }

    @Test("Readers see what a host is or was, or nothing, while it changes, goes and comes, and never another's")
    func concurrentReaders() {
        withMap { map in
            // Few addresses, so that slots are freed and used again by others all the time.
            let hosts = 64, rounds = 300_000
            @Sendable func address(_ number: Int) -> UnderlayAddress { UnderlayAddress(ipv4: 0x0A00_0000 + UInt32(number)) }
            // The MAC tells the host, the router flag that it is of the second kind.
            @Sendable func neighbor(_ number: Int, _ kind: Int) -> KnownNeighbor {
                KnownNeighbor(mac: MACAddress(bits: UInt64(number) << 32 | UInt64(kind) << 16 | 2), isRouter: kind == 1)
            }
            let wrong = UnsafeMutablePointer<Int>.allocate(capacity: 3), found = UnsafeMutablePointer<Int>.allocate(capacity: 3)
            wrong.initialize(repeating: 0, count: 3)
            found.initialize(repeating: 0, count: 3)
            defer {
                wrong.deallocate()
                found.deallocate()
            }
            nonisolated(unsafe) let counts = (wrong: wrong, found: found)
            DispatchQueue.concurrentPerform(iterations: 3) { thread in
                for round in 0..<rounds * (thread == 0 ? 1 : 4) {
                    let number = (round &* 2_654_435_761) >> 7 & (hosts - 1)
                    if thread == 0 {
                        switch round % 3 {
                        case 0: map.put(NeighborMapTests.blue, address(number), neighbor(number, round & 1))
                        case 1: map.put(NeighborMapTests.blue, address(round & (hosts - 1)), neighbor(round & (hosts - 1), number & 1))
                        default: map.remove(NeighborMapTests.blue, address(number))
                        }
                    } else if let seen = map[NeighborMapTests.blue, address(number)] {
                        counts.found[thread] += 1
                        if seen != neighbor(number, 0), seen != neighbor(number, 1) { counts.wrong[thread] += 1 }
                    }
                }
            }
            #expect(wrong[1] == 0 && wrong[2] == 0 && found[1] + found[2] > 0)
        }
    }
}
