import CShims

// In: a frame for an access port. Out: the frame with that member's tag, or none, in the port's transmit queue.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func sendLocal(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        let bareByteCount = Int(frame.pointee.packet.pointee.pkt_len) &- Int(frame.pointee.tagBytes)
        guard bareByteCount <= Int(tables.ports.records[destination.index].frameMaximum) else {
            return refuseLocal(frame, destination)
        }
        deliver(frame, destination)
    }

    /// Whatever the length of the frame.
    @_noLocks @_noAllocation @inline(__always)
    mutating func deliver(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        let packet = frame.pointee.packet
        let oldTagBytes = Int(frame.pointee.tagBytes)
        let port = destination.index
        let tagBytes = destination.vlan == 0 ? 0 : 4
        let bareByteCount = Int(packet.pointee.pkt_len) &- oldTagBytes
        guard Int(packet.pointee.data_off) &+ oldTagBytes >= tagBytes else { return drop(packet, .noMbuf) }

        let old = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let growth = tagBytes &- oldTagBytes
        let byteCount = UInt32(truncatingIfNeeded: bareByteCount &+ tagBytes)
        let start = old + (0 &- growth)
        if growth != 0 {
            AddressPair(old).write(to: start)
            packet.pointee.data_off = UInt16(truncatingIfNeeded: Int(packet.pointee.data_off) &- growth)
            packet.pointee.data_len = UInt16(truncatingIfNeeded: Int(packet.pointee.data_len) &+ growth)
            packet.pointee.pkt_len = byteCount
        }
        if tagBytes != 0 { start.put(Worker.tag(frame, destination), 12) }
        if packet.pointee.ol_flags != 0 { packet.pointee.ol_flags &= VD_BUFFER_FLAGS }
        enqueue(packet, byteCount: byteCount, port: port)
    }

    /// The four bytes of a tag: the frame's priority, the member's VLAN ID.
    @_noLocks @_noAllocation @inline(__always)
    static func tag(_ frame: UnsafePointer<Frame>, _ destination: Destination) -> UInt32 {
        let control = (frame.pointee.tag & 0xF000) | destination.vlan
        return UInt32(EtherType.vlan) | UInt32(control.byteSwapped) << 16
    }
}
