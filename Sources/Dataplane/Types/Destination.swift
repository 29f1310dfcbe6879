/// Where frames go: an access port with a tag or without, or a tunnel to a remote VTEP. 30 bits, so that a MAC entry holds it:
///
///     bits  0-15  port or tunnel index
///     bits 16-27  VLAN ID on the port, 0 = untagged
///     bits 28-29  kind: 0 = none, 1 = local port, 2 = tunnel
package struct Destination: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    package static let none = Destination(rawValue: 0)
    /// No destination, and no flooding either: the frame's source is held elsewhere, is not on the list of a locked port, or is one too many. Never in a table.
    static let refused = Destination(rawValue: 1)
    static let refusedLocked = Destination(rawValue: 2)
    static let refusedLimit = Destination(rawValue: 3)
    static let kindMask: UInt32 = 3 << 28
    static let localKind: UInt32 = 1 << 28
    static let tunnelKind: UInt32 = 2 << 28
    static let mask: UInt32 = 0x3FFF_FFFF

    @inline(__always)
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    @_noLocks @_noAllocation @inline(__always)
    static func local(port: UInt16, vlan: UInt16) -> Destination {
        Destination(rawValue: localKind | UInt32(vlan) << 16 | UInt32(port))
    }

    @_noLocks @_noAllocation @inline(__always)
    static func tunnel(_ index: UInt16) -> Destination { Destination(rawValue: tunnelKind | UInt32(index)) }

    package static func local(port: PortIndex, vlan: VLANID?) -> Destination {
        local(port: port.rawValue, vlan: vlan?.rawValue ?? 0)
    }

    package static func tunnel(_ tunnel: TunnelIndex) -> Destination { .tunnel(tunnel.rawValue) }

    @inline(__always)
    var isRefused: Bool { rawValue &- 1 < 3 }

    /// The port or the tunnel, whatever the VLAN.
    var holder: UInt32 { rawValue & (Destination.kindMask | 0xFFFF) }

    @inline(__always)
    var isNone: Bool { rawValue == 0 }

    @inline(__always)
    package var isLocal: Bool { rawValue & Destination.kindMask == Destination.localKind }

    @inline(__always)
    package var isTunnel: Bool { rawValue & Destination.kindMask == Destination.tunnelKind }

    @inline(__always)
    var index: Int { Int(rawValue & 0xFFFF) }

    /// VLAN ID on a local port, 0 = untagged.
    @inline(__always)
    var vlan: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) & 0xFFF }

    package var port: PortIndex? { isLocal ? PortIndex(UInt16(index)) : nil }
    package var tunnel: TunnelIndex? { isTunnel ? TunnelIndex(UInt16(index)) : nil }
    package var vlanID: VLANID? { isLocal ? VLANID(vlan) : nil }
}
