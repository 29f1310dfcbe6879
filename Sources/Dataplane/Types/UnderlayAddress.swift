/// An address on the underlay as the data plane has it: 16 bytes, IPv4 as `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2). Each half is what an eight-byte load
/// of the address in a packet gives: nothing is swapped on the way.
package struct UnderlayAddress: Hashable, BitwiseCopyable, Sendable {
    package let front: UInt64
    package let back: UInt64

    package static let none = UnderlayAddress(front: 0, back: 0)

    @_noLocks @_noAllocation @inline(__always)
    init(front: UInt64, back: UInt64) {
        self.front = front
        self.back = back
    }

    /// Both halves as numbers: the first octet of the address is the highest byte of `high`.
    package init(high: UInt64, low: UInt64) { self.init(front: high.bigEndian, back: low.bigEndian) }

    /// 192.0.2.1 is 0xC000_0201.
    package init(ipv4 value: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(value)) }

    /// The 16 bytes of an IPv6 header at `bytes`.
    @_noLocks @_noAllocation @inline(__always)
    init(ipv6 bytes: UnsafeRawPointer) { self.init(front: bytes.u64(0), back: bytes.u64(8)) }

    /// `addressBE` as it stands in an IPv4 header.
    @_noLocks @_noAllocation @inline(__always)
    init(ipv4BE addressBE: UInt32) { self.init(front: 0, back: UInt64(addressBE) &<< 32 | 0xFFFF_0000) }

    @inline(__always)
    package var isIPv4: Bool { front == 0 && UInt32(truncatingIfNeeded: back) == 0xFFFF_0000 }

    /// As it stands in an IPv4 header.
    @inline(__always)
    var ipv4BE: UInt32 { UInt32(truncatingIfNeeded: back &>> 32) }

    /// The IPv4 address as a number; `nil` for IPv6.
    package var ipv4: UInt32? { isIPv4 ? UInt32(bigEndian: ipv4BE) : nil }

    package var high: UInt64 { UInt64(bigEndian: front) }
    package var low: UInt64 { UInt64(bigEndian: back) }
}
