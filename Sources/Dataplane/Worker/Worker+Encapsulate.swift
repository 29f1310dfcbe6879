import CShims

// In: a frame for a remote VTEP. Out: its tag off, the tunnel's outer headers before it, patched, in the transmit queue of the tunnel's port.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func encapsulate(_ frame: UnsafePointer<Frame>, tunnel: Int) {
        let packet = frame.pointee.packet
        let tagBytes = Int(frame.pointee.tagBytes)
        guard let record = tables.tunnels.lookup(tunnel), record.pointee.isResolved != 0 else { return drop(packet, .nextHopUnresolved) }
        let innerByteCount = packet.pointee.pkt_len &- UInt32(truncatingIfNeeded: tagBytes)
        guard innerByteCount <= record.pointee.innerMaximum else { return drop(packet, .mtuExceeded) }
        let shift = OuterHeader.byteCount &- tagBytes
        guard Int(packet.pointee.data_off) >= shift else { return drop(packet, .noMbuf) }

        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let hash = FlowHash.hash(start, tagBytes: tagBytes, byteCount: Int(packet.pointee.data_len))
        if tagBytes != 0 { AddressPair(start).write(to: start + tagBytes) }
        writeOuterHeader(record, to: start + (0 &- shift), network: frame.pointee.network, innerByteCount: innerByteCount, hash: hash)

        let byteCount = innerByteCount &+ UInt32(OuterHeader.byteCount)
        packet.pointee.data_off &-= UInt16(truncatingIfNeeded: shift)
        packet.pointee.data_len &+= UInt16(truncatingIfNeeded: shift)
        packet.pointee.pkt_len = byteCount
        Worker.setOffloads(packet, record)
        counters.tunnels[tunnel].txPackets &+= 1
        enqueue(packet, byteCount: byteCount, port: Int(record.pointee.port))
    }

    /// The prebuilt header, then what differs from packet to packet.
    @_noLocks @_noAllocation @inline(__always)
    func writeOuterHeader(
        _ record: UnsafePointer<TunnelRecord>, to outer: UnsafeMutableRawPointer, network: Int, innerByteCount: UInt32, hash: UInt64
    ) {
        record.pointee.header.write(to: outer)
        let totalLength = innerByteCount &+ UInt32(OuterHeader.byteCount &- OuterHeader.Offset.ipv4)
        let udpLength = innerByteCount &+ UInt32(OuterHeader.byteCount &- OuterHeader.Offset.udp)
        outer.put(UInt16(truncatingIfNeeded: totalLength).byteSwapped, OuterHeader.Offset.totalLength)
        if record.pointee.hardwareChecksum == 0 {
            let checksum = OuterHeader.ipv4Checksum(base: record.pointee.checksumBase, totalLength: totalLength)
            outer.put(checksum.byteSwapped, OuterHeader.Offset.ipv4Checksum)
        }
        outer.put(FlowHash.sourcePortBE(hash, range: sourcePorts), OuterHeader.Offset.sourcePort)
        outer.put(UInt16(truncatingIfNeeded: udpLength).byteSwapped, OuterHeader.Offset.udpLength)
        outer.put(tables.networks.records[network].vniWordBE, OuterHeader.Offset.vni)
    }

    /// Tells the device what to compute. The L2 length of a VXLAN packet spans UDP, VXLAN and the inner Ethernet header (rte_mbuf).
    @_noLocks @_noAllocation @inline(__always)
    static func setOffloads(_ packet: UnsafeMutablePointer<vd_mbuf>, _ record: UnsafePointer<TunnelRecord>) {
        let kept = packet.pointee.ol_flags & VD_BUFFER_FLAGS
        if record.pointee.hardwareChecksum != 0 {
            packet.pointee.ol_flags = kept | VD_TX_TUNNEL_VXLAN | VD_TX_OUTER_IPV4 | VD_TX_OUTER_IP_CKSUM
            packet.pointee.tx_offload = vd_tx_offload(14, 20, 8 + 8 + 14)
        } else {
            packet.pointee.ol_flags = kept
        }
    }
}
