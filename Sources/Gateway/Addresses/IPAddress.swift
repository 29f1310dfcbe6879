#if canImport(Glibc)
import Glibc
#endif

/// An IPv4 or IPv6 address: 16 bytes in network order, IPv4 in its IPv4-mapped form (`::ffff:a.b.c.d`, RFC 4291 2.5.5.2), so
/// that control code has one type for both.
package struct IPAddress: Hashable, Sendable {
    /// Upper and lower half as numbers: the first octet of the address is the highest byte of `high`.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `value` is the address as a number: 192.0.2.1 is 0xC000_0201.
    package init(ipv4 value: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(value)
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The IPv4 address as a number (host order), `nil` for IPv6.
    package var ipv4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }

    /// 32 or 128.
    package var bitWidth: Int { isIPv4 ? 32 : 128 }

    package var isUnspecified: Bool { isIPv4 ? ipv4 == 0 : (high == 0 && low == 0) }
    package var isMulticast: Bool { isIPv4 ? (low >> 28) & 0xF == 0xE : high >> 56 == 0xFF }
    package var isLoopback: Bool { isIPv4 ? (low >> 24) & 0xFF == 127 : (high == 0 && low == 1) }
    package var isBroadcast: Bool { ipv4 == 0xFFFF_FFFF }
}

extension IPAddress: Comparable {
    package static func < (a: IPAddress, b: IPAddress) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension IPAddress: CustomStringConvertible {
    /// Reads dotted IPv4 or any IPv6 text form; no zone, no prefix length.
    package init?(_ text: String) {
        // C would end the text at a zero byte and ignore what follows.
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(ipv4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        let halves = withUnsafeBytes(of: &v6) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if let ipv4 {
            var address = in_addr(s_addr: ipv4.bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        } else {
            var halves = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &halves, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}
