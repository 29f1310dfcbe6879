import Dataplane
import Testing

@Suite("Outer headers")
struct OuterHeaderTests {
    static let header = OuterHeader(
        destinationMAC: MACAddress(2, 0, 0, 0, 0xB, 1), sourceMAC: MACAddress(2, 0, 0, 0, 0xA, 1), source: 0xC000_0201,
        destination: 0xC000_0202, udpPort: 4789)

    static func written(_ header: OuterHeader) -> Bytes {
        var bytes = Bytes(repeating: 0xEE, count: OuterHeader.byteCount + 2)
        bytes.withUnsafeMutableBytes { header.write(to: $0.baseAddress!) }
        return bytes
    }

    @Test("The prebuilt header has every constant field in its place and zero in the others")
    func goldenBytes() {
        let golden = Bytes(
            hex: """
                020000000b01 020000000a01 0800
                45 00 0000 0000 4000 40 11 0000 c0000201 c0000202
                0000 12b5 0000 0000
                08 000000 000000 00
                """)
        #expect(OuterHeaderTests.written(OuterHeaderTests.header) == golden + [0xEE, 0xEE])
    }

    @Test("The UDP port is the configured one")
    func udpPort() {
        let header = OuterHeader(destinationMAC: .zero, sourceMAC: .zero, source: 0, destination: 0, udpPort: 8472)
        #expect(OuterHeaderTests.written(header).u16(36) == 8472)
    }

    @Test("The checksum by arithmetic is the one by the book for every length")
    func checksumForEveryLength() {
        let header = Bytes(OuterHeaderTests.written(OuterHeaderTests.header)[14..<34])
        let base = OuterHeaderTests.header.ipv4ChecksumBase
        for length in 0...65535 {
            let byBook = naiveChecksum(header.replacing(2, bytes(UInt16(length))))
            guard OuterHeader.ipv4Checksum(base: base, totalLength: UInt32(length)) != byBook else { continue }
            Issue.record("length \(length)")
            return
        }
    }

    @Test("The checksum by arithmetic is right for random addresses")
    func checksumForRandomAddresses() {
        var random = seededRandom("OuterHeader checksums")
        for _ in 0..<10_000 {
            let source = UInt32(truncatingIfNeeded: random.next()), destination = UInt32(truncatingIfNeeded: random.next())
            let header = OuterHeader(destinationMAC: .zero, sourceMAC: .zero, source: source, destination: destination, udpPort: 4789)
            let length = UInt16(truncatingIfNeeded: random.next())
            let byBook = naiveChecksum(Bytes(OuterHeaderTests.written(header)[14..<34]).replacing(2, bytes(length)))
            #expect(OuterHeader.ipv4Checksum(base: header.ipv4ChecksumBase, totalLength: UInt32(length)) == byBook)
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
