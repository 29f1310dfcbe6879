import CShims

// In: a burst received on an underlay port, in `received`. Out: `frames`, the inner frames of the VXLAN packets, outer headers and padding off, with
// keys and their hashes, the keys' home buckets on their way; ARP, ICMP and IGMP handed to control; the rest dropped and counted.

extension Worker {
    /// The number of frames to forward.
    @_noLocks @_noAllocation @inline(__always)
    mutating func validateUnderlay(_ port: UnsafeMutablePointer<PortRecord>, index: UInt16, count received: Int) -> Int {
        let packets = self.received, frames = frames
        let addresses = AddressList(memory: vd_load_acquire_pointer(&port.pointee.addresses))
        // While there is no port of VXLAN's no packet is plain: none may pass for being sent to port 0.
        let isOpen = udpPortBE != 0
        let context = UnderlayContext(
            portMAC: port.pointee.mac, udpPortBE: udpPortBE, firstAddress: isOpen ? addresses.first : .max,
            firstIPv6: isOpen ? addresses.firstIPv6 : .none,
            vxlanMask: vxlanMask, vnis: tables.vnis, vteps: tables.vteps.snapshot, vteps6: tables.vteps6.snapshot, port: port,
            tables: tables)
        prefetchHeaders(received)
        var bytes: UInt64 = 0
        var count = received
        let outerTag = vd_load_acquire_u32(&port.pointee.outerTag)
        if _slowPath(outerTag != 0) { count = takeOffOuterTags(received, outerTag, &bytes) }
        var next = frames
        var i = 0
        while i < count {
            let packet = packets[i].unsafelyUnwrapped
            i &+= 1
            bytes &+= UInt64(packet.pointee.pkt_len)
            let frame = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
            if let inner = UnderlayVerdict.plain(packet, frame, context) {
                take(packet, inner, next)
                next += 1
                continue
            }
            switch UnderlayVerdict.decideByTheBook(packet, frame, context) {
            case .drop(let reason):
                drop(packet, reason)
            case .punt:
                punt(packet, port: index)
            case .decapsulate(let inner):
                take(packet, inner, next)
                next += 1
            case .decapsulateWith(let inner, let notice):
                heed(notice, packet, inner)
                take(packet, inner, next)
                next += 1
            case .probe(let inner):
                take(packet, inner, next)
                if !takeOwnProbe(next) { next += 1 }
            }
        }
        countReceived(index, packets: received, bytes: bytes)
        return next - frames
    }

    @_noLocks @_noAllocation @inline(__always)
    private func take(_ packet: UnsafeMutablePointer<vd_mbuf>, _ inner: TunnelFrame, _ frame: UnsafeMutablePointer<Frame>) {
        Worker.strip(packet, inner)
        counters.tunnels[Int(inner.tunnel)].rxPackets &+= 1
        setKeys(frame, network: inner.network, source: inner.source, destination: inner.destination)
        frame.pointee.packet = packet
        frame.pointee.origin = .tunnel(inner.tunnel)
        frame.pointee.tag = 0
        frame.pointee.tagBytes = 0
    }

    /// Leaves the inner frame. Only a packet of one segment carries padding: the verdict has seen to it.
    @_noLocks @_noAllocation @inline(__always)
    private static func strip(_ packet: UnsafeMutablePointer<vd_mbuf>, _ inner: TunnelFrame) {
        let offset = inner.headerByteCount
        let padding = packet.pointee.pkt_len &- UInt32(offset) &- inner.innerByteCount
        packet.pointee.data_off &+= offset
        packet.pointee.data_len &-= offset &+ UInt16(truncatingIfNeeded: padding)
        packet.pointee.pkt_len = inner.innerByteCount
    }

    /// Marks an inner packet, tells control of a sender that it does not know: of one each burst, that is often enough.
    @_noLocks @_noAllocation @inline(never)
    private mutating func heed(_ notice: Notice, _ packet: UnsafeMutablePointer<vd_mbuf>, _ inner: TunnelFrame) {
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let frame = start + Int(inner.headerByteCount)
        if notice.removesTag { AddressPair(frame - 4).write(to: frame) }
        if let field = notice.congestion { Congestion.setField(frame, field) }
        guard inner.tunnel == 0, toldOfStranger != rounds.pointee else { return }
        toldOfStranger = rounds.pointee
        let portBE = UnsafeRawPointer(frame).u16(notice.removesTag ? -18 : -14)
        event.pointee = Event(
            vtep: notice.stranger, udpPort: portBE.byteSwapped, kind: Event.Kind.vtepHeard.rawValue, time: now)
        if !vd_record_ring_enqueue(exchange.events, event, UInt32(MemoryLayout<Event>.stride)) { counters.worker.pointee.eventsLost &+= 1 }
    }

    /// Takes the tag off the frames of a port that has one, and drops those with another or none. The number that are left, at the front of `received`; `bytes`
    /// grows by what goes here.
    @_noLocks @_noAllocation @inline(never)
    private mutating func takeOffOuterTags(_ count: Int, _ outerTag: UInt32, _ bytes: inout UInt64) -> Int {
        let packets = received
        // The VLAN ID counts, not the priority.
        let mask: UInt32 = 0xFF0F_FFFF
        var kept = 0
        var i = 0
        while i < count {
            let packet = packets[i].unsafelyUnwrapped
            i &+= 1
            if packet.pointee.ol_flags & VD_RX_VLAN_STRIPPED != 0 {
                let tag = UInt32(EtherType.vlan) | UInt32(packet.pointee.vlan_tci.byteSwapped) &<< 16
                if (tag ^ outerTag) & mask == 0 {
                    packets[kept] = packet
                    kept &+= 1
                    continue
                }
            } else if packet.pointee.data_len >= 18 {
                let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
                if (UnsafeRawPointer(start).u32(12) ^ outerTag) & mask == 0 {
                    AddressPair(start).write(to: start + 4)
                    packet.pointee.data_off &+= 4
                    packet.pointee.data_len &-= 4
                    packet.pointee.pkt_len &-= 4
                    bytes &+= 4
                    packets[kept] = packet
                    kept &+= 1
                    continue
                }
            }
            bytes &+= UInt64(packet.pointee.pkt_len)
            drop(packet, .underlayVLAN)
        }
        return kept
    }

    /// Hands a packet to control.
    @_noLocks @_noAllocation @inline(never)
    private mutating func punt(_ packet: UnsafeMutablePointer<vd_mbuf>, port: UInt16) {
        packet.pointee.port = port
        if !vd_ring_enqueue(exchange.punts, packet) { drop(packet, .puntRingFull) }
    }
}
