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
    var innerByteCount: Int
    var source: UInt64
    var destination: UInt64
}

extension UnderlayVerdict {
    private static let ethernet = 14, ipv4 = 20, udp = 8, vxlan = 8
    /// Where the inner frame starts.
    static let innerOffset = ethernet + ipv4 + udp + vxlan

    @_noLocks @_noAllocation @inline(__always)
    static func decide(
        _ packet: UnsafePointer<vd_mbuf>, portMAC: UInt64, addresses: AddressList, udpPortBE: UInt16, vnis: VNIMap, vteps: VTEPMap
    ) -> UnderlayVerdict {
        // With all headers in the first segment, the compiler drops every check of its length.
        if _slowPath(Int(packet.pointee.data_len) < innerOffset &+ ethernet) {
            return decideShort(packet, portMAC: portMAC, addresses: addresses, udpPortBE: udpPortBE, vnis: vnis, vteps: vteps)
        }
        return check(packet, portMAC: portMAC, addresses: addresses, udpPortBE: udpPortBE, vnis: vnis, vteps: vteps)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func decideShort(
        _ packet: UnsafePointer<vd_mbuf>, portMAC: UInt64, addresses: AddressList, udpPortBE: UInt16, vnis: VNIMap, vteps: VTEPMap
    ) -> UnderlayVerdict {
        check(packet, portMAC: portMAC, addresses: addresses, udpPortBE: udpPortBE, vnis: vnis, vteps: vteps)
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func check(
        _ packet: UnsafePointer<vd_mbuf>, portMAC: UInt64, addresses: AddressList, udpPortBE: UInt16, vnis: VNIMap, vteps: VTEPMap
    ) -> UnderlayVerdict {
        let frame = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let byteCount = Int(packet.pointee.data_len)
        guard byteCount >= ethernet else { return .drop(.underlayFrameShort) }
        let destinationMAC = frame.mac(0)
        if _slowPath(destinationMAC != portMAC && destinationMAC & 1 == 0) { return .drop(.underlayMACNotOurs) }
        let type = frame.u16(12)
        if _slowPath(type != EtherType.ipv4) { return type == EtherType.arp ? .punt : .drop(.underlayEtherType) }

        // IPv4.
        guard byteCount >= ethernet &+ ipv4 else { return .drop(.underlayFrameShort) }
        let header = frame + ethernet
        let versionAndLength = header.load(as: UInt8.self)
        if _slowPath(versionAndLength != 0x45) { return .drop(reason(ofVersionAndLength: versionAndLength)) }
        let totalLength = Int(header.u16(2).byteSwapped)
        let packetLength = Int(packet.pointee.pkt_len)
        guard totalLength >= ipv4, totalLength <= packetLength &- ethernet else { return .drop(.ipv4Length) }
        guard packet.pointee.nb_segs == 1 || totalLength == packetLength &- ethernet else { return .drop(.ipv4Length) }
        guard hasValidIPv4Checksum(packet, header) else { return .drop(.ipv4Checksum) }
        guard addresses.contains(header.u32(16)) else { return .drop(.notOurAddress) }
        let sourceBE = header.u32(12)
        if _slowPath(addresses.contains(sourceBE)) { return .drop(.ownSourceAddress) }
        // More-fragments flag or an offset.
        if _slowPath(header.u16(6) & 0xFF3F != 0) { return .drop(.ipv4Fragment) }
        let proto = header.load(fromByteOffset: 9, as: UInt8.self)
        if _slowPath(proto != 17) { return proto == 1 ? .punt : .drop(.ipProtocol) }

        // UDP.
        let payload = totalLength &- ipv4
        guard payload >= udp, byteCount >= ethernet &+ ipv4 &+ udp else { return .drop(.udpLength) }
        let datagram = header + ipv4
        guard datagram.u16(2) == udpPortBE else { return .drop(.udpPort) }
        guard Int(datagram.u16(4).byteSwapped) == payload else { return .drop(.udpLength) }
        if _slowPath(datagram.u16(6) != 0 && !hasValidUDPChecksum(packet, header, length: payload)) { return .drop(.udpChecksum) }

        // VXLAN and the inner frame.
        guard payload >= udp &+ vxlan, byteCount >= innerOffset else { return .drop(.vxlanShort) }
        guard datagram.load(fromByteOffset: 8, as: UInt8.self) & 0x08 != 0 else { return .drop(.vxlanFlags) }
        let network = vnis.lookup(datagram.u32(12).byteSwapped >> 8)
        if _slowPath(network == 0) { return .drop(.vniUnknown) }
        let tunnel = vteps.lookup(sourceBE)
        if _slowPath(tunnel == 0) { return .drop(.vtepUnknown) }
        let innerByteCount = payload &- udp &- vxlan
        guard innerByteCount >= ethernet, byteCount >= innerOffset &+ ethernet else { return .drop(.innerShort) }
        let inner = frame + innerOffset
        let result = TunnelFrame(
            network: network, tunnel: tunnel, innerByteCount: innerByteCount, source: inner.u64(4) >> 16, destination: inner.mac(0))
        if _slowPath(result.source & 1 != 0 || result.source == 0) { return .drop(.innerSourceMAC) }
        if _slowPath(EtherType.isTag(inner.u16(12))) { return .drop(.innerVLANTag) }
        if _slowPath(MACAddress.isLinkLocal(result.destination)) { return .drop(.innerLinkLocal) }
        return .decapsulate(result)
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
