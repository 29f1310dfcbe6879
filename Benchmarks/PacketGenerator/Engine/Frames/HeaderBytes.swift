import Dataplane

/// Headers as bytes, for what is built ahead. Numbers go in as they are and come out in network order.
enum HeaderBytes {
    static func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }

    static func ethernet(to destination: MACAddress, from source: MACAddress, type: UInt16) -> [UInt8] {
        destination.octets + source.octets + number(type)
    }

    /// 20 bytes; don't-fragment set, TTL 64, length and checksum zero.
    static func ipv4(from source: UInt32, to destination: UInt32) -> [UInt8] {
        [0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0] + number(source) + number(destination)
    }

    /// Length and checksum zero: over IPv4 zero stands for none (RFC 768), and the stamp's time changes until the last moment.
    static func udp(from source: UInt16, to destination: UInt16) -> [UInt8] { number(source) + number(destination) + [0, 0, 0, 0] }

    /// One's complement sum of an IPv4 header's 16-bit words, not folded (RFC 1071).
    static func sum(_ header: [UInt8]) -> UInt32 {
        stride(from: 0, to: header.count, by: 2).reduce(0) { $0 + UInt32(header[$1]) << 8 + UInt32(header[$1 + 1]) }
    }
}
