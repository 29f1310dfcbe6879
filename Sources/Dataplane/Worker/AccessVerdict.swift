// Classification of a frame from an access port: bytes and tables in, a verdict out, no side effects, so that the same code can be asked
// about a frame without forwarding it.

/// What a frame from an access port is.
enum AccessVerdict {
    case forward(AccessFrame)
    /// A frame to the address of loop probes: one of ours, or multicast like any other.
    case probe(AccessFrame)
    case drop(DropReason)
}

struct AccessFrame {
    var network: UInt16
    /// 802.1Q tag control: priority and VLAN ID, 0 when untagged.
    var tag: UInt16
    /// Bytes that tags to be removed take in the frame: 0, 4 or 8. A tag that the device has taken off takes none.
    var tagBytes: UInt16
    var source: UInt64
    var destination: UInt64
}

extension AccessVerdict {
    /// `byteCount`: bytes in the first segment. `strippedTag`: the tag that the device took off, if it did.
    @_noLocks @_noAllocation @inline(__always)
    static func decide(
        _ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>,
        networks: UnsafePointer<NetworkRecord>
    ) -> AccessVerdict {
        // Behind this, the compiler drops both checks of the length. What is shorter takes the same steps out of line.
        if _slowPath(byteCount < 18) {
            return decideShort(frame, byteCount: byteCount, strippedTag: strippedTag, vlans: vlans, networks: networks)
        }
        return check(frame, byteCount: byteCount, strippedTag: strippedTag, vlans: vlans, networks: networks)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func decideShort(
        _ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>,
        networks: UnsafePointer<NetworkRecord>
    ) -> AccessVerdict { check(frame, byteCount: byteCount, strippedTag: strippedTag, vlans: vlans, networks: networks) }

    @_noLocks @_noAllocation @inline(__always)
    private static func check(
        _ frame: UnsafeRawPointer, byteCount: Int, strippedTag: UInt16?, vlans: UnsafeMutablePointer<UInt16>,
        networks: UnsafePointer<NetworkRecord>
    ) -> AccessVerdict {
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
            _fastPath(result.destination & 1 == 0) || !MACAddress.isReserved(result.destination)
        else { return decideByTheBook(frame, byteCount: byteCount, result, type, networks) }
        return .forward(result)
    }

    /// What a frame is that is not plain. `type`: what follows the tag of its member.
    @_noLocks @_noAllocation @inline(never)
    private static func decideByTheBook(
        _ frame: UnsafeRawPointer, byteCount: Int, _ plain: AccessFrame, _ type: UInt16, _ networks: UnsafePointer<NetworkRecord>
    ) -> AccessVerdict {
        var result = plain
        if result.network == 0 { return .drop(result.tag & 0xFFF == 0 ? .untaggedRefused : .vlanUnknown) }
        let features = networks[Int(result.network)].features
        if EtherType.isTag(type) {
            if features.contains(.innerTagStrip) {
                let next = 16 &+ Int(result.tagBytes)
                guard byteCount >= next &+ 2, !EtherType.isTag(frame.u16(next)) else { return .drop(.vlanStacked) }
                result.tagBytes &+= 4
            } else if !features.contains(.innerTagKeep) {
                return .drop(.vlanStacked)
            }
        }
        if result.source & 1 != 0 || result.source == 0 { return .drop(.sourceMACInvalid) }
        if MACAddress.isLinkLocal(result.destination),
            let reason = LinkLocalProtocol.refusal(destination: result.destination, type: type, features, otherwise: .linkLocal)
        {
            return .drop(reason)
        }
        return result.destination == LoopProbe.destinationBits ? .probe(result) : .forward(result)
    }
}
