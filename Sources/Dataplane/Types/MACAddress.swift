/// An Ethernet address as the low 48 bits of an integer, first octet on the wire in the lowest byte: what a little-endian
/// eight-byte load of a frame gives after masking, so the packet path never swaps bytes.
package struct MACAddress: Hashable, BitwiseCopyable, Sendable {
    package let bits: UInt64

    package static let mask: UInt64 = 0xFFFF_FFFF_FFFF
    package static let broadcast = MACAddress(bits: mask)
    package static let zero = MACAddress(bits: 0)

    package init(bits: UInt64) { self.bits = bits & MACAddress.mask }

    /// Six octets in wire order.
    package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8) {
        let low = UInt64(a) | UInt64(b) << 8 | UInt64(c) << 16
        bits = low | UInt64(d) << 24 | UInt64(e) << 32 | UInt64(f) << 40
    }

    /// Group bit set: broadcast or multicast (IEEE 802, section 8.2).
    package var isMulticast: Bool { bits & 1 != 0 }
    package var isZero: Bool { bits == 0 }

    /// The six octets in wire order.
    package var octets: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) } }
}

extension MACAddress: CustomStringConvertible {
    /// `02:00:00:00:00:01`
    package var description: String {
        octets.map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }

    /// Reads `02:00:00:00:00:01`; colons or dashes, one or two hexadecimal digits an octet.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard parts.count == 6 else { return nil }
        var bits: UInt64 = 0
        for (position, part) in parts.enumerated() {
            guard part.count <= 2, let octet = UInt8(part, radix: 16), part.first != "+" else { return nil }
            bits |= UInt64(octet) << (8 * UInt64(position))
        }
        self.bits = bits
    }
}
