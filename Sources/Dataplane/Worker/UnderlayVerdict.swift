import CShims

// Classification of a frame from an underlay port: bytes and tables in, a verdict out, no side effects. Here what nearly all packets are; all others in
// UnderlayVerdict+Book.

/// What a frame from an underlay port is.
enum UnderlayVerdict {
    case decapsulate(TunnelFrame)
    /// The same, with something to be done before.
    case decapsulateWith(TunnelFrame, Notice)
    /// A loop probe of ours that came back.
    case probe(TunnelFrame)
    /// ARP, ICMP, ICMPv6 and IGMP: for control.
    case punt
    case drop(DropReason)
}

/// A VXLAN packet that passed every check.
struct TunnelFrame {
    var network: UInt16
    /// Tunnel to the sender; 0 = none yet.
    var tunnel: UInt16
    /// Bytes before the inner frame.
    var headerByteCount: UInt16
    /// Bytes of the inner frame, without what pads the outer one.
    var innerByteCount: UInt32
    var source: UInt64
    var destination: UInt64
}

/// What a VXLAN packet asks for beside being decapsulated.
struct Notice {
    /// ECN field that the inner packet gets (RFC 6040 section 4.2); `nil` = its own.
    var congestion: UInt8?
    /// The inner frame's tag is to be removed: the addresses lie four bytes before the frame.
    var removesTag = false
    /// Sender that has no tunnel, and may send; ``UnderlayAddress/none`` where there is one.
    var stranger: UnderlayAddress
}

/// What a verdict depends on beside the packet, read once a burst.
struct UnderlayContext {
    let portMAC: UInt64
    let udpPortBE: UInt16
    /// The first address of each family: see ``AddressList/first``.
    let firstAddress: UInt64
    let firstIPv6: UnderlayAddress
    /// See ``Settings/vxlanMask``.
    let vxlanMask: UInt64
    let vnis: VNIMap
    let vteps: VTEPMap.Snapshot
    let vteps6: AddressMap.Snapshot
    /// What packets that are not plain need.
    let port: UnsafeMutablePointer<PortRecord>
    let tables: Tables
}

extension UnderlayVerdict {
    static let ethernet = 14, ipv4 = 20, ipv6 = 40, udp = 8, vxlan = 8
    /// Where the inner frame starts, by family.
    static let innerOffset4 = ethernet + ipv4 + udp + vxlan
    static let innerOffset6 = ethernet + ipv6 + udp + vxlan

    /// What is inside of a plain packet; `nil`: something about it is different. ``decideByTheBook(_:_:_:)`` would let a plain packet pass, and knows why another
    /// does not.
    @_noLocks @_noAllocation @inline(__always)
    static func plain(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ context: UnderlayContext) -> TunnelFrame? {
        if _fastPath(isPlainIPv4(packet, frame, context)) {
            return plainInner(packet, frame, offset: innerOffset4, tunnel: context.vteps.lookup(frame.u32(26)), context)
        }
        if isPlainIPv6(packet, frame, context) {
            let tunnel = context.vteps6.lookup(UnderlayAddress(ipv6: frame + 22))
            return plainInner(packet, frame, offset: innerOffset6, tunnel: tunnel, context)
        }
        return nil
    }

    /// Whether a packet is what nearly all are: VXLAN over UDP without checksum over IPv4 without options, fragments and padding, to the
    /// port's first address, all headers in the first segment, without a word of congestion.
    @_noLocks @_noAllocation @inline(__always)
    private static func isPlainIPv4(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ context: UnderlayContext) -> Bool {
        guard packet.pointee.data_len >= UInt16(innerOffset4 &+ ethernet) else { return false }
        // Without padding, both lengths follow from the packet's. One of several segments may have more bytes than the fields have bits for.
        let ipv4Length = packet.pointee.pkt_len &- UInt32(ethernet)
        let udpLengthBE = UInt16(truncatingIfNeeded: ipv4Length &- UInt32(ipv4)).byteSwapped
        return (frame.u64(0) ^ context.portMAC) &<< 16 == 0
            // EtherType, version and header length, and the lower bit of ECN: with 0 there, decapsulation changes nothing (RFC 6040 section 4.2).
            && frame.u32(12) & 0x01FF_FFFF == 0x0045_0008
            && UInt32(frame.u16(16).byteSwapped) == ipv4Length
            // More-fragments flag and offset, protocol.
            && frame.u32(20) & 0xFF00_FF3F == 17 &<< 24
            && UInt64(frame.u32(30)) == context.firstAddress
            && frame.u16(36) == context.udpPortBE
            // UDP length and no checksum.
            && frame.u32(38) == UInt32(udpLengthBE)
            && frame.u64(42) & context.vxlanMask == 0x08
            && hasValidIPv4Checksum(packet, frame + ethernet)
    }

    /// The same over IPv6, without extension headers: with a valid UDP checksum, or without any where the port takes that.
    @_noLocks @_noAllocation @inline(__always)
    private static func isPlainIPv6(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ context: UnderlayContext) -> Bool {
        guard packet.pointee.data_len >= UInt16(innerOffset6 &+ ethernet) else { return false }
        let payloadLength = packet.pointee.pkt_len &- UInt32(ethernet &+ ipv6)
        let lengthBE = UInt16(truncatingIfNeeded: payloadLength).byteSwapped
        return (frame.u64(0) ^ context.portMAC) &<< 16 == 0
            // EtherType, version, and the lower bit of ECN.
            && frame.u32(12) & 0x10F0_FFFF == 0x0060_DD86
            && payloadLength <= 0xFFFF
            // Payload length, next header.
            && frame.u32(18) & 0x00FF_FFFF == UInt32(lengthBE) | 17 &<< 16
            // `::`, where the port has none, is for nobody.
            && frame.u64(38) == context.firstIPv6.front && frame.u64(46) == context.firstIPv6.back && context.firstIPv6.front != 0
            && frame.u16(56) == context.udpPortBE
            && frame.u16(58) == lengthBE
            && frame.u64(62) & context.vxlanMask == 0x08
            && (frame.u16(60) == 0 ? context.port.pointee.acceptsZeroChecksum != 0 : hasValidUDPChecksum(packet, frame))
    }

    /// The inner frame of a packet whose outer headers are plain; `nil` where there is something about it as well.
    @_noLocks @_noAllocation @inline(__always)
    private static func plainInner(
        _ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, offset: Int, tunnel: UInt16, _ context: UnderlayContext
    ) -> TunnelFrame? {
        let network = context.vnis.lookup(frame.u32(offset &- 4).byteSwapped &>> 8)
        let inner = frame + offset
        let source = inner.u64(4) &>> 16, destination = inner.mac(0)
        guard network != 0, tunnel != 0, source & 1 == 0, source != 0, !EtherType.isTag(inner.u16(12)),
            _fastPath(destination & 1 == 0) || !MACAddress.isReserved(destination)
        else { return nil }
        return TunnelFrame(
            network: network, tunnel: tunnel, headerByteCount: UInt16(truncatingIfNeeded: offset),
            innerByteCount: packet.pointee.pkt_len &- UInt32(offset), source: source, destination: destination)
    }

    /// The device's word where it has verified the outer header, else the sum. On a packet that the device knows to be a tunnel's, its
    /// plain flags speak of the inner headers.
    @_noLocks @_noAllocation @inline(__always)
    static func hasValidIPv4Checksum(_ packet: UnsafePointer<vd_mbuf>, _ header: UnsafeRawPointer) -> Bool {
        if packet.pointee.ol_flags & (VD_RX_IP_CKSUM_MASK | VD_RX_OUTER_IP_CKSUM_BAD) != 0 {
            return hasVerifiedIPv4Checksum(packet, header)
        }
        return InternetChecksum.isValidIPv4Header(header)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func hasVerifiedIPv4Checksum(_ packet: UnsafePointer<vd_mbuf>, _ header: UnsafeRawPointer) -> Bool {
        let flags = packet.pointee.ol_flags
        if packet.pointee.packet_type & VD_PTYPE_TUNNEL_MASK == 0 {
            if flags & VD_RX_IP_CKSUM_MASK == VD_RX_IP_CKSUM_GOOD { return true }
            if flags & VD_RX_IP_CKSUM_MASK == VD_RX_IP_CKSUM_BAD { return false }
        } else if flags & VD_RX_OUTER_IP_CKSUM_BAD != 0 {
            return false
        }
        return InternetChecksum.isValidIPv4Header(header)
    }
}
