import Gateway
import Testing

@Suite("Internet checksum")
struct InternetChecksumTests {
    @Test("The example of RFC 1071 section 3 gives its sum")
    func example() {
        let bytes: [UInt8] = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]
        #expect(internetChecksum(bytes, in: 0..<8) == ~0xDDF2)
    }

    @Test("An odd last byte counts as the upper half of a word")
    func odd() {
        #expect(internetChecksum([0x12, 0x34, 0x56], in: 0..<3) == 0xFFFF ^ (0x1234 + 0x5600))
        #expect(internetChecksum([0x12, 0x34, 0x56, 0x00], in: 0..<4) == 0xFFFF ^ (0x1234 + 0x5600))
    }

    @Test("Only the range counts, wherever it starts")
    func range() {
        #expect(internetChecksum([0xFF, 0x12, 0x34, 0xFF], in: 1..<3) == ~0x1234)
        #expect(internetChecksum([1, 2, 3], in: 1..<1) == 0xFFFF)
    }

    @Test("Carries fold back until none is left")
    func carries() {
        #expect(internetChecksum([UInt8](repeating: 0xFF, count: 65534), in: 0..<65534) == 0)
        #expect(internetChecksum([0xFF, 0xFF, 0x00, 0x01], in: 0..<4) == 0xFFFE)
    }

    @Test("Data with its own checksum sums to zero")
    func selfCheck() {
        #expect(internetChecksum(UnderlayFrames.echoRequest, in: 14..<34) == 0)
        #expect(internetChecksum(UnderlayFrames.echoRequest, in: 34..<59) == 0)
    }
}
