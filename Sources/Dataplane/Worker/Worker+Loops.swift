import CShims

// Loops. In: loop probes of ours that came back, frames from and to ports that control has blocked. Out: probes shown to control; everything else dropped and
// counted.

extension Worker {
    /// Of what comes from a blocked port only probes are looked at. The number of frames to forward: none.
    @_noLocks @_noAllocation @inline(never)
    mutating func refuseBlocked(_ vlans: UnsafeMutablePointer<UInt16>, index: UInt16, count: Int) -> Int {
        let networks = UnsafePointer(tables.networks.records)
        var bytes: UInt64 = 0
        var i = 0
        while i < count {
            let packet = received[i].unsafelyUnwrapped
            i &+= 1
            bytes &+= UInt64(packet.pointee.pkt_len)
            let header = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
            let stripped = packet.pointee.ol_flags & VD_RX_VLAN_STRIPPED != 0 ? packet.pointee.vlan_tci : nil
            let verdict = AccessVerdict.decide(
                header, byteCount: Int(packet.pointee.data_len), strippedTag: stripped, vlans: vlans, networks: networks)
            if case .probe(let probe) = verdict, takeProbe(packet, probe, port: index, frames) { continue }
            drop(packet, .portBlocked)
        }
        countReceived(index, packets: count, bytes: bytes)
        return 0
    }

    /// A frame from an access port to the address of probes. True: it is one of ours, and done with.
    @_noLocks @_noAllocation @inline(never)
    mutating func takeProbe(
        _ packet: UnsafeMutablePointer<vd_mbuf>, _ verdict: AccessFrame, port: UInt16, _ frame: UnsafeMutablePointer<Frame>
    ) -> Bool {
        setFrame(frame, packet, verdict, port: port)
        return takeOwnProbe(frame)
    }

    /// A frame to the address of probes: one of ours is shown to control and dropped. False: it is somebody else's, and multicast as any other.
    @_noLocks @_noAllocation @inline(never)
    mutating func takeOwnProbe(_ frame: UnsafePointer<Frame>) -> Bool {
        let packet = frame.pointee.packet
        let start = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let isOwn = LoopProbe.isOwn(
            start, byteCount: Int(packet.pointee.data_len), tagBytes: Int(frame.pointee.tagBytes),
            gatewayBE: vd_load_acquire_u64(&tables.settings.pointee.probeGatewayBE))
        guard isOwn else { return false }
        // A budget of their own: a loop makes many other frames that control wants to see.
        if probeBudget > 0 {
            probeBudget &-= 1
            handOver(frame)
        } else {
            counters.worker.pointee.tenantFramesUnseen &+= 1
        }
        drop(packet, .loopProbe)
        return true
    }

    /// A frame for an access port that has no room for it. A blocked port has none for any frame; control's probes pass it all the same.
    @_noLocks @_noAllocation @inline(never)
    mutating func refuseLocal(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        let port = UnsafePointer(tables.ports.records + destination.portNumber)
        let isOurs = frame.pointee.origin.isNone && frame.pointee.destinationKey.rawValue & MACAddress.mask == LoopProbe.destinationBits
        guard port.pointee.isBlocked != 0, isOurs else { return drop(frame.pointee.packet, Worker.egressRefusal(port)) }
        deliver(frame, destination)
    }

    /// Why a port has no room for a frame.
    @_noLocks @_noAllocation @inline(__always)
    static func egressRefusal(_ port: UnsafePointer<PortRecord>) -> DropReason { port.pointee.isBlocked != 0 ? .portBlocked : .mtuExceeded }
}
