import CShims

// In: a frame for a tunnel that is not plain, or that is not plain itself, or does not fit. Out: as in Worker+Encapsulate: several ways out, outer tags, UDP checksums, fragmentation
// rules; frames that are too large.

extension Worker {
    @_noLocks @_noAllocation @inline(never)
    mutating func encapsulateOtherwise(_ frame: UnsafePointer<Frame>, _ head: UnsafePointer<TunnelRecord>, tunnel: Int) {
        let packet = frame.pointee.packet
        let tagBytes = Int(frame.pointee.tagBytes)
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let inner = start + tagBytes
        let flow = Worker.flow(frame, inner, byteCount: Int(packet.pointee.data_len) &- tagBytes)
        let record = head.pointee.shape == .spread ? TunnelRecord.way(head, hash: flow.hash) : head
        let innerByteCount = packet.pointee.pkt_len &- UInt32(truncatingIfNeeded: tagBytes)
        guard record.pointee.shape != .unresolved else { return drop(packet, .nextHopUnresolved) }
        guard innerByteCount <= record.pointee.more.frameMaximum else { return refuseTooLong(frame, record) }
        let headerByteCount = record.pointee.headerByteCount
        let shift = headerByteCount &- tagBytes
        guard Int(packet.pointee.data_off) >= shift else { return drop(packet, .noMbuf) }

        let mustNotBeFragmented =
            record.pointee.inheritsDontFragment
            && InnerFlow.mustNotBeFragmented(inner, byteCount: Int(packet.pointee.data_len) &- tagBytes)
        if tagBytes != 0 { AddressPair(start).write(to: inner) }
        writeHeader(
            record, to: inner - headerByteCount, network: frame.pointee.network, innerByteCount: innerByteCount, flow,
            mustNotBeFragmented: mustNotBeFragmented)
        packet.pointee.data_off &-= UInt16(truncatingIfNeeded: shift)
        packet.pointee.data_len &+= UInt16(truncatingIfNeeded: shift)
        packet.pointee.pkt_len = innerByteCount &+ UInt32(truncatingIfNeeded: headerByteCount)
        send(packet, record, tunnel: tunnel)
    }

    /// `inner`: where the frame starts once its tag is off. `byteCount`: what lies in one piece from there on.
    @_noLocks @_noAllocation @inline(__always)
    static func flow(_ frame: UnsafePointer<Frame>, _ inner: UnsafeRawPointer, byteCount: Int) -> InnerFlow {
        var flow = InnerFlow(inner, byteCount: byteCount, source: frame.pointee.sourceHash, destination: frame.pointee.destinationHash)
        flow.priorityClass = UInt32(frame.pointee.tag &>> 13) &<< 5
        return flow
    }

    /// Writes everything before the inner frame but the UDP checksum.
    @_noLocks @_noAllocation @inline(__always)
    mutating func writeHeader(
        _ record: UnsafePointer<TunnelRecord>, to start: UnsafeMutableRawPointer, network: Int, innerByteCount: UInt32, _ flow: InnerFlow,
        mustNotBeFragmented: Bool
    ) {
        let copied =
            flow.trafficClass & UInt32(record.pointee.more.copiedBits) | flow.priorityClass & UInt32(record.pointee.more.priorityBits)
        let tag = record.pointee.more.tag
        let untagged = tag == 0 ? start : start + 4
        if record.pointee.shape == .ipv6 {
            record.pointee.header6.write(
                to: untagged, innerByteCount: innerByteCount, hash: flow.hash,
                sourcePortBE: FlowHash.sourcePortBE(flow.hash, range: sourcePorts), copied: copied, vxlan: tables.networks.headers[network])
        } else {
            record.pointee.header.write(
                to: untagged, innerByteCount: innerByteCount, sourcePortBE: FlowHash.sourcePortBE(flow.hash, range: sourcePorts),
                copied: copied, vxlan: tables.networks.headers[network])
            if record.pointee.more.dontFragment != .set, !mustNotBeFragmented { permitFragments(record, untagged) }
        }
        if tag != 0 { Worker.pushTag(record, start, trafficClass: copied) }
    }

    /// Takes DF off an IPv4 header. Such a packet needs an identification (RFC 6864 section 4.3).
    @_noLocks @_noAllocation @inline(never)
    private mutating func permitFragments(_ record: UnsafePointer<TunnelRecord>, _ start: UnsafeMutableRawPointer) {
        identification &+= 1
        start.put(UInt32(identification.byteSwapped), OuterHeader.Offset.identification)
        if record.pointee.header.leavesChecksumToDevice { return }
        start.put(0 as UInt16, OuterHeader.Offset.checksum)
        start.put(~InternetChecksum.sumOfIPv4Header(start + OuterHeader.Offset.ipv4), OuterHeader.Offset.checksum)
    }

    /// Moves the addresses of a header that was written 4 bytes behind `start` to the front, and puts the outer tag behind them.
    @_noLocks @_noAllocation @inline(__always)
    private static func pushTag(_ record: UnsafePointer<TunnelRecord>, _ start: UnsafeMutableRawPointer, trafficClass: UInt32) {
        AddressPair(start + 4).write(to: start)
        var tag = record.pointee.more.tag
        // The priority is the upper three bits of the third byte.
        if record.pointee.more.priorityFollowsDSCP { tag |= (trafficClass & 0xE0) &<< 16 }
        start.put(tag, 12)
    }

    /// In: a packet with its headers, all but the UDP checksum. Out: in the transmit queue.
    @_noLocks @_noAllocation @inline(__always)
    mutating func send(_ packet: UnsafeMutablePointer<vd_mbuf>, _ record: UnsafePointer<TunnelRecord>, tunnel: Int) {
        if record.pointee.udpChecksum != .none { Worker.writeUDPChecksum(packet, record) }
        Worker.setOffloads(packet, record.pointee.offloadFlags) {
            vd_tx_offload(record.pointee.more.tag == 0 ? 14 : 18, record.pointee.shape == .ipv6 ? 40 : 20, 8 + 8 + 14)
        }
        counters.tunnels[tunnel].txPackets &+= 1
        enqueue(packet, byteCount: packet.pointee.pkt_len, port: Int(record.pointee.port))
    }

    /// The whole checksum; or, for a device that computes it, that of the pseudo header alone, as rte_mbuf asks.
    @_noLocks @_noAllocation @inline(never)
    static func writeUDPChecksum(_ packet: UnsafeMutablePointer<vd_mbuf>, _ record: UnsafePointer<TunnelRecord>) {
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let udpOffset = record.pointee.udpOffset
        let udp = start + udpOffset
        let length = packet.pointee.pkt_len &- UInt32(truncatingIfNeeded: udpOffset)
        let addresses =
            record.pointee.shape == .ipv6 ? UInt64(record.pointee.more.pseudoSum6) : InternetChecksum.pseudoSum(ipv4: udp - 20)
        let pseudo = addresses &+ UInt64(UInt16(truncatingIfNeeded: length).byteSwapped)
        if record.pointee.udpChecksum == .device {
            udp.put(InternetChecksum.fold(pseudo), 6)
        } else {
            let sum = pseudo &+ UInt64(vd_mbuf_checksum(packet, UInt32(truncatingIfNeeded: udpOffset), length))
            let checksum = ~InternetChecksum.fold(sum)
            // Zero says that there is none (RFC 768).
            udp.put(checksum == 0 ? 0xFFFF : checksum, 6)
        }
    }

    /// A frame that does not fit the underlay. Where its network asks for it, control tells the sender (RFC 1191, RFC 8201); so many a second at most.
    @_noLocks @_noAllocation @inline(never)
    private mutating func refuseTooLong(_ frame: UnsafePointer<Frame>, _ record: UnsafePointer<TunnelRecord>) {
        let packet = frame.pointee.packet
        guard tables.networks.records[frame.pointee.network].tellsTooBig, tooBigBudget > 0 else { return drop(packet, .mtuExceeded) }
        tooBigBudget &-= 1
        counters.count(.mtuExceeded)
        // Fewer tags take no room.
        _ = Worker.makeRoom(frame, tagBytes: 0)
        packet.pointee.port = UInt16(truncatingIfNeeded: frame.pointee.network)
        packet.pointee.rss_hash = frame.pointee.origin.rawValue
        packet.pointee.vlan_tci = frame.pointee.tag
        packet.pointee.vlan_tci_outer = UInt16(truncatingIfNeeded: record.pointee.more.frameMaximum)
        if !vd_ring_enqueue(exchange.tooBig, packet) { vd_mbuf_free(packet) }
    }
}

extension TunnelRecord {
    /// Bytes before the inner frame.
    @inline(__always)
    var headerByteCount: Int {
        (shape == .ipv6 ? OuterHeader6.byteCount : OuterHeader.byteCount) &+ (more.tag == 0 ? 0 : 4)
    }

    /// Where the UDP header starts in a packet.
    @inline(__always)
    fileprivate var udpOffset: Int { headerByteCount &- 16 }

    @inline(__always)
    var inheritsDontFragment: Bool { more.dontFragment == .inherit && shape == .ipv4 }
}
