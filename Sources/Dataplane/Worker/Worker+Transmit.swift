import CShims

/// Packets of one worker that wait for one port.
struct TransmitQueue: BitwiseCopyable {
    typealias Packet = UnsafeMutablePointer<vd_mbuf>?

    // Room for one burst. First, so that the queue's address is theirs.
    var packets:
        (
            Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet,
            Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet, Packet
        )
    var count: Int
    var bytes: UInt64
    var padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
}

extension Worker {
    /// Queues a packet of `byteCount` bytes; a full queue is transmitted.
    @_noLocks @_noAllocation @inline(__always)
    mutating func enqueue(_ packet: UnsafeMutablePointer<vd_mbuf>, byteCount: UInt32, port: Int) {
        if _slowPath(packet.pointee.nb_segs > 1), tables.ports.records[port].multipleSegments == 0 {
            return enqueueInOnePiece(packet, port: port)
        }
        let queue = transmitQueues + port
        let count = queue.pointee.count
        Worker.slots(queue)[count] = packet
        queue.pointee.count = count &+ 1
        queue.pointee.bytes &+= UInt64(byteCount)
        if _slowPath(count == 0) { pending |= 1 &<< UInt32(truncatingIfNeeded: port) }
        if _slowPath(count &+ 1 == Worker.burst) { flush(port) }
    }

    /// Copies a packet that came in several segments for a port that transmits only one. Floods make no such packets.
    @_noLocks @_noAllocation @inline(never)
    private mutating func enqueueInOnePiece(_ packet: UnsafeMutablePointer<vd_mbuf>, port: Int) {
        let byteCount = packet.pointee.pkt_len
        guard let copy = vd_mbuf_alloc(pool) else { return drop(packet, .noMbuf) }
        guard UInt32(copy.pointee.data_off) &+ byteCount <= UInt32(copy.pointee.buf_len) else {
            vd_mbuf_free(copy)
            return drop(packet, .noMbuf)
        }
        copy.pointee.data_len = UInt16(truncatingIfNeeded: byteCount)
        copy.pointee.pkt_len = byteCount
        copy.pointee.ol_flags = packet.pointee.ol_flags & ~VD_BUFFER_FLAGS
        copy.pointee.tx_offload = packet.pointee.tx_offload
        vd_mbuf_gather(packet, UnsafeMutableRawPointer(copy.pointee.buf_addr) + Int(copy.pointee.data_off))
        vd_mbuf_free(packet)
        enqueue(copy, byteCount: byteCount, port: port)
    }

    /// Transmits everything that is queued.
    @_noLocks @_noAllocation @inline(__always)
    mutating func flushAll() {
        while pending != 0 { flush(pending.trailingZeroBitCount) }
    }

    /// Transmits a port's queue; what the device does not take is dropped and counted.
    @_noLocks @_noAllocation @inline(never)
    mutating func flush(_ port: Int) {
        pending &= ~(1 &<< UInt32(truncatingIfNeeded: port))
        let queue = transmitQueues + port
        let packets = Worker.slots(queue)
        let count = queue.pointee.count
        let record = tables.ports.records + port
        let sent: Int
        if let lock = record.pointee.transmitLock {
            while !vd_try_lock(lock) { vd_pause() }
            sent = Int(vd_tx_burst(record.pointee.device, 0, packets, UInt16(truncatingIfNeeded: count)))
            vd_unlock(lock)
        } else {
            sent = Int(vd_tx_burst(record.pointee.device, number, packets, UInt16(truncatingIfNeeded: count)))
        }
        let counter = counters.ports + port
        counter.pointee.txPackets &+= UInt64(truncatingIfNeeded: sent)
        var bytes = queue.pointee.bytes
        queue.pointee.count = 0
        queue.pointee.bytes = 0
        if _slowPath(sent < count) { bytes &-= discard(packets + sent, count &- sent, counter) }
        counter.pointee.txBytes &+= bytes
    }

    /// The bytes that were not sent.
    @_noLocks @_noAllocation @inline(never)
    private mutating func discard(
        _ packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>, _ count: Int, _ counter: UnsafeMutablePointer<PortCounters>
    ) -> UInt64 {
        var bytes: UInt64 = 0
        counter.pointee.txDropped &+= UInt64(truncatingIfNeeded: count)
        var i = 0
        while i < count {
            let packet = packets[i].unsafelyUnwrapped
            bytes &+= UInt64(packet.pointee.pkt_len)
            drop(packet, .transmitFull)
            i &+= 1
        }
        return bytes
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func slots(_ queue: UnsafeMutablePointer<TransmitQueue>) -> UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?> {
        UnsafeMutableRawPointer(queue).assumingMemoryBound(to: UnsafeMutablePointer<vd_mbuf>?.self)
    }
}
