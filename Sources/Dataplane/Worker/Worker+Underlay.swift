import CShims

// In: a burst received on an underlay port, in `received`. Out: `frames`, the inner frames of the VXLAN packets, outer headers and padding off, with
// keys and their hashes, the keys' home buckets on their way; ARP and ICMP handed to control; the rest dropped and counted.

extension Worker {
    /// The number of frames to forward.
    @_noLocks @_noAllocation @inline(__always)
    mutating func validateUnderlay(_ port: UnsafeMutablePointer<PortRecord>, index: UInt16, count: Int) -> Int {
        let received = received, frames = frames
        let addresses = AddressList(memory: vd_load_acquire_pointer(&port.pointee.addresses))
        let context = UnderlayContext(
            portMAC: port.pointee.mac, addresses: addresses, firstAddress: addresses.first, udpPortBE: udpPortBE, vnis: tables.vnis,
            vteps: tables.vteps.snapshot)
        prefetchHeaders(count)
        var bytes: UInt64 = 0
        var next = frames
        var i = 0
        while i < count {
            let packet = received[i].unsafelyUnwrapped
            i &+= 1
            bytes &+= UInt64(packet.pointee.pkt_len)
            switch UnderlayVerdict.decide(packet, context) {
            case .drop(let reason):
                drop(packet, reason)
            case .punt:
                punt(packet, port: index)
            case .decapsulate(let inner):
                Worker.strip(packet, innerByteCount: inner.innerByteCount)
                counters.tunnels[Int(inner.tunnel)].rxPackets &+= 1
                setKeys(next, network: inner.network, source: inner.source, destination: inner.destination)
                next.pointee.packet = packet
                next.pointee.origin = .tunnel(inner.tunnel)
                next.pointee.tag = 0
                next.pointee.tagBytes = 0
                next += 1
            }
        }
        countReceived(index, packets: count, bytes: bytes)
        return next - frames
    }

    /// Leaves the inner frame. Only a packet of one segment carries padding: the verdict has seen to it.
    @_noLocks @_noAllocation @inline(__always)
    private static func strip(_ packet: UnsafeMutablePointer<vd_mbuf>, innerByteCount: UInt32) {
        let offset = UInt16(UnderlayVerdict.innerOffset)
        let padding = packet.pointee.pkt_len &- UInt32(offset) &- innerByteCount
        packet.pointee.data_off &+= offset
        packet.pointee.data_len &-= offset &+ UInt16(truncatingIfNeeded: padding)
        packet.pointee.pkt_len = innerByteCount
    }

    /// Hands a packet to control.
    @_noLocks @_noAllocation @inline(never)
    private mutating func punt(_ packet: UnsafeMutablePointer<vd_mbuf>, port: UInt16) {
        packet.pointee.port = port
        if !vd_ring_enqueue(exchange.punts, packet) { drop(packet, .puntRingFull) }
    }
}
