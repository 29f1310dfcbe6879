import Dataplane
import Gateway
import Testing

@Suite("Packet too big")
struct PacketTooBigTests {
    private static let a = MACAddress(2, 0, 0, 0, 1, 0xA)
    private static let b = MACAddress(2, 0, 0, 0, 1, 0xB)

    private static func ethernet(_ type: UInt16, _ packet: [UInt8], to destination: MACAddress = b) -> [UInt8] {
        destination.octets + a.octets + [UInt8(type >> 8), UInt8(type & 0xFF)] + packet
    }

    /// From 10.1.0.1 to 10.1.0.2, DF set; 1500 bytes.
    private static func ipv4(
        fragment: UInt16 = 0x4000, proto: UInt8 = 17, source: [UInt8] = [10, 1, 0, 1], destination: [UInt8] = [10, 1, 0, 2],
        payload: [UInt8] = [0x03, 0xE8, 0x07, 0xD0]
    ) -> [UInt8] {
        var header: [UInt8] = [0x45, 0, 0x05, 0xDC, 0, 7, UInt8(fragment >> 8), UInt8(fragment & 0xFF), 64, proto, 0, 0]
        header += source + destination
        let sum = internetChecksum(header, in: 0..<20)
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xFF)
        return header + payload + [UInt8](repeating: 0xAB, count: 1480 - payload.count)
    }

    private static func address(_ text: String) -> [UInt8] {
        let address = IPAddress(text)!
        return [address.high, address.low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) } }
    }

    private static func ipv6(
        next: UInt8 = 17, source: String = "2001:db8::1", destination: String = "2001:db8::2", payload: [UInt8] = [0x03, 0xE8, 0x07, 0xD0]
    ) -> [UInt8] {
        [0x60, 0, 0, 0, 0x05, 0xB4, next, 64] + address(source) + address(destination) + payload
            + [UInt8](repeating: 0xAB, count: 1460 - payload.count)
    }

    private func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap { $0.hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test("The sender of an IPv4 packet gets what a router would say, in the name of the receiver")
    func ipv4Message() throws {
        let frame = PacketTooBigTests.ethernet(0x0800, PacketTooBigTests.ipv4())
        let reply = try #require(PacketTooBig(frame: frame, mtu: 1350)).reply
        // Made with scapy, but for the inner UDP length and checksum, which lie behind.
        let expected = hex(
            "02000000010a02000000010b080045c0024000004000400123f90a0100020a0100010304")
        #expect(Array(reply.prefix(expected.count)) == expected)
        #expect(reply.count == 14 + 576)
        #expect(Array(reply[40..<42]) == [0x05, 0x46], "next-hop MTU")
        #expect(Array(reply[42...]) == Array(frame[14..<(14 + 548)]), "as much of the packet as fits")
        #expect(internetChecksum(reply, in: 34..<reply.count) == 0)
        #expect(internetChecksum(reply, in: 14..<34) == 0)
    }

    @Test("The sender of an IPv6 packet gets ICMPv6")
    func ipv6Message() throws {
        let frame = PacketTooBigTests.ethernet(0x86DD, PacketTooBigTests.ipv6())
        let reply = try #require(PacketTooBig(frame: frame, mtu: 1350)).reply
        let expected = hex(
            "02000000010a02000000010b86dd6000000004d83a4020010db800000000000000000000000220010db80000000000000000000000010200")
        #expect(Array(reply.prefix(expected.count)) == expected)
        #expect(reply.count == 14 + 1280)
        #expect(Array(reply[58..<62]) == [0, 0, 0x05, 0x46])
        #expect(Array(reply[62...]) == Array(frame[14..<(14 + 1232)]))
        let pseudo = Array(reply[22..<54]) + [0, 0, 0x04, 0xD8, 0, 0, 0, 58] + reply[54...]
        #expect(internetChecksum(pseudo, in: 0..<pseudo.count) == 0)
    }

    @Test("A short packet is quoted whole, and the frame is padded")
    func shortPacket() throws {
        let packet = Array(PacketTooBigTests.ipv4().prefix(24))
        let reply = try #require(PacketTooBig(frame: PacketTooBigTests.ethernet(0x0800, packet), mtu: 600)).reply
        #expect(reply.count == 14 + 20 + 8 + 24)
        let shorter = try #require(PacketTooBig(frame: PacketTooBigTests.ethernet(0x0800, Array(packet.prefix(20))), mtu: 600)).reply
        #expect(shorter.count == 14 + 20 + 8 + 20)
    }

    @Test("Where no message may be sent, none is", arguments: silent)
    func noMessage(what: String, frame: [UInt8], mtu: Int) { #expect(PacketTooBig(frame: frame, mtu: mtu) == nil, "\(what)") }

    private static let silent: [(String, [UInt8], Int)] = [
        ("may be fragmented", ethernet(0x0800, ipv4(fragment: 0)), 1350),
        ("a later fragment", ethernet(0x0800, ipv4(fragment: 0x4001)), 1350),
        ("an ICMP error", ethernet(0x0800, ipv4(proto: 1, payload: [3, 4, 0, 0])), 1350),
        ("no source", ethernet(0x0800, ipv4(source: [0, 0, 0, 0])), 1350),
        ("to a group", ethernet(0x0800, ipv4(destination: [239, 1, 1, 1])), 1350),
        ("a broadcast frame", ethernet(0x0800, ipv4(), to: .broadcast), 1350),
        ("an ICMPv6 error", ethernet(0x86DD, ipv6(next: 58, payload: [2, 0, 0, 0])), 1350),
        ("an IPv6 group", ethernet(0x86DD, ipv6(destination: "ff02::1")), 1350),
        ("no IPv6 source", ethernet(0x86DD, ipv6(source: "::")), 1350),
        ("an MTU that IPv6 does not know", ethernet(0x86DD, ipv6()), 1279),
        ("no IP", ethernet(0x88B5, ipv4()), 1350),
        ("another version", ethernet(0x0800, [0x65] + ipv4().dropFirst()), 1350),
    ]

    @Test("An echo request is answered with an error, unlike an error")
    func echo() {
        let request = PacketTooBigTests.ethernet(0x0800, PacketTooBigTests.ipv4(proto: 1, payload: [8, 0, 0, 0]))
        #expect(PacketTooBig(frame: request, mtu: 1350) != nil)
        let request6 = PacketTooBigTests.ethernet(0x86DD, PacketTooBigTests.ipv6(next: 58, payload: [128, 0, 0, 0]))
        #expect(PacketTooBig(frame: request6, mtu: 1350) != nil)
    }

    @Test("Truncated and random frames lead to a message or to none, and to nothing else")
    func badInput() {
        var random = SeededRandom(state: 20)
        for original in [
            PacketTooBigTests.ethernet(0x0800, PacketTooBigTests.ipv4()), PacketTooBigTests.ethernet(0x86DD, PacketTooBigTests.ipv6()),
        ] {
            for length in 0...80 { _ = PacketTooBig(frame: Array(original.prefix(length)), mtu: 1300) }
            for _ in 0..<20000 {
                var frame = original
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    frame[Int.random(in: 0..<64, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                guard let reply = PacketTooBig(frame: frame, mtu: 1300)?.reply else { continue }
                #expect(reply.count <= 14 + 1280)
            }
        }
    }

    @Test("A tag goes on")
    func tags() {
        let frame = PacketTooBigTests.ethernet(0x0800, PacketTooBigTests.ipv4())
        let tagged = frame.tagged(0xA12C)
        #expect(tagged.count == frame.count + 4 && Array(tagged[12..<16]) == [0x81, 0, 0xA1, 0x2C])
        #expect(Array(tagged[..<12] + tagged[16...]) == frame)
    }
}
