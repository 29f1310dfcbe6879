/// Key of the MAC table: network index in the upper 16 bits, MAC in the lower 48. Never 0, since MAC 0 is refused everywhere.
package struct MACKey: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt64

    @_noLocks @_noAllocation @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(network: NetworkIndex, mac: MACAddress) { rawValue = UInt64(network.rawValue) << 48 | mac.bits }

    package var network: NetworkIndex { NetworkIndex(UInt16(truncatingIfNeeded: rawValue >> 48)) }
    package var mac: MACAddress { MACAddress(bits: rawValue) }
}

/// Who made a MAC entry. A lower rank never replaces a higher one.
package enum MACOrigin: UInt32, Comparable, CaseIterable, Sendable {
    case learned = 1
    case controlPlane = 2
    case configured = 3

    package static func < (a: MACOrigin, b: MACOrigin) -> Bool { a.rawValue < b.rawValue }
}

/// Value of the MAC table:
///
///     bits  0-29  destination
///     bits 30-31  origin (``MACOrigin``); 0 only in the empty value
///     bits 32-63  last seen: seconds of the gateway's own clock
package struct MACEntry: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt64

    package static let none = MACEntry(rawValue: 0)

    @_noLocks @_noAllocation @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(_ destination: Destination, _ origin: MACOrigin, lastSeen: UInt32) {
        self.init(rawValue: MACEntry.word(destination, origin.rawValue, lastSeen))
    }

    @_noLocks @_noAllocation @inline(__always)
    static func learned(_ destination: Destination, lastSeen: UInt32) -> MACEntry {
        MACEntry(rawValue: word(destination, 1, lastSeen))
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func word(_ destination: Destination, _ origin: UInt32, _ lastSeen: UInt32) -> UInt64 {
        UInt64(lastSeen) << 32 | UInt64(origin << 30 | destination.rawValue)
    }

    @inline(__always)
    package var destination: Destination {
        Destination(rawValue: UInt32(truncatingIfNeeded: rawValue) & Destination.mask)
    }

    @inline(__always)
    package var lastSeen: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    @inline(__always)
    var isLearned: Bool { UInt32(truncatingIfNeeded: rawValue) >> 30 == 1 }

    @inline(__always)
    package var isNone: Bool { rawValue == 0 }

    package var origin: MACOrigin? { MACOrigin(rawValue: UInt32(truncatingIfNeeded: rawValue) >> 30) }
}
