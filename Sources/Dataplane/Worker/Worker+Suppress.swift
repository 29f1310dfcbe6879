import CShims

// In: frames of a network that suppresses ARP and ND. Out: control is shown those that tell where hosts are; requests for a host that is known are answered in its name
// and go no further, all others are flooded.

extension Worker {
    /// Shows control what of a burst tells where hosts are and goes to one station: what goes to many, and is to be flooded, comes by
    /// ``passesSuppression(_:_:)``. Frames of refused sources are not to be believed.
    @_noLocks @_noAllocation @inline(never)
    mutating func observeNeighbors(_ count: Int) {
        var frame = UnsafePointer(frames)
        let end = frame + count
        while frame < end {
            if frame.pointee.destinationKey.rawValue & 1 == 0, suppresses(frame.pointee.network), !frame.pointee.destination.isRefused,
                isNeighborMessage(frame)
            {
                show(frame)
            }
            frame += 1
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private func suppresses(_ network: Int) -> Bool { tables.networks.records[network].features.contains(.neighborSuppression) }

    @_noLocks @_noAllocation @inline(__always)
    private func isNeighborMessage(_ frame: UnsafePointer<Frame>) -> Bool {
        let packet = frame.pointee.packet, tagBytes = Int(frame.pointee.tagBytes)
        let inner = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off) + tagBytes
        return NeighborRequest.isNeighborMessage(inner, byteCount: Int(packet.pointee.data_len) &- tagBytes)
    }

    /// Answers a request that is to be flooded, if the host that it asks for is known and elsewhere. False: the frame has gone.
    @_noLocks @_noAllocation
    mutating func passesSuppression(_ frame: UnsafePointer<Frame>, _ record: UnsafePointer<NetworkRecord>) -> Bool {
        guard record.pointee.features.contains(.neighborSuppression), isNeighborMessage(frame) else { return true }
        let packet = frame.pointee.packet
        let destination = frame.pointee.destinationKey.rawValue & MACAddress.mask
        if destination & 1 == 0 {
            // Control was shown it already; an answer to control's own probe is nobody else's.
            guard destination == tables.neighbors.ownMAC else { return true }
            vd_mbuf_free(packet)
            return false
        }
        show(frame)
        guard packet.pointee.nb_segs == 1, let target = target(frame) else { return true }
        let neighbor = tables.neighbors.lookup(network: UInt16(truncatingIfNeeded: frame.pointee.network), target)
        switch course(frame, of: neighbor & MACAddress.mask) {
        case .flood: return true
        case .drop: drop(packet, .neighborAtOrigin)
        case .answer: answer(frame, neighbor, isARP: target.isIPv4)
        }
        return false
    }

    /// What is asked for; `nil` where it is not for the gateway to answer.
    @_noLocks @_noAllocation
    private func target(_ frame: UnsafePointer<Frame>) -> UnderlayAddress? {
        let packet = frame.pointee.packet, tagBytes = Int(frame.pointee.tagBytes)
        let inner = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off) + tagBytes
        let source = frame.pointee.sourceKey.rawValue & MACAddress.mask
        if inner.u16(12) == EtherType.arp { return NeighborRequest.arpTarget(inner, source: source) }
        let end = Int(packet.pointee.data_off) &+ tagBytes &+ NeighborReply.advertisementByteCount
        guard end <= Int(packet.pointee.buf_len) else { return nil }
        return NeighborRequest.solicitationTarget(packet, inner, tagBytes: tagBytes, source: source)
    }

    private enum Course { case flood, drop, answer }

    /// An answer teaches switches and VTEPs on its way that the host is here. So it is given only where that is so: to an access port about a host that is known to
    /// be behind another one or a tunnel, to a tunnel about a host behind an access port. A host that is where the request came from has heard it.
    ///
    /// `mutating` though it changes nothing: else the compiler makes it a copy of the worker.
    @_noLocks @_noAllocation
    private mutating func course(_ frame: UnsafePointer<Frame>, of mac: UInt64) -> Course {
        guard mac != 0, mac != frame.pointee.sourceKey.rawValue & MACAddress.mask else { return .flood }
        let key = MACKey(rawValue: UInt64(truncatingIfNeeded: frame.pointee.network) &<< 48 | mac)
        let place = tables.macs.lookup(key, hash: tables.macs.hash(key)).destination, origin = frame.pointee.origin
        if place.isNone { return .flood }
        if place.rawValue == origin.rawValue { return .drop }
        guard origin.isLocal else { return origin != .tunnel(0) && place.isLocal ? .answer : .flood }
        // Ports that are kept apart do not hear of each other.
        let records = UnsafePointer(tables.ports.records)
        return place.isLocal && PortRecord.separates(records + origin.portNumber, records + place.portNumber) ? .flood : .answer
    }

    /// Sends the answer back to where the request came from, in the request's own buffer.
    @_noLocks @_noAllocation
    private mutating func answer(_ frame: UnsafePointer<Frame>, _ neighbor: UInt64, isARP: Bool) {
        let packet = frame.pointee.packet, tagBytes = Int(frame.pointee.tagBytes)
        let mac = neighbor & MACAddress.mask, requester = frame.pointee.sourceKey.rawValue & MACAddress.mask
        packet.pointee.data_off &+= UInt16(truncatingIfNeeded: tagBytes)
        packet.pointee.data_len &-= UInt16(truncatingIfNeeded: tagBytes)
        packet.pointee.pkt_len &-= UInt32(truncatingIfNeeded: tagBytes)
        if isARP {
            NeighborReply.writeARP(packet, from: mac, to: requester)
            counters.worker.pointee.arpAnswered &+= 1
        } else {
            NeighborReply.writeAdvertisement(packet, from: mac, isRouter: neighbor & NeighborMap.isRouterBit != 0, to: requester)
            counters.worker.pointee.ndAnswered &+= 1
        }
        // The request is done with: its place in the burst is the answer's.
        let reply = UnsafeMutablePointer(mutating: frame)
        let destination = frame.pointee.origin
        setKeys(reply, network: UInt16(truncatingIfNeeded: frame.pointee.network), source: mac, destination: requester)
        reply.pointee.origin = .none
        reply.pointee.destination = destination
        reply.pointee.tagBytes = 0
        send(frame, to: destination)
    }
}
