import CShims

// In: a frame for a remote VTEP. Out: its tag off, the outer headers before it, in the transmit queue of the tunnel's port. Here what nearly all frames
// are: plain tunnel of either family, TCP or UDP over IPv4, no ECN; all others in Worker+Tunnels.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func encapsulate(_ frame: UnsafePointer<Frame>, tunnel: Int) {
        let packet = frame.pointee.packet
        let tagBytes = Int(frame.pointee.tagBytes)
        guard let record = tables.tunnels.lookup(tunnel) else { return drop(packet, .nextHopUnresolved) }
        let innerByteCount = packet.pointee.pkt_len &- UInt32(truncatingIfNeeded: tagBytes)
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let inner = start + tagBytes
        let available = Int(packet.pointee.data_len) &- tagBytes
        if _fastPath(innerByteCount <= UInt32(record.pointee.innerMaximum)), let hash = Worker.plainHash(frame, inner, byteCount: available)
        {
            let shift = OuterHeader.byteCount &- tagBytes
            guard Int(packet.pointee.data_off) >= shift else { return drop(packet, .noMbuf) }
            if _fastPath(tagBytes != 0) { AddressPair(start).write(to: inner) }
            record.pointee.header.write(
                to: inner - OuterHeader.byteCount, innerByteCount: innerByteCount,
                sourcePortBE: FlowHash.sourcePortBE(hash, range: sourcePorts), copied: 0,
                vxlan: tables.networks.headers[frame.pointee.network])
            let byteCount = innerByteCount &+ UInt32(OuterHeader.byteCount)
            Worker.grow(packet, by: shift, to: byteCount)
            Worker.setOffloads(packet, record.pointee.offloadFlags) { vd_tx_offload(14, 20, 8 + 8 + 14) }
            counters.tunnels[tunnel].txPackets &+= 1
            enqueue(packet, byteCount: byteCount, port: Int(record.pointee.port))
        } else if innerByteCount <= UInt32(record.pointee.innerMaximum6), let hash = Worker.plainHash(frame, inner, byteCount: available) {
            let shift = OuterHeader6.byteCount &- tagBytes
            guard Int(packet.pointee.data_off) >= shift else { return drop(packet, .noMbuf) }
            if _fastPath(tagBytes != 0) { AddressPair(start).write(to: inner) }
            record.pointee.header6.write(
                to: inner - OuterHeader6.byteCount, innerByteCount: innerByteCount, hash: hash,
                sourcePortBE: FlowHash.sourcePortBE(hash, range: sourcePorts), copied: 0,
                vxlan: tables.networks.headers[frame.pointee.network])
            let byteCount = innerByteCount &+ UInt32(OuterHeader6.byteCount)
            Worker.grow(packet, by: shift, to: byteCount)
            if _slowPath(record.pointee.udpChecksum != .none) { Worker.writeUDPChecksum(packet, record) }
            Worker.setOffloads(packet, record.pointee.offloadFlags) { vd_tx_offload(14, 40, 8 + 8 + 14) }
            counters.tunnels[tunnel].txPackets &+= 1
            enqueue(packet, byteCount: byteCount, port: Int(record.pointee.port))
        } else {
            encapsulateOtherwise(frame, record, tunnel: tunnel)
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func plainHash(_ frame: UnsafePointer<Frame>, _ inner: UnsafeRawPointer, byteCount: Int) -> UInt64? {
        FlowHash.plain(inner, byteCount: byteCount, source: frame.pointee.sourceHash, destination: frame.pointee.destinationHash)
    }

    /// Begins a packet `shift` bytes earlier.
    @_noLocks @_noAllocation @inline(__always)
    private static func grow(_ packet: UnsafeMutablePointer<vd_mbuf>, by shift: Int, to byteCount: UInt32) {
        packet.pointee.data_off &-= UInt16(truncatingIfNeeded: shift)
        packet.pointee.data_len &+= UInt16(truncatingIfNeeded: shift)
        packet.pointee.pkt_len = byteCount
    }

    /// Tells the device what to compute. The L2 length of a VXLAN packet spans UDP, VXLAN and the inner Ethernet header (rte_mbuf).
    @_noLocks @_noAllocation @inline(__always)
    static func setOffloads(_ packet: UnsafeMutablePointer<vd_mbuf>, _ flags: UInt64, lengths: () -> UInt64) {
        if packet.pointee.ol_flags | flags == 0 { return }
        packet.pointee.ol_flags = packet.pointee.ol_flags & VD_BUFFER_FLAGS | flags
        if flags != 0 { packet.pointee.tx_offload = lengths() }
    }
}
