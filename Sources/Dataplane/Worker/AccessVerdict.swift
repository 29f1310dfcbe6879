// Classification of a frame from an access port: bytes and tables in, a verdict out, no side effects, so that the same code can be asked
// about a frame without forwarding it.

/// What a frame from an access port is.
enum AccessVerdict {
    case forward(AccessFrame)
    case drop(DropReason)
}

struct AccessFrame {
    var network: UInt16
    /// 802.1Q tag control: priority and VLAN ID, 0 when untagged.
    var tag: UInt16
    /// Bytes that the tag takes in the frame: 0 or 4. A tag that the device has taken off takes none.
    var tagBytes: UInt8
    var source: UInt64
    var destination: UInt64
}

extension AccessVerdict {
    /// `byteCount`: bytes in the first segment. `strippedTag`: the tag that the device took off, if it did.
    @_noLocks @_noAllocation @inline(__always)
    static func decide(_ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>)
        -> AccessVerdict
    {
        guard byteCount >= 14 else { return .drop(.frameShort) }
        var type = frame.u16(12)
        var result = AccessFrame(network: 0, tag: 0, tagBytes: 0, source: frame.u64(4) >> 16, destination: frame.mac(0))
        if let strippedTag {
            result.tag = strippedTag
        } else if type == EtherType.vlan {
            guard byteCount >= 18 else { return .drop(.frameShort) }
            result.tag = frame.u16(14).byteSwapped
            result.tagBytes = 4
            type = frame.u16(16)
        }
        // VLAN ID 0 is a priority tag: the frame belongs to no VLAN (IEEE 802.1Q 6.8).
        let vlan = Int(result.tag & 0xFFF)
        result.network = PortVLANMap(networks: vlans).lookup(vlan == 0 ? PortVLANMap.untagged : vlan)
        if _slowPath(result.network == 0) { return .drop(vlan == 0 ? .untaggedRefused : .vlanUnknown) }
        if _slowPath(EtherType.isTag(type)) { return .drop(.vlanStacked) }
        if _slowPath(result.source & 1 != 0 || result.source == 0) { return .drop(.sourceMACInvalid) }
        if _slowPath(MACAddress.isLinkLocal(result.destination)) { return .drop(.linkLocal) }
        return .forward(result)
    }
}
