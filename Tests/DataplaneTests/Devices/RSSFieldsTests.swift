import Dataplane
import Testing

@Suite("What a device is asked to spread by") struct RSSFieldsTests {
    static let flow: RSSFields = [.ethernet, .ip, .tcp, .udp, .sctp]

    @Test func `an access port is spread by every address and port that the device hashes`() {
        #expect(PacketPath.RSSTests.everything.wanted(isUnderlay: false) == RSSFieldsTests.flow)
        #expect(RSSFields([.ip, .tcp]).wanted(isUnderlay: false) == [.ip, .tcp])
        #expect(RSSFields([]).wanted(isUnderlay: false).isEmpty)
    }

    @Test func `an underlay port is spread by inner headers where the device looks inside, like access ports`() {
        #expect(PacketPath.RSSTests.everything.wanted(isUnderlay: true) == RSSFieldsTests.flow.union(.innermost))
    }

    @Test func `an underlay port is spread by the outer source port where the device does not look inside`() {
        #expect(RSSFieldsTests.flow.wanted(isUnderlay: true) == [.ip, .udp])
        #expect(RSSFields([.ip, .tcp]).wanted(isUnderlay: true) == [.ip])
    }

    @Test func `fields have names, also those that a device knows in part`() {
        #expect(RSSFieldsTests.flow.names == ["ethernet", "ip", "tcp", "udp", "sctp"])
        let lowestOfIP = RSSFields(rawValue: 1 << UInt64(RSSFields.ip.rawValue.trailingZeroBitCount))
        #expect(lowestOfIP.names == ["ip"])
        #expect(RSSFields.innermost.names == [])
    }
}

@Suite("The symmetric key") struct SymmetricKeyTests {
    /// What a NIC computes: for each bit of the input that is set, the 32 bits of the key that begin there.
    static func toeplitz(_ input: [UInt8]) -> UInt32 {
        var hash: UInt32 = 0
        for bit in 0..<input.count * 8 where input[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 {
            var window: UInt32 = 0
            for position in bit..<bit + 32 {
                window = window << 1 | UInt32(SymmetricKey.bytes[position / 8] >> UInt8(7 - position % 8) & 1)
            }
            hash ^= window
        }
        return hash
    }

    static func flow(_ source: UInt32, _ destination: UInt32, _ sourcePort: UInt16, _ destinationPort: UInt16) -> UInt32 {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        return toeplitz(bytes(source) + bytes(destination) + bytes(sourcePort) + bytes(destinationPort))
    }

    @Test func `both directions of a flow have the same hash`() {
        var random = seededRandom("symmetric key")
        for _ in 0..<1000 {
            let (a, b) = (UInt32.random(in: .min ... .max, using: &random), UInt32.random(in: .min ... .max, using: &random))
            let (p, q) = (UInt16.random(in: .min ... .max, using: &random), UInt16.random(in: .min ... .max, using: &random))
            #expect(SymmetricKeyTests.flow(a, b, p, q) == SymmetricKeyTests.flow(b, a, q, p))
        }
    }

    @Test(arguments: [2, 3, 4, 7, 16])
    func `the source ports of one remote VTEP come to all queues alike`(queues: Int) {
        var counts = [Int](repeating: 0, count: queues)
        let ports: ClosedRange<UInt16> = 49152...65535
        for port in ports {
            counts[Int(SymmetricKeyTests.flow(0xC000_0202, 0xC000_0201, port, 4789)) % 128 % queues] += 1
        }
        let even = ports.count / queues
        // A table of 128 entries does not divide evenly by 3 and 7.
        #expect(counts.allSatisfy { abs($0 - even) <= even / 16 }, "\(counts)")
    }

    @Test func `no two values of one port have the same sixteen lowest bits`() {
        #expect(Set((0...UInt16.max).map { SymmetricKeyTests.flow(1, 2, $0, 4789) & 0xFFFF }).count == 65536)
    }
}
