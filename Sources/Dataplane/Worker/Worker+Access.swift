import CShims

// In: a burst received on an access port, in `received`. Out: `frames`, with tag, keys and their hashes, the keys' home buckets on their way; the
// rest dropped and counted.

extension Worker {
    /// The number of frames to forward.
    @_noLocks @_noAllocation @inline(never)
    mutating func classifyAccess(_ port: UnsafeMutablePointer<PortRecord>, index: UInt16, count: Int) -> Int {
        let received = received, frames = frames
        guard let vlans = port.pointee.vlans else { return 0 }
        if _slowPath(port.pointee.isBlocked != 0) { return refuseBlocked(vlans, index: index, count: count) }
        let networks = UnsafePointer(tables.networks.records)
        prefetchHeaders(count)
        var bytes: UInt64 = 0
        var next = frames
        var i = 0
        while i < count {
            let packet = received[i].unsafelyUnwrapped
            i &+= 1
            bytes &+= UInt64(packet.pointee.pkt_len)
            let header = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
            let stripped = _slowPath(packet.pointee.ol_flags & VD_RX_VLAN_STRIPPED != 0) ? packet.pointee.vlan_tci : nil
            let byteCount = Int(packet.pointee.data_len)
            switch AccessVerdict.decide(header, byteCount: byteCount, strippedTag: stripped, vlans: vlans, networks: networks) {
            case .drop(let reason):
                drop(packet, reason)
            case .forward(let frame):
                setFrame(next, packet, frame, port: index)
                next += 1
            case .probe(let frame):
                if !takeProbe(packet, frame, port: index, next) { next += 1 }
            }
        }
        countReceived(index, packets: count, bytes: bytes)
        return next - frames
    }

    @_noLocks @_noAllocation @inline(__always)
    func setFrame(_ frame: UnsafeMutablePointer<Frame>, _ packet: UnsafeMutablePointer<vd_mbuf>, _ verdict: AccessFrame, port: UInt16) {
        setKeys(frame, network: verdict.network, source: verdict.source, destination: verdict.destination)
        frame.pointee.packet = packet
        frame.pointee.origin = .local(port: port, tags: verdict.tags)
        frame.pointee.tag = verdict.tag
        frame.pointee.tagBytes = verdict.tagBytes
    }

    /// Hashes both keys and sends for what will be looked at first, long before it is: the rest of the burst is classified meanwhile.
    @_noLocks @_noAllocation @inline(__always)
    func setKeys(_ frame: UnsafeMutablePointer<Frame>, network: UInt16, source: UInt64, destination: UInt64) {
        let macs = tables.macs
        let sourceKey = MACKey(rawValue: UInt64(network) &<< 48 | source)
        let destinationKey = MACKey(rawValue: UInt64(network) &<< 48 | destination)
        let sourceHash = macs.hash(sourceKey), destinationHash = macs.hash(destinationKey)
        vd_prefetch(sources.bucket(sourceHash))
        vd_prefetch(macs.home(destinationHash))
        frame.pointee.sourceKey = sourceKey
        frame.pointee.destinationKey = destinationKey
        frame.pointee.sourceHash = sourceHash
        frame.pointee.destinationHash = destinationHash
    }

    @_noLocks @_noAllocation @inline(__always)
    func prefetchHeaders(_ count: Int) {
        var i = 0
        while i < count {
            let packet = received[i].unsafelyUnwrapped
            vd_prefetch_frame(packet)
            i &+= 1
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    func countReceived(_ port: UInt16, packets: Int, bytes: UInt64) {
        let counter = counters.ports + Int(port)
        counter.pointee.rxPackets &+= UInt64(truncatingIfNeeded: packets)
        counter.pointee.rxBytes &+= bytes
    }

    @_noLocks @_noAllocation @inline(__always)
    func drop(_ packet: UnsafeMutablePointer<vd_mbuf>, _ reason: DropReason) {
        counters.count(reason)
        vd_mbuf_free(packet)
    }
}
