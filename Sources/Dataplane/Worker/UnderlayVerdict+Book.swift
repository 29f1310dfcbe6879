import CShims

// What a packet from the underlay is that is not plain, check by check, in the order of its headers; each check that fails has a name.

/// The outer headers of a packet that is for us, and UDP.
private struct OuterPacket {
    let source: UnderlayAddress
    /// Where the UDP header starts in the frame, and what the datagram has of bytes.
    let udpOffset: Int
    let udpByteCount: Int
    let ecn: UInt8
    let isIPv6: Bool
}

extension UnderlayVerdict {
    private enum Outcome {
        case datagram(OuterPacket)
        case punt
        case drop(DropReason)
    }

    private static let protocolICMP: UInt8 = 1, protocolIGMP: UInt8 = 2, protocolUDP: UInt8 = 17, protocolICMPv6: UInt8 = 58
    private static let hopByHop: UInt8 = 0

    @_noLocks @_noAllocation @inline(never)
    static func decideByTheBook(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ context: UnderlayContext) -> UnderlayVerdict
    {
        guard Int(packet.pointee.data_len) >= ethernet else { return .drop(.underlayFrameShort) }
        let destinationMAC = frame.mac(0)
        if destinationMAC != context.portMAC, destinationMAC & 1 == 0 { return .drop(.underlayMACNotOurs) }
        let outcome: Outcome
        switch frame.u16(12) {
        case EtherType.ipv4: outcome = checkIPv4(packet, frame, context)
        case EtherType.ipv6: outcome = checkIPv6(packet, frame, context)
        case EtherType.arp: return .punt
        default: return .drop(.underlayEtherType)
        }
        switch outcome {
        case .punt: return .punt
        case .drop(let reason): return .drop(reason)
        case .datagram(let outer): return checkUDP(packet, frame, outer, context)
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func checkIPv4(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ context: UnderlayContext) -> Outcome {
        guard Int(packet.pointee.data_len) >= ethernet &+ ipv4 else { return .drop(.underlayFrameShort) }
        let header = frame + ethernet
        let versionAndLength = header.load(as: UInt8.self)
        let proto = header.load(fromByteOffset: 9, as: UInt8.self)
        // IGMP carries the Router Alert option (RFC 3376 section 4); control looks at the rest.
        if versionAndLength == 0x46, proto == protocolIGMP { return .punt }
        if versionAndLength != 0x45 { return .drop(reason(ofVersionAndLength: versionAndLength)) }
        let totalLength = Int(header.u16(2).byteSwapped)
        let packetLength = Int(packet.pointee.pkt_len)
        guard totalLength >= ipv4, totalLength <= packetLength &- ethernet else { return .drop(.ipv4Length) }
        guard packet.pointee.nb_segs == 1 || totalLength == packetLength &- ethernet else { return .drop(.ipv4Length) }
        guard hasValidIPv4Checksum(packet, header) else { return .drop(.ipv4Checksum) }
        if proto == protocolIGMP { return .punt }
        let destination = header.u32(16)
        let own = AddressList(memory: vd_load_acquire_pointer(&context.port.pointee.addresses))
        guard own.contains(ipv4BE: destination) || isOurGroup(UnderlayAddress(ipv4BE: destination), context) else {
            return .drop(.notOurAddress)
        }
        guard !own.contains(ipv4BE: header.u32(12)) else { return .drop(.ownSourceAddress) }
        // More-fragments flag or an offset.
        if header.u16(6) & 0xFF3F != 0 { return .drop(.ipv4Fragment) }
        if proto != protocolUDP { return proto == protocolICMP ? .punt : .drop(.ipProtocol) }
        return .datagram(
            OuterPacket(
                source: UnderlayAddress(ipv4BE: header.u32(12)), udpOffset: ethernet &+ ipv4, udpByteCount: totalLength &- ipv4,
                ecn: header.load(fromByteOffset: 1, as: UInt8.self) & 3, isIPv6: false))
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func checkIPv6(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ context: UnderlayContext) -> Outcome {
        guard Int(packet.pointee.data_len) >= ethernet &+ ipv6 else { return .drop(.underlayFrameShort) }
        let header = frame + ethernet
        guard header.load(as: UInt8.self) &>> 4 == 6 else { return .drop(.ipv6Version) }
        let payloadLength = Int(header.u16(4).byteSwapped)
        let room = Int(packet.pointee.pkt_len) &- ethernet &- ipv6
        guard payloadLength <= room, packet.pointee.nb_segs == 1 || payloadLength == room else { return .drop(.ipv6Length) }
        let next = header.load(fromByteOffset: 6, as: UInt8.self)
        let source = UnderlayAddress(ipv6: header + 8), destination = UnderlayAddress(ipv6: header + 24)
        let own = AddressList(memory: vd_load_acquire_pointer(&context.port.pointee.addresses))
        let isMulticast = UInt8(truncatingIfNeeded: destination.front) == 0xFF
        // Neighbour discovery and MLD: of link-local addresses and many groups control alone knows.
        if next == protocolICMPv6 || (next == hopByHop && isMulticast) { return .punt }
        // An IPv6 address that stands for one of IPv4 is for nobody on the wire (RFC 4291 section 2.5.5.2).
        let isOwn = !destination.isIPv4 && own.contains(destination)
        guard isOwn || (isMulticast && isOurGroup(destination, context)) else { return .drop(.notOurAddress) }
        guard !own.contains(source) else { return .drop(.ownSourceAddress) }
        if next != protocolUDP { return .drop(isExtension(next) ? .ipv6Extension : .ipProtocol) }
        return .datagram(
            OuterPacket(
                source: source, udpOffset: ethernet &+ ipv6, udpByteCount: payloadLength,
                ecn: header.load(fromByteOffset: 1, as: UInt8.self) &>> 4 & 3, isIPv6: true))
    }

    /// Hop-by-hop and destination options, routing, fragment, authentication, mobility (RFC 8200 section 4).
    @_noLocks @_noAllocation @inline(__always)
    private static func isExtension(_ next: UInt8) -> Bool {
        next == hopByHop || next == 43 || next == 44 || next == 51 || next == 60 || next == 135
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func isOurGroup(_ address: UnderlayAddress, _ context: UnderlayContext) -> Bool {
        guard let groups = context.port.pointee.groups else { return false }
        return groups.snapshot.lookup(address) != 0
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func checkUDP(
        _ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, _ outer: OuterPacket, _ context: UnderlayContext
    ) -> UnderlayVerdict {
        let byteCount = Int(packet.pointee.data_len)
        guard outer.udpByteCount >= udp, byteCount >= outer.udpOffset &+ udp else { return .drop(.udpLength) }
        let datagram = frame + outer.udpOffset
        let endpoint = endpointNumber(datagram.u16(2), context)
        guard endpoint >= 0 else { return .drop(.udpPort) }
        guard Int(datagram.u16(4).byteSwapped) == outer.udpByteCount else { return .drop(.udpLength) }
        if datagram.u16(6) != 0 {
            let isValid = hasValidUDPChecksum(
                packet, frame, isIPv6: outer.isIPv6, udpOffset: outer.udpOffset, udpByteCount: outer.udpByteCount)
            guard isValid else { return .drop(.udpChecksum) }
        } else if outer.isIPv6, context.port.pointee.acceptsZeroChecksum == 0 {
            return .drop(.udpChecksumZero)
        }
        let offset = outer.udpOffset &+ udp &+ vxlan
        guard outer.udpByteCount >= udp &+ vxlan, byteCount >= offset else { return .drop(.vxlanShort) }
        let header = datagram.u64(udp)
        guard header & 0x08 != 0 else { return .drop(.vxlanFlags) }
        guard header & context.vxlanMask == 0x08 else { return .drop(.vxlanReserved) }
        let innerByteCount = outer.udpByteCount &- udp &- vxlan
        guard innerByteCount >= ethernet, byteCount >= offset &+ ethernet else { return .drop(.innerShort) }
        let vteps = context.tables.endpoints + endpoint
        let tunnel =
            outer.isIPv6 ? vteps.pointee.vteps6.snapshot.lookup(outer.source) : vteps.pointee.vteps.snapshot.lookup(outer.source.ipv4BE)
        return decapsulateByTheBook(
            frame + offset, outer.source, offset: offset, innerByteCount: UInt32(truncatingIfNeeded: innerByteCount), tunnel: tunnel,
            ecn: outer.ecn, context, innerInFirstSegment: byteCount &- offset)
    }

    /// -1 = none.
    @_noLocks @_noAllocation @inline(__always)
    private static func endpointNumber(_ portBE: UInt16, _ context: UnderlayContext) -> Int {
        var number = 0
        while number < Tables.endpointCount {
            if vd_load_acquire_u32(&context.tables.endpoints[number].udpPortBE) == UInt32(portBE), portBE != 0 { return number }
            number &+= 1
        }
        return -1
    }

    /// `inner`: the inner frame of a packet whose outer headers are in order.
    @_noLocks @_noAllocation @inline(never)
    static func decapsulateByTheBook(
        _ inner: UnsafeRawPointer, _ sender: UnderlayAddress, offset: Int, innerByteCount: UInt32, tunnel: UInt16, ecn: UInt8,
        _ context: UnderlayContext, innerInFirstSegment: Int = 0
    ) -> UnderlayVerdict {
        let network = context.vnis.lookup((inner - 4).u32(0).byteSwapped &>> 8)
        let source = inner.u64(4) &>> 16, destination = inner.mac(0)
        // First, as by the book. An address of our own is no remote VTEP's: the check of the configuration sees to it.
        let own = AddressList(memory: vd_load_acquire_pointer(&context.port.pointee.addresses))
        guard !own.contains(sender) else { return .drop(.ownSourceAddress) }
        guard network != 0 else { return .drop(.vniUnknown) }
        let isStranger = tunnel == 0
        if isStranger {
            let accepted = AcceptList(memory: vd_load_acquire_pointer(&context.tables.settings.pointee.accept))
            // What is accepted over IPv4 is not when it comes over IPv6.
            guard accepted.contains(sender), offset == innerOffset4 || !sender.isIPv4 else { return .drop(.vtepUnknown) }
        }
        guard source & 1 == 0, source != 0 else { return .drop(.innerSourceMAC) }
        let features = context.tables.networks.records[Int(network)].features
        let tagByteCount = removedTagByteCount(inner, innerByteCount: innerByteCount, features)
        guard tagByteCount >= 0 else { return .drop(.innerVLANTag) }
        if MACAddress.isLinkLocal(destination),
            let reason = LinkLocalProtocol.refusal(destination: destination, type: inner.u16(12), features, otherwise: .innerLinkLocal)
        {
            return .drop(reason)
        }
        let frame = TunnelFrame(
            network: network, tunnel: tunnel, headerByteCount: UInt16(truncatingIfNeeded: offset &+ tagByteCount),
            innerByteCount: innerByteCount &- UInt32(truncatingIfNeeded: tagByteCount), source: source, destination: destination)
        if destination == LoopProbe.destinationBits {
            let gatewayBE = vd_load_acquire_u64(&context.tables.settings.pointee.probeGatewayBE)
            let byteCount = min(innerInFirstSegment, Int(innerByteCount))
            if LoopProbe.isOwn(inner, byteCount: byteCount, tagBytes: 0, gatewayBE: gatewayBE) { return .probe(frame) }
        }
        var notice = Notice(congestion: nil, removesTag: tagByteCount != 0, stranger: isStranger ? sender : .none)
        let seen = min(innerInFirstSegment, Int(innerByteCount)) &- tagByteCount
        switch Congestion.combine(outer: ecn, inner: Congestion.field(inner + tagByteCount, byteCount: seen)) {
        case .unchanged: break
        case .becomes(let field): notice.congestion = field
        case .drop: return .drop(.congestionUnheeded)
        }
        return isStranger || notice.congestion != nil || notice.removesTag ? .decapsulateWith(frame, notice) : .decapsulate(frame)
    }

    /// What is to be removed of an inner frame's tag, if it has one; -1: the frame is to be dropped for it.
    @_noLocks @_noAllocation @inline(__always)
    private static func removedTagByteCount(_ inner: UnsafeRawPointer, innerByteCount: UInt32, _ features: NetworkFeatures) -> Int {
        guard EtherType.isTag(inner.u16(12)) else { return 0 }
        if features.contains(.innerTagKeep) { return 0 }
        guard features.contains(.innerTagStrip), innerByteCount >= 18, !EtherType.isTag(inner.u16(16)) else { return -1 }
        return 4
    }

    @_noLocks @_noAllocation @inline(never)
    private static func reason(ofVersionAndLength byte: UInt8) -> DropReason {
        if byte >> 4 != 4 { return .ipv4Version }
        return byte & 15 < 5 ? .ipv4Length : .ipv4Options
    }

    /// Of a packet over IPv6 without extension headers and padding.
    @_noLocks @_noAllocation @inline(never)
    static func hasValidUDPChecksum(_ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer) -> Bool {
        let udpOffset = ethernet &+ ipv6
        return hasValidUDPChecksum(
            packet, frame, isIPv6: true, udpOffset: udpOffset, udpByteCount: Int(packet.pointee.pkt_len) &- udpOffset)
    }

    @_noLocks @_noAllocation @inline(never)
    private static func hasValidUDPChecksum(
        _ packet: UnsafePointer<vd_mbuf>, _ frame: UnsafeRawPointer, isIPv6: Bool, udpOffset: Int, udpByteCount: Int
    ) -> Bool {
        let flags = packet.pointee.ol_flags
        if packet.pointee.packet_type & VD_PTYPE_TUNNEL_MASK == 0 {
            if flags & VD_RX_L4_CKSUM_MASK == VD_RX_L4_CKSUM_GOOD { return true }
            if flags & VD_RX_L4_CKSUM_MASK == VD_RX_L4_CKSUM_BAD { return false }
        } else if flags & VD_RX_OUTER_L4_CKSUM_MASK == VD_RX_OUTER_L4_CKSUM_GOOD {
            return true
        }
        let offset = UInt32(truncatingIfNeeded: udpOffset), length = UInt32(truncatingIfNeeded: udpByteCount)
        return isIPv6
            ? InternetChecksum.isValidUDP(packet, ipv6: frame + ethernet, offset: offset, length: length)
            : InternetChecksum.isValidUDP(packet, ipv4: frame + ethernet, offset: offset, length: length)
    }
}
