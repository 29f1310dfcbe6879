import CShims

// In: a frame for a remote VTEP. Out: its tag off, the outer headers before it, in the transmit queue of the tunnel's port. Plain tunnels here, all others in
// Worker+Tunnels.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func encapsulate(_ frame: UnsafePointer<Frame>, tunnel: Int) {
        let packet = frame.pointee.packet
        let tagBytes = Int(frame.pointee.tagBytes)
        guard let record = tables.tunnels.lookup(tunnel) else { return drop(packet, .nextHopUnresolved) }
        let innerByteCount = packet.pointee.pkt_len &- UInt32(truncatingIfNeeded: tagBytes)
        guard innerByteCount <= UInt32(record.pointee.innerMaximum) else { return encapsulateOtherwise(frame, record, tunnel: tunnel) }
        let shift = OuterHeader.byteCount &- tagBytes
        guard Int(packet.pointee.data_off) >= shift else { return drop(packet, .noMbuf) }

        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let inner = start + tagBytes
        let flow = Worker.flow(frame, inner, byteCount: Int(packet.pointee.data_len) &- tagBytes)
        if _fastPath(tagBytes != 0) { AddressPair(start).write(to: inner) }
        writePlainHeader(record, to: inner - OuterHeader.byteCount, network: frame.pointee.network, innerByteCount: innerByteCount, flow)

        let byteCount = innerByteCount &+ UInt32(OuterHeader.byteCount)
        packet.pointee.data_off &-= UInt16(truncatingIfNeeded: shift)
        packet.pointee.data_len &+= UInt16(truncatingIfNeeded: shift)
        packet.pointee.pkt_len = byteCount
        Worker.setPlainOffloads(packet, record)
        counters.tunnels[tunnel].txPackets &+= 1
        enqueue(packet, byteCount: byteCount, port: Int(record.pointee.port))
    }

    /// `inner`: where the frame starts once its tag is off. `byteCount`: what lies in one piece from there on.
    @_noLocks @_noAllocation @inline(__always)
    static func flow(_ frame: UnsafePointer<Frame>, _ inner: UnsafeRawPointer, byteCount: Int) -> InnerFlow {
        InnerFlow(inner, byteCount: byteCount, source: frame.pointee.sourceHash, destination: frame.pointee.destinationHash)
    }

    @_noLocks @_noAllocation @inline(__always)
    func writePlainHeader(
        _ record: UnsafePointer<TunnelRecord>, to start: UnsafeMutableRawPointer, network: Int, innerByteCount: UInt32, _ flow: InnerFlow
    ) {
        record.pointee.header.write(
            to: start, innerByteCount: innerByteCount, sourcePortBE: FlowHash.sourcePortBE(flow.hash, range: sourcePorts),
            copied: flow.trafficClass & UInt32(record.pointee.copiedBits), vxlan: tables.networks.headers[network])
    }

    /// Tells the device what to compute. The L2 length of a VXLAN packet spans UDP, VXLAN and the inner Ethernet header (rte_mbuf).
    @_noLocks @_noAllocation @inline(__always)
    static func setPlainOffloads(_ packet: UnsafeMutablePointer<vd_mbuf>, _ record: UnsafePointer<TunnelRecord>) {
        let offloadFlags = record.pointee.offloadFlags
        if packet.pointee.ol_flags | offloadFlags == 0 { return }
        packet.pointee.ol_flags = packet.pointee.ol_flags & VD_BUFFER_FLAGS | offloadFlags
        if offloadFlags != 0 { packet.pointee.tx_offload = vd_tx_offload(14, 20, 8 + 8 + 14) }
    }
}
