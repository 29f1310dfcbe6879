extension UnderlayAddress {
    /// Whether packets to this group go to everyone on a link, whoever asks for it: 224.0.0.0/24 (RFC 4541 section 2.1.2), and ff00::/16 to ff02::/16. RFC 4541
    /// section 3 asks that of ff02::1 alone; but what lives in ff02::/16, neighbour discovery first, must not depend on a report that was lost.
    @inline(__always)
    package var isLinkScopeGroup: Bool {
        if isIPv4 { return back & 0x00FF_FFFF_FFFF_FFFF == 0x0000_00E0_FFFF_0000 }
        return front & 0xFF == 0xFF && UInt8(truncatingIfNeeded: front &>> 8) <= 2
    }

    /// 224.0.0.0/4, ff00::/8.
    @inline(__always)
    package var isMulticast: Bool {
        isIPv4 ? UInt8(truncatingIfNeeded: back &>> 32) & 0xF0 == 0xE0 : front & 0xFF == 0xFF
    }
}
