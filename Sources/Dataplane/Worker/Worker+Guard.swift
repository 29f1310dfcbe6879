import CShims

// In: a frame to be flooded, of a network or from a port that asks for more than that. Out: whether it is still to be flooded; else it went another way, or is
// dropped and counted.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    func isGuarded(_ frame: UnsafePointer<Frame>, _ record: UnsafePointer<NetworkRecord>) -> Bool {
        !record.pointee.features.isEmpty || record.pointee.storm != nil
            || (frame.pointee.origin.isLocal && tables.ports.records[frame.pointee.origin.portNumber].storm != nil)
    }

    @_noLocks @_noAllocation @inline(never)
    mutating func passesGuards(_ frame: UnsafePointer<Frame>, _ record: UnsafePointer<NetworkRecord>) -> Bool {
        guard passesSuppression(frame, record), passesStormControl(frame, record) else { return false }
        return passesSnooping(frame, record)
    }

    /// The limits of the port first, then those of the network: what a port refuses costs the network nothing.
    @_noLocks @_noAllocation
    private mutating func passesStormControl(_ frame: UnsafePointer<Frame>, _ record: UnsafePointer<NetworkRecord>) -> Bool {
        let floodClass = FloodClass(destination: frame.pointee.destinationKey.rawValue & MACAddress.mask)
        let now = vd_cycles()
        if frame.pointee.origin.isLocal {
            let port = tables.ports.records + frame.pointee.origin.portNumber
            if !StormMeters(memory: vd_load_acquire_pointer(&port.pointee.storm)).take(floodClass, now: now) {
                drop(frame.pointee.packet, floodClass.dropReason)
                return false
            }
        }
        let network = tables.networks.records + frame.pointee.network
        if !StormMeters(memory: vd_load_acquire_pointer(&network.pointee.storm)).take(floodClass, now: now) {
            drop(frame.pointee.packet, floodClass.dropReason)
            return false
        }
        return true
    }
}

// Between workers and control.
extension Worker {
    /// Shows control a copy of a frame, up to the size of a buffer. When control is shown too much already, it misses this one, which is counted.
    @_noLocks @_noAllocation @inline(never)
    mutating func show(_ frame: UnsafePointer<Frame>) {
        guard tenantBudget > 0 else {
            counters.worker.pointee.tenantFramesUnseen &+= 1
            return
        }
        tenantBudget &-= 1
        handOver(frame)
    }

    /// The same, whatever control was shown before.
    @_noLocks @_noAllocation @inline(never)
    mutating func handOver(_ frame: UnsafePointer<Frame>) {
        let packet = frame.pointee.packet
        let tagBytes = Int(frame.pointee.tagBytes)
        guard let copy = vd_mbuf_alloc(pool) else {
            counters.worker.pointee.tenantFramesUnseen &+= 1
            return
        }
        let byteCount = packet.pointee.pkt_len &- UInt32(truncatingIfNeeded: tagBytes)
        guard UInt32(copy.pointee.data_off) &+ byteCount <= UInt32(copy.pointee.buf_len) else {
            vd_mbuf_free(copy)
            counters.worker.pointee.tenantFramesUnseen &+= 1
            return
        }
        // The first segment without its tag, then the rest.
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let target = UnsafeMutableRawPointer(copy.pointee.buf_addr) + Int(copy.pointee.data_off)
        let addresses = AddressPair(start)
        packet.pointee.data_off &+= UInt16(truncatingIfNeeded: tagBytes)
        packet.pointee.data_len &-= UInt16(truncatingIfNeeded: tagBytes)
        packet.pointee.pkt_len &-= UInt32(truncatingIfNeeded: tagBytes)
        vd_mbuf_gather(packet, target)
        packet.pointee.data_off &-= UInt16(truncatingIfNeeded: tagBytes)
        packet.pointee.data_len &+= UInt16(truncatingIfNeeded: tagBytes)
        packet.pointee.pkt_len &+= UInt32(truncatingIfNeeded: tagBytes)
        addresses.write(to: target)
        copy.pointee.data_len = UInt16(truncatingIfNeeded: byteCount)
        copy.pointee.pkt_len = byteCount
        copy.pointee.port = UInt16(truncatingIfNeeded: frame.pointee.network)
        copy.pointee.rss_hash = frame.pointee.origin.rawValue
        if !vd_ring_enqueue(exchange.tenants, copy) {
            vd_mbuf_free(copy)
            counters.worker.pointee.tenantFramesUnseen &+= 1
        }
    }

    /// Forwards a frame of control's to a place of a network.
    @_noLocks @_noAllocation @inline(never)
    mutating func injectTenant(_ packet: UnsafeMutablePointer<vd_mbuf>, network: UInt16, _ destination: Destination) {
        let start = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        // Injections are drained between bursts, when nothing else needs the frames of one.
        setKeys(frames, network: network, source: start.u64(4) &>> 16, destination: start.mac(0))
        frames.pointee.packet = packet
        frames.pointee.origin = .none
        frames.pointee.destination = destination
        frames.pointee.tag = packet.pointee.vlan_tci
        frames.pointee.tagBytes = 0
        send(frames, to: destination)
    }
}

extension FloodClass {
    var dropReason: DropReason {
        @_noLocks @_noAllocation @inline(__always) get {
            switch self {
            case .broadcast: .stormBroadcast
            case .unknownUnicast: .stormUnknownUnicast
            case .multicast: .stormMulticast
            }
        }
    }
}
