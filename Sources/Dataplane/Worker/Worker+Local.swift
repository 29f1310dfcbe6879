import CShims

// In: a frame for an access port. Out: the frame with that member's tags, or none, in the port's transmit queue.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func sendLocal(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        let bareByteCount = Int(frame.pointee.packet.pointee.pkt_len) &- Int(frame.pointee.tagBytes)
        guard bareByteCount <= Int(tables.ports.records[destination.portNumber].frameMaximum) else {
            return refuseLocal(frame, destination)
        }
        deliver(frame, destination)
    }

    /// Whatever the length of the frame.
    @_noLocks @_noAllocation @inline(__always)
    mutating func deliver(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        if _slowPath(destination.hasServiceTag) { return deliverWithServiceTag(frame, destination) }
        let tagBytes = destination.outerVLAN == 0 ? 0 : 4
        guard let start = Worker.makeRoom(frame, tagBytes: tagBytes) else { return drop(frame.pointee.packet, .noMbuf) }
        if tagBytes != 0 { start.put(Worker.tag(frame, EtherType.vlan, destination.outerVLAN), 12) }
        transmit(frame.pointee.packet, destination)
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func deliverWithServiceTag(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        let tagBytes = Worker.tagByteCount(destination)
        guard let start = Worker.makeRoom(frame, tagBytes: tagBytes) else { return drop(frame.pointee.packet, .noMbuf) }
        writeTags(frame, destination, to: start)
        transmit(frame.pointee.packet, destination)
    }

    /// Moves the addresses of a frame so that `tagBytes` are between them and what follows the tags that it came with. Returns where it starts then; `nil`: there
    /// is no room.
    @_noLocks @_noAllocation @inline(__always)
    static func makeRoom(_ frame: UnsafePointer<Frame>, tagBytes: Int) -> UnsafeMutableRawPointer? {
        let packet = frame.pointee.packet
        let oldTagBytes = Int(frame.pointee.tagBytes)
        guard Int(packet.pointee.data_off) &+ oldTagBytes >= tagBytes else { return nil }
        let old = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let growth = tagBytes &- oldTagBytes
        let start = old + (0 &- growth)
        if growth != 0 {
            AddressPair(old).write(to: start)
            packet.pointee.data_off = UInt16(truncatingIfNeeded: Int(packet.pointee.data_off) &- growth)
            packet.pointee.data_len = UInt16(truncatingIfNeeded: Int(packet.pointee.data_len) &+ growth)
            packet.pointee.pkt_len = UInt32(truncatingIfNeeded: Int(packet.pointee.pkt_len) &+ growth)
        }
        return start
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func transmit(_ packet: UnsafeMutablePointer<vd_mbuf>, _ destination: Destination) {
        if packet.pointee.ol_flags != 0 { packet.pointee.ol_flags &= VD_BUFFER_FLAGS }
        enqueue(packet, byteCount: packet.pointee.pkt_len, port: destination.portNumber)
    }

    /// Bytes of the tags that frames get on their way to a member.
    @_noLocks @_noAllocation @inline(__always)
    static func tagByteCount(_ destination: Destination) -> Int {
        switch destination.innerVLAN {
        case 0: destination.outerVLAN == 0 ? 0 : 4
        case Destination.serviceAlone: 4
        default: 8
        }
    }

    /// Writes those tags behind the addresses of the frame that starts at `start`. Each gets the priority that the frame has.
    @_noLocks @_noAllocation
    func writeTags(_ frame: UnsafePointer<Frame>, _ destination: Destination, to start: UnsafeMutableRawPointer) {
        guard destination.hasServiceTag, let vlans = tables.ports.records[destination.portNumber].vlans else {
            if destination.outerVLAN != 0 { start.put(Worker.tag(frame, EtherType.vlan, destination.outerVLAN), 12) }
            return
        }
        start.put(Worker.tag(frame, PortVLANMap(networks: vlans).services.tagType, destination.outerVLAN), 12)
        if destination.innerVLAN != Destination.serviceAlone { start.put(Worker.tag(frame, EtherType.vlan, destination.innerVLAN), 16) }
    }

    /// The four bytes of a tag: the frame's priority, the member's VLAN ID.
    @_noLocks @_noAllocation @inline(__always)
    private static func tag(_ frame: UnsafePointer<Frame>, _ type: UInt16, _ vlan: UInt16) -> UInt32 {
        let control = (frame.pointee.tag & 0xF000) | vlan
        return UInt32(type) | UInt32(control.byteSwapped) << 16
    }
}
