import Dataplane
import Testing

@Suite("Own addresses")
struct AddressListTests {
    @Test("Random lists hold their addresses, the first of each family in front, and no others")
    func model() {
        var source = AddressSource(random: seededRandom("AddressList"))
        for round in 0..<2000 {
            let addresses = source.next(round % 20)
            let memory = AddressList.make(addresses)
            defer { memory.deallocate() }
            let list = AddressList(memory: memory)
            let ipv4 = addresses.filter(\.isIPv4), ipv6 = addresses.filter { !$0.isIPv4 }
            #expect(list.addresses == ipv4 + ipv6)
            #expect(list.first == ipv4.first.map { UInt64($0.ipv4!.bigEndian) } ?? .max)
            #expect(list.firstIPv6 == ipv6.first ?? .none)
            #expect(addresses.allSatisfy { list.contains($0) })
            #expect(ipv4.allSatisfy { list.contains(ipv4BE: $0.ipv4!.bigEndian) })
            let others = source.next(50) + addresses.map { source.neighbour(of: $0) }
            #expect(others.allSatisfy { list.contains($0) == addresses.contains($0) })
            let lastWords = others.map { UInt32(truncatingIfNeeded: $0.low) }
            #expect(lastWords.allSatisfy { list.contains(ipv4BE: $0.bigEndian) == ipv4.contains(UnderlayAddress(ipv4: $0)) })
        }
    }

    @Test("No list holds nothing")
    func none() {
        let list = AddressList(memory: nil)
        #expect(list.addresses.isEmpty && list.first == .max && list.firstIPv6 == .none)
        #expect(!list.contains(.none) && !list.contains(ipv4BE: 0) && !list.contains(UnderlayAddress(ipv4: 0)))
    }
}
