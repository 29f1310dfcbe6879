import CShims

/// A frame from an access port that is larger than its tunnel carries.
package struct TooBigFrame: Sendable {
    /// Without the tags of its member.
    package let frame: [UInt8]
    package let network: NetworkIndex
    /// Where it came from.
    package let origin: Destination
    /// Tag control of the outer tag that it came with, 0 = untagged.
    package let tag: UInt16
    /// Largest frame without tag that the tunnel carries.
    package let frameMaximum: Int
}

/// A frame of a network's that control is shown: a copy, unless ``DropReason`` says otherwise.
package struct TenantFrame: Sendable {
    /// Without the tags of its member.
    package let frame: [UInt8]
    package let network: NetworkIndex
    /// Where it came from.
    package let origin: Destination
}

/// What workers and control exchange, beside the tables: created by control, one for all workers.
package struct Exchange: @unchecked Sendable {
    /// Packets for control; `port` of the packet is the index of the port that received it.
    package let punts: UnsafeMutableRawPointer
    /// Packets of control's to transmit; `port` of the packet is the index of the port to send from, or that of a network where `rss_hash` is a
    /// ``Destination`` in it. The first worker drains it.
    package let injections: UnsafeMutableRawPointer
    /// Frames that do not fit their tunnel, for control to tell their senders: see ``Exchange/nextTooBig()``.
    let tooBig: UnsafeMutableRawPointer
    /// Frames of networks that control is shown: see ``Exchange/nextTenantFrame()``.
    let tenants: UnsafeMutableRawPointer
    /// ``Event`` records for control.
    package let events: UnsafeMutableRawPointer
    /// Non-zero: workers end.
    let stopWord: UnsafeMutablePointer<UInt32>

    /// `size`: entries of each ring, a power of two.
    package static func make(name: String, size: UInt32 = 4096) throws(DeviceError) -> Exchange {
        guard let punts = vd_ring_create("\(name)-punt", size, -1, false, true),
            let injections = vd_ring_create("\(name)-inject", size, -1, true, true),
            let tooBig = vd_ring_create("\(name)-big", 256, -1, false, true),
            let tenants = vd_ring_create("\(name)-tenant", size, -1, false, true),
            let events = vd_record_ring_create("\(name)-event", UInt32(MemoryLayout<Event>.stride), size, -1)
        else { throw .memory(what: "the rings between workers and control") }
        return Exchange(
            punts: punts, injections: injections, tooBig: tooBig, tenants: tenants, events: events,
            stopWord: TableMemory.allocate(UInt32.self, count: 16))
    }

    package func destroy() {
        vd_ring_free(punts)
        vd_ring_free(injections)
        vd_ring_free(tooBig)
        vd_ring_free(tenants)
        vd_ring_free(events)
        TableMemory.free(stopWord, count: 16)
    }

    package func stop() { vd_store_release_u32(stopWord, 1) }

    /// The next packet for control: its bytes and the port that received it.
    package func nextPunt() -> (frame: [UInt8], port: PortIndex)? {
        var packet: UnsafeMutablePointer<vd_mbuf>?
        guard vd_ring_dequeue_burst(punts, &packet, 1) == 1, let packet else { return nil }
        defer { vd_mbuf_free(packet) }
        return (PacketPool.bytes(packet), PortIndex(packet.pointee.port))
    }

    /// The next frame that did not fit its tunnel.
    package func nextTooBig() -> TooBigFrame? {
        var packet: UnsafeMutablePointer<vd_mbuf>?
        guard vd_ring_dequeue_burst(tooBig, &packet, 1) == 1, let packet else { return nil }
        defer { vd_mbuf_free(packet) }
        return TooBigFrame(
            frame: PacketPool.bytes(packet), network: NetworkIndex(packet.pointee.port),
            origin: Destination(rawValue: packet.pointee.rss_hash),
            tag: packet.pointee.vlan_tci, frameMaximum: Int(packet.pointee.vlan_tci_outer))
    }

    /// The next frame of a network's that control is shown.
    package func nextTenantFrame() -> TenantFrame? {
        var packet: UnsafeMutablePointer<vd_mbuf>?
        guard vd_ring_dequeue_burst(tenants, &packet, 1) == 1, let packet else { return nil }
        defer { vd_mbuf_free(packet) }
        return TenantFrame(
            frame: PacketPool.bytes(packet), network: NetworkIndex(packet.pointee.port),
            origin: Destination(rawValue: packet.pointee.rss_hash))
    }

    /// Has a frame of a network's forwarded to one of its places, with the tags or in the tunnel that belong to it. `frame`: without tag. `tag`: tag
    /// control whose priority it gets. False as below.
    @discardableResult
    package func inject(
        _ frame: [UInt8], network: NetworkIndex, to destination: Destination, tag: UInt16 = 0, pool: PacketPool
    ) -> Bool {
        guard let packet = pool.packet(frame) else { return false }
        packet.pointee.port = network.rawValue
        packet.pointee.vlan_tci = tag
        packet.pointee.rss_hash = destination.rawValue
        if vd_ring_enqueue(injections, packet) { return true }
        vd_mbuf_free(packet)
        return false
    }

    /// Has a frame transmitted. False when the pool is empty or the ring full: the frame is lost, as on any link.
    @discardableResult
    package func inject(_ frame: [UInt8], port: PortIndex, pool: PacketPool) -> Bool {
        guard let packet = pool.packet(frame) else { return false }
        packet.pointee.port = port.rawValue
        packet.pointee.rss_hash = 0
        if vd_ring_enqueue(injections, packet) { return true }
        vd_mbuf_free(packet)
        return false
    }

    package func nextEvent() -> Event? {
        withUnsafeTemporaryAllocation(of: Event.self, capacity: 1) { record in
            let taken = vd_record_ring_dequeue(events, record.baseAddress!, UInt32(MemoryLayout<Event>.stride))
            return taken ? record[0] : nil
        }
    }
}
