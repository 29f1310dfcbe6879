import Dataplane
import Testing

@Suite("Outer headers")
struct OuterHeaderTests {
    static func header(
        source: UInt32 = 0xC000_0201, destination: UInt32 = 0xC000_0202, udpPort: UInt16 = 4789, hardwareChecksum: Bool = false
    ) -> OuterHeader {
        var fields = OuterFields()
        fields.deviceIPv4Checksum = hardwareChecksum
        return OuterHeader(
            destinationMAC: MACAddress(2, 0, 0, 0, 0xB, 1), sourceMAC: MACAddress(2, 0, 0, 0, 0xA, 1), source: source,
            destination: destination, udpPort: udpPort, fields: fields)
    }

    /// The bytes written, and two behind them.
    static func written(_ header: OuterHeader, innerByteCount: UInt32 = 0x203) -> Bytes {
        var bytes = Bytes(repeating: 0xEE, count: OuterHeader.byteCount + 2)
        bytes.withUnsafeMutableBytes { raw in
            header.write(
                to: raw.baseAddress!, innerByteCount: innerByteCount, sourcePortBE: UInt16(0xC0DE).bigEndian, copied: 0,
                vxlan: VXLANHeader(vni: 0xABCDEF))
        }
        return bytes
    }

    @Test("Every field is in its place, and nothing is written behind the header")
    func goldenBytes() {
        let golden = Bytes(
            hex: """
                020000000b01 020000000a01 0800
                45 00 0227 0000 4000 40 11 b4c2 c0000201 c0000202
                c0de 12b5 0213 0000
                08 000000 abcdef 00
                """)
        #expect(OuterHeaderTests.written(OuterHeaderTests.header()) == golden + [0xEE, 0xEE])
    }

    @Test("The template has zero where packets differ")
    func template() {
        var golden = OuterHeaderTests.written(OuterHeaderTests.header())
        for field in [16..<18, 24..<26, 34..<36, 38..<40, 46..<49] { for offset in field { golden[offset] = 0 } }
        #expect(OuterHeaderTests.header().template == golden.dropLast(2))
    }

    @Test("The UDP port is the configured one")
    func udpPort() { #expect(OuterHeaderTests.written(OuterHeaderTests.header(udpPort: 8472)).u16(36) == 8472) }

    @Test("The checksum is zero where the device computes it")
    func hardwareChecksum() {
        let byHand = OuterHeaderTests.written(OuterHeaderTests.header())
        #expect(OuterHeaderTests.written(OuterHeaderTests.header(hardwareChecksum: true)) == byHand.replacing(24, 0, 0))
    }

    @Test("The checksum is valid for every length")
    func checksumForEveryLength() {
        let header = OuterHeaderTests.header()
        for length in 0...UInt32(65535 - 36) {
            let ipv4 = Bytes(OuterHeaderTests.written(header, innerByteCount: length)[14..<34])
            guard ipv4.u16(2) != length + 36 || naiveChecksum(ipv4) != 0 else { continue }
            Issue.record("inner frame of \(length) bytes")
            return
        }
    }

    @Test("The checksum is valid for random addresses")
    func checksumForRandomAddresses() {
        var random = seededRandom("OuterHeader checksums")
        for _ in 0..<10_000 {
            let source = UInt32(truncatingIfNeeded: random.next()), destination = UInt32(truncatingIfNeeded: random.next())
            let header = OuterHeaderTests.header(source: source, destination: destination)
            let length = UInt32(truncatingIfNeeded: random.next() % 65499)
            #expect(naiveChecksum(Bytes(OuterHeaderTests.written(header, innerByteCount: length)[14..<34])) == 0)
        }
    }
}

@Suite("Internet checksum")
struct InternetChecksumTests {
    @Test("A header with its checksum is valid, and not with any one bit of it flipped")
    func everyBitCounts() {
        let packet = IPv4Packet(source: 0xC000_0202, destination: 0xC000_0201, identification: 0xBEEF, payload: [1, 2, 3])
        let header = Bytes(packet.bytes[..<20])
        #expect(header.withUnsafeBytes { InternetChecksum.isValidIPv4Header($0.baseAddress!) })
        for bit in 0..<160 {
            let flipped = header.replacing(bit / 8, header[bit / 8] ^ 1 << (bit % 8))
            #expect(!flipped.withUnsafeBytes { InternetChecksum.isValidIPv4Header($0.baseAddress!) }, "bit \(bit)")
        }
    }

    @Test("Validity agrees with the sum by the book on random headers")
    func agreesWithTheBook() {
        var random = seededRandom("InternetChecksum")
        for round in 0..<20_000 {
            var header = (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            // Sums with many carries, too, and half of the headers right.
            if round % 3 == 0 { header = header.map { $0 | 0xF0 } }
            if round % 2 == 0 { header = header.replacing(10, bytes(naiveChecksum(header.replacing(10, 0, 0)))) }
            let isValid = header.withUnsafeBytes { InternetChecksum.isValidIPv4Header($0.baseAddress!) }
            #expect(isValid == (naiveChecksum(header) == 0))
        }
    }
}
