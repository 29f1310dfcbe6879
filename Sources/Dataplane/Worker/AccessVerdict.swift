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
    /// Tag control of the outer tag: priority and VLAN ID, 0 when untagged.
    var tag: UInt16
    /// Bytes that tags to be removed take in the frame: 0, 4, 8 or 12. A tag that the device has taken off takes none.
    var tagBytes: UInt16
    /// The tags that selected the network, as a ``Destination`` holds them.
    var tags: UInt32
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
        var result = AccessFrame(network: 0, tag: 0, tagBytes: 0, tags: 0, source: frame.u64(4) &>> 16, destination: frame.mac(0))
        if let strippedTag {
            result.tag = strippedTag
        } else if _fastPath(type == EtherType.vlan) {
            guard byteCount >= 18 else { return .drop(.frameShort) }
            result.tag = frame.u16(14).byteSwapped
            result.tagBytes = 4
            type = frame.u16(16)
        }
        let vlan = result.tag & 0xFFF
        result.tags = Destination.vlanBits(vlan)
        result.network = PortVLANMap(networks: vlans).lookup(Int(vlan))
        guard result.network != 0, !EtherType.isTag(type), result.source & 1 == 0, result.source != 0,
            _fastPath(result.destination & 1 == 0) || !MACAddress.isReserved(result.destination)
        else {
            return decideByTheBook(
                frame, byteCount: byteCount, isStripped: strippedTag != nil, result, type, PortVLANMap(networks: vlans), networks)
        }
        return .forward(result)
    }

    /// What a frame is that is not plain. `type`: what follows the tag of its member.
    @_noLocks @_noAllocation @inline(never)
    private static func decideByTheBook(
        _ frame: UnsafeRawPointer, byteCount: Int, isStripped: Bool, _ plain: AccessFrame, _ plainType: UInt16, _ vlans: PortVLANMap,
        _ networks: UnsafePointer<NetworkRecord>
    ) -> AccessVerdict {
        var result = plain, type = plainType
        switch takeServiceTag(frame, byteCount: byteCount, isStripped: isStripped, vlans.services, &result, &type) {
        case .taken: break
        case .unknown: return .drop(.vlanUnknown)
        case .none where result.network != 0: break
        case .none: return .drop(result.tag & 0xFFF == 0 && !EtherType.isTag(type) ? .untaggedRefused : .vlanUnknown)
        }
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

    private enum ServiceTag { case none, unknown, taken }

    /// Whether a service tag of the port's is in front, and leads to a network: by the VLAN ID behind it, else by itself. `type`: what follows the tags of
    /// the member.
    ///
    /// A tag that the device took off has no type any more: it is a service tag where those of the port are 802.1Q tags.
    @_noLocks @_noAllocation @inline(__always)
    private static func takeServiceTag(
        _ frame: UnsafeRawPointer, byteCount: Int, isStripped: Bool, _ services: ServiceVLANs, _ result: inout AccessFrame,
        _ type: inout UInt16
    ) -> ServiceTag {
        let serviceType = services.tagType, next = isStripped ? 12 : 16
        guard isStripped ? serviceType == EtherType.vlan : frame.u16(12) == serviceType && byteCount >= 18 else { return .none }
        let control = isStripped ? result.tag : frame.u16(14).byteSwapped
        let service = control & 0xFFF
        guard let map = services.lookup(Int(service)), map.hasMembers else { return .none }
        result.tag = control
        result.tagBytes = UInt16(truncatingIfNeeded: next &- 12)
        type = frame.u16(next)
        if type == EtherType.vlan, byteCount >= next &+ 6 {
            let inner = frame.u16(next &+ 2).byteSwapped & 0xFFF
            result.network = inner == 0 ? 0 : map.lookup(Int(inner))
            if result.network != 0 {
                result.tagBytes &+= 4
                result.tags = Destination.serviceBits(service, inner: inner)
                type = frame.u16(next &+ 4)
                return .taken
            }
        }
        result.network = map.lookup(0)
        result.tags = Destination.serviceBits(service, inner: Destination.serviceAlone)
        return result.network == 0 ? .unknown : .taken
    }
}
