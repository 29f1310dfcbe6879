import CShims

// Classification of a frame from an underlay port: bytes and tables in, a verdict out, no side effects.

/// What a frame from an underlay port is.
enum UnderlayVerdict {
    case decapsulate(TunnelFrame)
    /// ARP and ICMP: for control.
    case punt
    case drop(DropReason)
}

/// A VXLAN packet that passed every check.
struct TunnelFrame {
    var network: UInt16
    var tunnel: UInt16
    /// Bytes of the inner frame, without what pads the outer one.
    var innerByteCount: UInt32
    var source: UInt64
    var destination: UInt64
}

/// What a verdict depends on beside the packet, read once a burst.
struct UnderlayContext {
    let portMAC: UInt64
    let addresses: AddressList
    /// The first of them: see ``AddressList/first``.
    let firstAddress: UInt64
    let udpPortBE: UInt16
    let vnis: VNIMap
    let vteps: VTEPMap.Snapshot
}

extension UnderlayVerdict {
    private static let ethernet = 14, ipv4 = 20, udp = 8, vxlan = 8
    /// Where the inner frame starts.
    static let innerOffset = ethernet + ipv4 + udp + vxlan

    @_noLocks @_noAllocation @inline(__always)
    static func decide(_ packet: UnsafePointer<vd_mbuf>, _ context: UnderlayContext) -> UnderlayVerdict {
        if _fastPath(isPlain(packet, context)) {
            let frame = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
            return decapsulate(frame, innerByteCount: packet.pointee.pkt_len &- UInt32(innerOffset), context)
        }
        return decideByTheBook(packet, context)
    }

    /// Whether a packet is what nearly all are: VXLAN over UDP without checksum over IPv4 without options, fragments and padding, to the
    /// port's first address, all headers in the first segment. ``decideByTheBook`` would let it pass; it also knows why another does not.
    @_noLocks @_noAllocation @inline(__always)
    private static func isPlain(_ packet: UnsafePointer<vd_mbuf>, _ context: UnderlayContext) -> Bool {
        guard packet.pointee.data_len >= UInt16(innerOffset &+ ethernet) else { return false }
        let frame = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        // Without padding, both lengths follow from the packet's. One of several segments may have more bytes than the fields have bits for.
        let ipv4Length = packet.pointee.pkt_len &- UInt32(ethernet)
        let udpLengthBE = UInt16(truncatingIfNeeded: ipv4Length &- UInt32(ipv4)).byteSwapped
        return (frame.u64(0) ^ context.portMAC) &<< 16 == 0
            // EtherType, version and header length.
            && frame.u32(12) &<< 8 == 0x4500_0800
            && UInt32(frame.u16(16).byteSwapped) == ipv4Length
            // More-fragments flag and offset, protocol.
            && frame.u32(20) & 0xFF00_FF3F == 17 &<< 24
            && UInt64(frame.u32(30)) == context.firstAddress
            && frame.u16(36) == context.udpPortBE
            // UDP length and no checksum.
            && frame.u32(38) == UInt32(udpLengthBE)
            && frame.load(fromByteOffset: 42, as: UInt8.self) & 0x08 != 0
            && hasValidIPv4Checksum(packet, frame + ethernet)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func decideByTheBook(_ packet: UnsafePointer<vd_mbuf>, _ context: UnderlayContext) -> UnderlayVerdict {
        let addresses = context.addresses
        let frame = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let byteCount = Int(packet.pointee.data_len)
        guard byteCount >= ethernet else { return .drop(.underlayFrameShort) }
        let destinationMAC = frame.mac(0)
        if destinationMAC != context.portMAC, destinationMAC & 1 == 0 { return .drop(.underlayMACNotOurs) }
        let type = frame.u16(12)
        if type != EtherType.ipv4 { return type == EtherType.arp ? .punt : .drop(.underlayEtherType) }

        // IPv4.
        guard byteCount >= ethernet &+ ipv4 else { return .drop(.underlayFrameShort) }
        let header = frame + ethernet
        let versionAndLength = header.load(as: UInt8.self)
        if versionAndLength != 0x45 { return .drop(reason(ofVersionAndLength: versionAndLength)) }
        let totalLength = Int(header.u16(2).byteSwapped)
        let packetLength = Int(packet.pointee.pkt_len)
        guard totalLength >= ipv4, totalLength <= packetLength &- ethernet else { return .drop(.ipv4Length) }
        guard packet.pointee.nb_segs == 1 || totalLength == packetLength &- ethernet else { return .drop(.ipv4Length) }
        guard hasValidIPv4Checksum(packet, header) else { return .drop(.ipv4Checksum) }
        guard addresses.contains(header.u32(16)) else { return .drop(.notOurAddress) }
        guard !addresses.contains(header.u32(12)) else { return .drop(.ownSourceAddress) }
        // More-fragments flag or an offset.
        if header.u16(6) & 0xFF3F != 0 { return .drop(.ipv4Fragment) }
        let proto = header.load(fromByteOffset: 9, as: UInt8.self)
        if proto != 17 { return proto == 1 ? .punt : .drop(.ipProtocol) }

        // UDP.
        let payload = totalLength &- ipv4
        guard payload >= udp, byteCount >= ethernet &+ ipv4 &+ udp else { return .drop(.udpLength) }
        let datagram = header + ipv4
        guard datagram.u16(2) == context.udpPortBE else { return .drop(.udpPort) }
        guard Int(datagram.u16(4).byteSwapped) == payload else { return .drop(.udpLength) }
        if datagram.u16(6) != 0, !hasValidUDPChecksum(packet, header, length: payload) { return .drop(.udpChecksum) }

        // VXLAN and the inner frame.
        guard payload >= udp &+ vxlan, byteCount >= innerOffset else { return .drop(.vxlanShort) }
        guard datagram.load(fromByteOffset: 8, as: UInt8.self) & 0x08 != 0 else { return .drop(.vxlanFlags) }
        let innerByteCount = payload &- udp &- vxlan
        guard innerByteCount >= ethernet, byteCount >= innerOffset &+ ethernet else { return .drop(.innerShort) }
        return decapsulate(frame, innerByteCount: UInt32(truncatingIfNeeded: innerByteCount), context)
    }

    /// `frame`: a VXLAN packet with valid outer headers whose VXLAN and inner Ethernet headers lie in its first segment.
    @_noLocks @_noAllocation @inline(__always)
    private static func decapsulate(_ frame: UnsafeRawPointer, innerByteCount: UInt32, _ context: UnderlayContext) -> UnderlayVerdict {
        let network = context.vnis.lookup(frame.u32(46).byteSwapped &>> 8)
        let tunnel = context.vteps.lookup(frame.u32(26))
        let inner = frame + innerOffset
        let source = inner.u64(4) &>> 16, destination = inner.mac(0)
        guard network != 0, tunnel != 0, source & 1 == 0, source != 0, !EtherType.isTag(inner.u16(12)),
            _fastPath(destination & 1 == 0) || !MACAddress.isLinkLocal(destination)
        else { return .drop(reason(ofInner: frame, network: network, tunnel: tunnel, context)) }
        return .decapsulate(
            TunnelFrame(network: network, tunnel: tunnel, innerByteCount: innerByteCount, source: source, destination: destination))
    }

    /// Why ``decapsulate`` refuses.
    @_noLocks @_noAllocation @inline(never)
    private static func reason(ofInner frame: UnsafeRawPointer, network: UInt16, tunnel: UInt16, _ context: UnderlayContext) -> DropReason {
        let inner = frame + innerOffset
        let source = inner.u64(4) &>> 16
        // First, as by the book. An address of our own is no remote VTEP's: the check of the configuration sees to it.
        if context.addresses.contains(frame.u32(26)) { return .ownSourceAddress }
        if network == 0 { return .vniUnknown }
        if tunnel == 0 { return .vtepUnknown }
        if source & 1 != 0 || source == 0 { return .innerSourceMAC }
        return EtherType.isTag(inner.u16(12)) ? .innerVLANTag : .innerLinkLocal
    }

    @_noLocks @_noAllocation @inline(never)
    private static func reason(ofVersionAndLength byte: UInt8) -> DropReason {
        if byte >> 4 != 4 { return .ipv4Version }
        return byte & 15 < 5 ? .ipv4Length : .ipv4Options
    }

    /// The device's word where it has verified the outer header, else the sum. On a packet that the device knows to be a tunnel's, its
    /// plain flags speak of the inner headers.
    @_noLocks @_noAllocation @inline(__always)
    private static func hasValidIPv4Checksum(_ packet: UnsafePointer<vd_mbuf>, _ header: UnsafeRawPointer) -> Bool {
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

    @_noLocks @_noAllocation @inline(never)
    private static func hasValidUDPChecksum(_ packet: UnsafePointer<vd_mbuf>, _ header: UnsafeRawPointer, length: Int) -> Bool {
        let flags = packet.pointee.ol_flags
        if packet.pointee.packet_type & VD_PTYPE_TUNNEL_MASK == 0 {
            if flags & VD_RX_L4_CKSUM_MASK == VD_RX_L4_CKSUM_GOOD { return true }
            if flags & VD_RX_L4_CKSUM_MASK == VD_RX_L4_CKSUM_BAD { return false }
        } else if flags & VD_RX_OUTER_L4_CKSUM_MASK == VD_RX_OUTER_L4_CKSUM_GOOD {
            return true
        }
        return InternetChecksum.isValidUDP(
            packet, ipv4: header, offset: UInt32(ethernet + ipv4), length: UInt32(truncatingIfNeeded: length))
    }
}
