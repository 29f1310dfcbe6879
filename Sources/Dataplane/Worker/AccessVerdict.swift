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
    var tagBytes: UInt16
    var source: UInt64
    var destination: UInt64
}

extension AccessVerdict {
    /// `byteCount`: bytes in the first segment. `strippedTag`: the tag that the device took off, if it did.
    @_noLocks @_noAllocation @inline(__always)
    static func decide(_ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>)
        -> AccessVerdict
    {
        // Behind this, the compiler drops both checks of the length. What is shorter takes the same steps out of line.
        if _slowPath(byteCount < 18) { return decideShort(frame, byteCount: byteCount, strippedTag: strippedTag, vlans: vlans) }
        return check(frame, byteCount: byteCount, strippedTag: strippedTag, vlans: vlans)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func decideShort(
        _ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>
    ) -> AccessVerdict { check(frame, byteCount: byteCount, strippedTag: strippedTag, vlans: vlans) }

    @_noLocks @_noAllocation @inline(__always)
    private static func check(_ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>)
        -> AccessVerdict
    {
        guard byteCount >= 14 else { return .drop(.frameShort) }
        var type = frame.u16(12)
        var result = AccessFrame(network: 0, tag: 0, tagBytes: 0, source: frame.u64(4) &>> 16, destination: frame.mac(0))
        if let strippedTag {
            result.tag = strippedTag
        } else if _fastPath(type == EtherType.vlan) {
            guard byteCount >= 18 else { return .drop(.frameShort) }
            result.tag = frame.u16(14).byteSwapped
            result.tagBytes = 4
            type = frame.u16(16)
        }
        let vlan = Int(result.tag & 0xFFF)
        result.network = PortVLANMap(networks: vlans).lookup(vlan)
        guard result.network != 0, !EtherType.isTag(type), result.source & 1 == 0, result.source != 0,
            _fastPath(result.destination & 1 == 0) || !MACAddress.isLinkLocal(result.destination)
        else { return .drop(reason(result, type)) }
        return .forward(result)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func reason(_ frame: AccessFrame, _ type: UInt16) -> DropReason {
        if frame.network == 0 { return frame.tag & 0xFFF == 0 ? .untaggedRefused : .vlanUnknown }
        if EtherType.isTag(type) { return .vlanStacked }
        return frame.source & 1 != 0 || frame.source == 0 ? .sourceMACInvalid : .linkLocal
    }
}
