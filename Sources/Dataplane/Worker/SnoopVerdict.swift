// What a multicast frame is to a network that snoops: bytes in, a verdict out, no side effects (RFC 4541).

enum SnoopVerdict {
    /// For everyone: no IP, no group, link scope; or what cannot be told.
    case everyone
    /// For everyone, and control learns from it: queries of IGMP and MLD, hellos of PIM.
    case signal
    /// IGMP and MLD reports, and messages of those who leave: for routers, and control learns from them.
    ///
    /// `isHeardByHosts`: in IGMPv1, IGMPv2 and MLDv1, whose hosts are silent about groups that they hear others report.
    case report(isIPv4: Bool, isHeardByHosts: Bool)
    /// For the group's members and for routers.
    case group(UnderlayAddress)
}

extension SnoopVerdict {
    /// `frame` starts twelve bytes before the EtherType of the payload. `byteCount`: what lies in one piece from there on, at least 14.
    @_noLocks @_noAllocation
    static func decide(_ frame: UnsafeRawPointer, byteCount: Int) -> SnoopVerdict {
        switch frame.u16(12) {
        case EtherType.ipv4: decideIPv4(frame, byteCount: byteCount)
        case EtherType.ipv6: decideIPv6(frame, byteCount: byteCount)
        default: .everyone
        }
    }

    @_noLocks @_noAllocation
    private static func decideIPv4(_ frame: UnsafeRawPointer, byteCount: Int) -> SnoopVerdict {
        guard byteCount >= 34, frame.u8(14) &>> 4 == 4 else { return .everyone }
        let destination = UnderlayAddress(ipv4BE: frame.u32(30))
        guard destination.isMulticast else { return .everyone }
        let message = 14 &+ 4 &* Int(frame.u8(14) & 15)
        // A part of a packet but the first has no message's beginning in it.
        if message >= 34, message < byteCount, frame.u16(20) & 0xFF1F == 0 {
            let type = frame.u8(message)
            switch frame.u8(23) {
            case Wire.igmp:
                switch type {
                case 0x11: return .signal
                case 0x12, 0x16: return .report(isIPv4: true, isHeardByHosts: true)
                case 0x17, 0x22: return .report(isIPv4: true, isHeardByHosts: false)
                // Unknown messages reach everyone (RFC 4541 section 2.1.1 (5)).
                default: return .everyone
                }
            case Wire.pim where type == Wire.pimHello: return .signal
            default: break
            }
        }
        return destination.isLinkScopeGroup ? .everyone : .group(destination)
    }

    @_noLocks @_noAllocation
    private static func decideIPv6(_ frame: UnsafeRawPointer, byteCount: Int) -> SnoopVerdict {
        guard byteCount >= 54, frame.u8(14) &>> 4 == 6 else { return .everyone }
        let destination = UnderlayAddress(ipv6: frame + 38)
        guard destination.isMulticast else { return .everyone }
        let next = frame.u8(20)
        // MLD is behind a hop-by-hop header, always (RFC 3810 section 5).
        if next == Wire.hopByHop, byteCount >= 62, frame.u8(54) == Wire.icmpv6 {
            let message = 62 &+ 8 &* Int(frame.u8(55))
            if message < byteCount {
                switch frame.u8(message) {
                case 130: return .signal
                case 131: return .report(isIPv4: false, isHeardByHosts: true)
                case 132, 143: return .report(isIPv4: false, isHeardByHosts: false)
                default: break
                }
            }
        }
        if next == Wire.pim, byteCount > 54, frame.u8(54) == Wire.pimHello { return .signal }
        return destination.isLinkScopeGroup ? .everyone : .group(destination)
    }

    private enum Wire {
        static let hopByHop: UInt8 = 0
        static let igmp: UInt8 = 2
        static let icmpv6: UInt8 = 58
        static let pim: UInt8 = 103
        /// Version 2, type 0 (RFC 7761 section 4.9).
        static let pimHello: UInt8 = 0x20
    }
}

extension UnsafeRawPointer {
    @_noLocks @_noAllocation @inline(__always)
    fileprivate func u8(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }
}
