/// Where frames go: an access port with the tags of a member, or a tunnel to a remote VTEP. 30 bits, so that a MAC entry holds it:
///
///     bit  29     1 = access port
///     bits 17-28  VLAN ID of the outer tag, 0 = untagged
///     bits  5-16  0 = the outer tag is an 802.1Q tag; else a service tag, with the VLAN ID of the tag behind it or, 4095, nothing of the member's behind it
///     bits  0-4   port index
///
///     bits 28-29  01 = tunnel
///     bits  0-15  tunnel index
package struct Destination: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    package static let none = Destination(rawValue: 0)
    /// No destination, and no flooding either: the frame's source is held elsewhere, is not on the list of a locked port, or is one too many. Never in a table.
    static let refused = Destination(rawValue: 1)
    static let refusedLocked = Destination(rawValue: 2)
    static let refusedLimit = Destination(rawValue: 3)
    static let mask: UInt32 = 0x3FFF_FFFF

    private static let localBit: UInt32 = 1 << 29
    private static let tunnelBit: UInt32 = 1 << 28
    private static let portMask: UInt32 = 0x1F
    static let portCount = Int(portMask) + 1
    private static let innerShift: UInt32 = 5
    private static let outerShift: UInt32 = 17
    private static let vlanMask: UInt32 = 0xFFF
    /// In place of an inner VLAN ID: frames have a service tag alone. Reserved as a VLAN ID (IEEE 802.1Q 9.6).
    static let serviceAlone: UInt16 = 0xFFF

    @inline(__always)
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `tags`: as ``vlanBits(_:)`` or ``serviceBits(_:inner:)`` gives them.
    @_noLocks @_noAllocation @inline(__always)
    static func local(port: UInt16, tags: UInt32) -> Destination { Destination(rawValue: localBit | tags | UInt32(port)) }

    /// Of frames with an 802.1Q tag; `vlan` 0 = without.
    @_noLocks @_noAllocation @inline(__always)
    static func vlanBits(_ vlan: UInt16) -> UInt32 { UInt32(vlan) &<< outerShift }

    /// Of frames with a service tag; `inner`: VLAN ID of the tag behind it, or ``serviceAlone``.
    @_noLocks @_noAllocation @inline(__always)
    static func serviceBits(_ service: UInt16, inner: UInt16) -> UInt32 { UInt32(service) &<< outerShift | UInt32(inner) &<< innerShift }

    @_noLocks @_noAllocation @inline(__always)
    static func tunnel(_ index: UInt16) -> Destination { Destination(rawValue: tunnelBit | UInt32(index)) }

    package static func local(port: PortIndex, tags: MemberTags) -> Destination {
        guard let service = tags.service else { return local(port: port.rawValue, tags: vlanBits(tags.vlan?.rawValue ?? 0)) }
        return local(port: port.rawValue, tags: serviceBits(service.rawValue, inner: tags.vlan?.rawValue ?? serviceAlone))
    }

    /// Of frames with an 802.1Q tag; `vlan` `nil` = without.
    package static func local(port: PortIndex, vlan: VLANID?) -> Destination { local(port: port, tags: MemberTags(vlan: vlan)) }

    package static func tunnel(_ tunnel: TunnelIndex) -> Destination { .tunnel(tunnel.rawValue) }

    @inline(__always)
    var isRefused: Bool { rawValue &- 1 < 3 }

    /// The port or the tunnel, whatever the tags.
    var holder: UInt32 { isLocal ? rawValue & (Destination.localBit | Destination.portMask) : rawValue }

    @inline(__always)
    var isNone: Bool { rawValue == 0 }

    @inline(__always)
    package var isLocal: Bool { rawValue & Destination.localBit != 0 }

    @inline(__always)
    package var isTunnel: Bool { rawValue &>> 28 == 1 }

    /// Of a local one.
    @inline(__always)
    var portNumber: Int { Int(rawValue & Destination.portMask) }

    /// Of a tunnel.
    @inline(__always)
    var tunnelNumber: Int { Int(rawValue & 0xFFFF) }

    /// VLAN ID of the outer tag on a local port, 0 = untagged.
    @inline(__always)
    var outerVLAN: UInt16 { UInt16(truncatingIfNeeded: (rawValue &>> Destination.outerShift) & Destination.vlanMask) }

    /// Whether frames to a local port get a service tag.
    @inline(__always)
    var hasServiceTag: Bool { rawValue & (Destination.vlanMask &<< Destination.innerShift) != 0 }

    /// VLAN ID behind a service tag, or ``serviceAlone``; 0 = no service tag.
    @inline(__always)
    var innerVLAN: UInt16 { UInt16(truncatingIfNeeded: (rawValue &>> Destination.innerShift) & Destination.vlanMask) }

    package var port: PortIndex? { isLocal ? PortIndex(UInt16(portNumber)) : nil }
    package var tunnel: TunnelIndex? { isTunnel ? TunnelIndex(UInt16(tunnelNumber)) : nil }

    /// `nil` of a tunnel.
    package var tags: MemberTags? {
        guard isLocal else { return nil }
        return hasServiceTag
            ? MemberTags(service: VLANID(outerVLAN), vlan: VLANID(innerVLAN)) : MemberTags(service: nil, vlan: VLANID(outerVLAN))
    }
}

extension Destination: Comparable {
    /// Ports first, then tunnels.
    package static func < (a: Destination, b: Destination) -> Bool {
        a.isTunnel == b.isTunnel ? a.rawValue < b.rawValue : b.isTunnel
    }
}
