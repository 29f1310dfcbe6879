import Dataplane

/// A frame or a part of one, in wire order.
typealias Bytes = [UInt8]

extension Bytes {
    /// Bytes from hexadecimal digits; what lies between them is for the reader.
    init(hex: String) {
        let digits = hex.compactMap { $0.hexDigitValue.map(UInt8.init) }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// A number of 16 bits in network order; 0 behind the end.
    func u16(_ offset: Int) -> UInt16 { offset + 1 < count ? UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) : 0 }

    func replacing(_ offset: Int, _ bytes: UInt8...) -> Bytes { replacing(offset, bytes) }

    func replacing(_ offset: Int, _ bytes: Bytes) -> Bytes {
        var copy = self
        for (position, byte) in bytes.enumerated() { copy[offset + position] = byte }
        return copy
    }

    func inserting(_ bytes: Bytes, at offset: Int) -> Bytes { Bytes(self[..<offset]) + bytes + Bytes(self[offset...]) }
}

func bytes(_ number: UInt16) -> Bytes { [UInt8(number >> 8), UInt8(number & 0xFF)] }
func bytes(_ number: UInt32) -> Bytes { bytes(UInt16(number >> 16)) + bytes(UInt16(number & 0xFFFF)) }

/// RFC 1071 word by word, as its section 1 says it.
func naiveChecksum(_ bytes: Bytes) -> UInt16 {
    var sum: UInt32 = 0
    for offset in stride(from: 0, to: bytes.count, by: 2) {
        sum += UInt32(bytes[offset]) << 8 | UInt32(offset + 1 < bytes.count ? bytes[offset + 1] : 0)
        if sum > 0xFFFF { sum = (sum & 0xFFFF) + 1 }
    }
    return ~UInt16(sum)
}
