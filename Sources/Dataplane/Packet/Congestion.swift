/// Explicit congestion notification through a tunnel (RFC 6040). Fields: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE.
enum Congestion {
    enum Combined: Equatable {
        case unchanged
        case becomes(UInt8)
        /// The outer header says congestion, the inner packet's ends would not understand it.
        case drop
    }

    /// What becomes of the inner field at the tunnel's end (RFC 6040 section 4.2, figure 4). `inner` is `nil` where the inner frame holds no IP packet,
    /// which stays as it is.
    @_noLocks @_noAllocation @inline(__always)
    static func combine(outer: UInt8, inner: UInt8?) -> Combined {
        guard let inner, outer & 1 != 0 else { return .unchanged }
        if outer == 3 { return inner == 0 ? .drop : inner == 3 ? .unchanged : .becomes(3) }
        return inner == 2 ? .becomes(1) : .unchanged
    }

    /// The ECN field of the IP packet in a frame. `byteCount`: what lies in one piece.
    @_noLocks @_noAllocation @inline(__always)
    static func field(_ frame: UnsafeRawPointer, byteCount: Int) -> UInt8? {
        guard byteCount >= 26 else { return nil }
        let type = frame.u16(12)
        if type == EtherType.ipv4 { return frame.load(fromByteOffset: 15, as: UInt8.self) & 3 }
        return type == EtherType.ipv6 ? frame.load(fromByteOffset: 15, as: UInt8.self) &>> 4 & 3 : nil
    }

    /// Sets that field, and with it the checksum of an IPv4 header (RFC 1624, equation 3).
    @_noLocks @_noAllocation
    static func setField(_ frame: UnsafeMutableRawPointer, _ field: UInt8) {
        let old = frame.load(fromByteOffset: 15, as: UInt8.self)
        if UnsafeRawPointer(frame).u16(12) == EtherType.ipv6 {
            return frame.put(old & ~0x30 | field &<< 4, 15)
        }
        let new = old & ~3 | field
        frame.put(new, 15)
        // The traffic class is the upper byte of the header's first word as it lies in memory.
        let checksum = UnsafeRawPointer(frame).u16(24)
        var sum = UInt32(~checksum) &+ UInt32(~(UInt16(old) &<< 8)) &+ UInt32(UInt16(new) &<< 8)
        sum = (sum & 0xFFFF) &+ (sum &>> 16)
        sum = (sum & 0xFFFF) &+ (sum &>> 16)
        frame.put(~UInt16(truncatingIfNeeded: sum), 24)
    }
}
