import CShims

// In: a broadcast, multicast or unknown-unicast frame. Out: a copy for each other member of the network and, unless it came from a tunnel
// (split horizon), for each remote VTEP (head-end replication).
//
// A copy is a small buffer with everything up to the addresses, chained to what follows them, which all copies share by reference count: no
// payload is copied, except towards ports that cannot transmit several segments.

/// What copies need of the frame that they are of.
private struct InnerFrame {
    let flow: InnerFlow
    let addresses: AddressPair
    let mustNotBeFragmented: Bool
}

extension Worker {
    @_noLocks @_noAllocation @inline(never)
    mutating func flood(_ frame: UnsafePointer<Frame>) {
        let record = UnsafePointer(tables.networks.records + frame.pointee.network)
        if _slowPath(isGuarded(frame, record)), !passesGuards(frame, record) { return }
        flood(
            frame, tables.networks.localFloodList(frame.pointee.network), tables.networks.remoteFloodList(frame.pointee.network),
            ifNobody: .noMember)
    }

    /// To those of both lists that the frame may reach; `reason`: why it is dropped where there are none.
    @_noLocks @_noAllocation
    mutating func flood(_ frame: UnsafePointer<Frame>, _ local: FloodList, _ allRemote: FloodList, ifNobody reason: DropReason) {
        let remote = frame.pointee.origin.isTunnel ? FloodList.empty : allRemote
        var targets = remote.count
        var last = targets > 0 ? remote.destination(0) : Destination.none
        var i = 0
        while i < local.count {
            let destination = local.destination(i)
            if mayReach(frame, destination) {
                targets &+= 1
                last = destination
            }
            i &+= 1
        }
        switch targets {
        case 0: drop(frame.pointee.packet, reason)
        case 1: send(frame, to: last)
        default: replicate(frame, local, remote)
        }
    }

    /// Not back where it came from, nor to a port that its own is kept apart from.
    @_noLocks @_noAllocation @inline(__always)
    private func mayReach(_ frame: UnsafePointer<Frame>, _ destination: Destination) -> Bool {
        let origin = frame.pointee.origin
        if destination.rawValue == origin.rawValue { return false }
        guard origin.isLocal else { return true }
        return !PortRecord.separates(tables.ports.records + origin.portNumber, tables.ports.records + destination.portNumber)
    }

    @_noLocks @_noAllocation
    private mutating func replicate(_ frame: UnsafePointer<Frame>, _ local: FloodList, _ remote: FloodList) {
        let packet = frame.pointee.packet
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let addresses = AddressPair(start)
        let tagBytes = Int(frame.pointee.tagBytes)
        let flow = Worker.flow(frame, start + tagBytes, byteCount: Int(packet.pointee.data_len) &- tagBytes)
        let inner = InnerFrame(
            flow: flow, addresses: addresses,
            mustNotBeFragmented: InnerFlow.mustNotBeFragmented(start + tagBytes, byteCount: Int(packet.pointee.data_len) &- tagBytes))
        // What is shared starts behind addresses and tag.
        let offset = UInt16(truncatingIfNeeded: 12 &+ tagBytes)
        packet.pointee.data_off &+= offset
        packet.pointee.data_len &-= offset
        packet.pointee.pkt_len &-= UInt32(offset)

        var i = 0
        while i < local.count {
            let destination = local.destination(i)
            if mayReach(frame, destination) { copyToLocal(frame, addresses, destination) }
            i &+= 1
        }
        i = 0
        while i < remote.count {
            copyToTunnel(frame, inner, tunnel: remote.destination(i).tunnelNumber)
            i &+= 1
        }
        vd_mbuf_free(packet)
    }

    @_noLocks @_noAllocation
    private mutating func copyToLocal(_ frame: UnsafePointer<Frame>, _ addresses: AddressPair, _ destination: Destination) {
        let port = destination.portNumber
        guard Int(frame.pointee.packet.pointee.pkt_len) &+ 12 <= Int(tables.ports.records[port].frameMaximum) else {
            return counters.count(Worker.egressRefusal(tables.ports.records + port))
        }
        guard let copy = chain(frame.pointee.packet, headByteCount: 12 &+ Worker.tagByteCount(destination), port: port) else {
            return counters.count(.noMbuf)
        }
        let start = UnsafeMutableRawPointer(copy.pointee.buf_addr) + Int(copy.pointee.data_off)
        addresses.write(to: start)
        writeTags(frame, destination, to: start)
        enqueue(copy, byteCount: copy.pointee.pkt_len, port: port)
    }

    @_noLocks @_noAllocation
    private mutating func copyToTunnel(_ frame: UnsafePointer<Frame>, _ inner: InnerFrame, tunnel: Int) {
        guard let head = tables.tunnels.lookup(tunnel) else { return counters.count(.nextHopUnresolved) }
        let record = head.pointee.shape == .spread ? TunnelRecord.way(head, hash: inner.flow.hash) : head
        let innerByteCount = frame.pointee.packet.pointee.pkt_len &+ 12
        guard record.pointee.shape != .unresolved else { return counters.count(.nextHopUnresolved) }
        guard innerByteCount <= record.pointee.more.frameMaximum else { return counters.count(.mtuExceeded) }
        let headerByteCount = record.pointee.headerByteCount
        guard let copy = chain(frame.pointee.packet, headByteCount: headerByteCount &+ 12, port: Int(record.pointee.port)) else {
            return counters.count(.noMbuf)
        }
        let start = UnsafeMutableRawPointer(copy.pointee.buf_addr) + Int(copy.pointee.data_off)
        writeHeader(
            record, to: start, network: frame.pointee.network, innerByteCount: innerByteCount, inner.flow,
            mustNotBeFragmented: record.pointee.inheritsDontFragment && inner.mustNotBeFragmented)
        inner.addresses.write(to: start + headerByteCount)
        send(copy, record, tunnel: tunnel)
    }

    /// A new packet: `headByteCount` bytes to be filled in, then the payload, shared or, where the port needs it, copied.
    @_noLocks @_noAllocation
    private mutating func chain(_ payload: UnsafeMutablePointer<vd_mbuf>, headByteCount: Int, port: Int) -> UnsafeMutablePointer<vd_mbuf>? {
        guard let copy = vd_mbuf_alloc(pool) else { return nil }
        let byteCount = UInt32(truncatingIfNeeded: headByteCount) &+ payload.pointee.pkt_len
        copy.pointee.pkt_len = byteCount
        if tables.ports.records[port].multipleSegments != 0 {
            vd_mbuf_reference(payload)
            copy.pointee.data_len = UInt16(truncatingIfNeeded: headByteCount)
            copy.pointee.nb_segs = 1 &+ payload.pointee.nb_segs
            copy.pointee.next = payload
            return copy
        }
        guard UInt32(copy.pointee.data_off) &+ byteCount <= UInt32(copy.pointee.buf_len) else {
            vd_mbuf_free(copy)
            return nil
        }
        copy.pointee.data_len = UInt16(truncatingIfNeeded: byteCount)
        vd_mbuf_gather(payload, UnsafeMutableRawPointer(copy.pointee.buf_addr) + Int(copy.pointee.data_off) + headByteCount)
        return copy
    }
}
