import CShims

/// What a frame carries to be known again: 18 bytes, as many as the smallest frame has room for.
///
///     0 magic | 4 tag: run and stream | 6 sequence number, 48 bits | 12 time of transmission in cycles, 48 bits | 18
///
/// Little-endian, since only the generator reads it.
package enum Stamp {
    package static let byteCount = 18
    static let magic: UInt32 = 0x4744_5056
    package static let mask: UInt64 = 0xFFFF_FFFF_FFFF

    /// Writes everything but the time.
    @_noLocks @_noAllocation @inline(__always)
    package static func write(_ payload: UnsafeMutableRawPointer, tag: UInt16, sequence: UInt64) {
        let first = UInt64(magic) | UInt64(tag) &<< 32 | sequence &<< 48
        payload.storeBytes(of: first, as: UInt64.self)
        payload.storeBytes(of: UInt32(truncatingIfNeeded: sequence &>> 16), toByteOffset: 8, as: UInt32.self)
    }

    @_noLocks @_noAllocation @inline(__always)
    package static func write(_ payload: UnsafeMutableRawPointer, time: UInt64) {
        payload.storeBytes(of: UInt32(truncatingIfNeeded: time), toByteOffset: 12, as: UInt32.self)
        payload.storeBytes(of: UInt16(truncatingIfNeeded: time &>> 32), toByteOffset: 16, as: UInt16.self)
    }

    /// Magic in the low half, tag above.
    @_noLocks @_noAllocation @inline(__always)
    package static func head(_ payload: UnsafeRawPointer) -> UInt64 { payload.loadUnaligned(as: UInt64.self) }

    @_noLocks @_noAllocation @inline(__always)
    package static func isValid(_ head: UInt64) -> Bool { UInt32(truncatingIfNeeded: head) == magic }

    @_noLocks @_noAllocation @inline(__always)
    package static func tag(_ head: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: head &>> 32) }

    @_noLocks @_noAllocation @inline(__always)
    package static func sequence(_ payload: UnsafeRawPointer, head: UInt64) -> UInt64 {
        head &>> 48 | UInt64(payload.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) &<< 16
    }

    /// The low 48 bits of the cycle counter at transmission.
    @_noLocks @_noAllocation @inline(__always)
    package static func time(_ payload: UnsafeRawPointer) -> UInt64 {
        UInt64(payload.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            | UInt64(payload.loadUnaligned(fromByteOffset: 16, as: UInt16.self)) &<< 32
    }
}
