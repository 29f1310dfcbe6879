import BenchSupport
import Dataplane
import Testing

@Suite("Accept list")
struct AcceptListTests {
    typealias Prefix = (address: UnderlayAddress, length: Int)

    /// Bit by bit, as one would explain it.
    private func isIn(_ address: UnderlayAddress, _ prefix: Prefix) -> Bool {
        // A prefix that ends before the addresses of IPv4 is IPv6's.
        if address.isIPv4, prefix.length < 96 { return false }
        return bits(address).prefix(prefix.length) == bits(prefix.address).prefix(prefix.length)
    }

    private func bits(_ address: UnderlayAddress) -> [Bool] {
        [address.high, address.low].flatMap { word in (0..<64).map { word >> UInt64(63 - $0) & 1 == 1 } }
    }

    /// Unicast addresses of hosts, RFC 1122 section 3.2.1.3 and RFC 4291 section 2.4; 240.0.0.0/4 is nobody's.
    private func isHost(_ address: UnderlayAddress) -> Bool {
        if let ipv4 = address.ipv4 { return ![0, 127].contains(ipv4 >> 24) && ipv4 >> 24 < 224 }
        return address.high >> 56 != 0xFF && !(address.high == 0 && address.low <= 1)
    }

    private func withList(_ prefixes: [Prefix], _ body: (AcceptList) throws -> Void) rethrows {
        let memory = AcceptList.make(prefixes)
        defer { memory?.deallocate() }
        try body(AcceptList(memory: memory))
    }

    @Test("Random lists agree with the bits of their prefixes")
    func model() {
        var source = AddressSource(random: seededRandom("AcceptList"))
        var accepted = 0
        var wrong: String?
        for round in 0..<3000 {
            let prefixes = source.next(round % 8).map { address -> Prefix in
                let least = address.isIPv4 ? 96 : 0
                return (address, least + source.random.below(129 - least))
            }
            withList(prefixes) { list in
                let addresses =
                    source.next(30) + prefixes.map(\.address)
                    + prefixes.flatMap { prefix in
                        (0..<4).map { _ in source.neighbour(of: prefix.address) }
                    }
                for address in addresses {
                    let isAccepted = isHost(address) && prefixes.contains { isIn(address, $0) }
                    accepted += isAccepted ? 1 : 0
                    if list.contains(address) != isAccepted { wrong = "\(address) in \(prefixes)" }
                }
            }
        }
        #expect(wrong == nil && accepted > 5000)
    }

    @Test(
        "Every length of a prefix ends at its bit",
        arguments: [UnderlayAddress(ipv4: 0x55AA_55AA), UnderlayAddress(high: 0x2A55_AA55_AA55_AA55, low: 0x55AA_55AA_55AA_55AA)])
    func lengths(address: UnderlayAddress) {
        for length in (address.isIPv4 ? 96 : 0)...128 {
            withList([(address, length)]) { list in
                for bit in (address.isIPv4 ? 96 : 1)..<128 {
                    let other = UnderlayAddress(
                        high: address.high ^ (bit < 64 ? 1 << UInt64(63 - bit) : 0),
                        low: address.low ^ (bit < 64 ? 0 : 1 << UInt64(127 - bit)))
                    guard isHost(other) else { continue }
                    #expect(list.contains(other) == (bit >= length), "length \(length), bit \(bit)")
                }
                #expect(list.contains(address))
            }
        }
    }

    @Test("No list, nobody")
    func none() {
        #expect(AcceptList.make([]) == nil)
        withList([]) { list in
            #expect(!list.contains(UnderlayAddress(ipv4: 0xC000_0201)) && !list.contains(UnderlayAddress(high: 0x2001 << 48, low: 1)))
        }
    }
}
