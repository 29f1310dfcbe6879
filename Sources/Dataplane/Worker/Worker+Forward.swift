import CShims

// In: `frames`. Out: every frame in a transmit queue, or dropped and counted. Each step runs over the whole burst before the next one, so that
// the buckets of the MAC table are on their way while others are read.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func forward(_ count: Int) {
        guard count > 0 else { return }
        prefetchBuckets(count)
        learnSources(count)
        lookUpDestinations(count)
        act(count)
    }

    @_noLocks @_noAllocation @inline(__always)
    private func prefetchBuckets(_ count: Int) {
        let frames = frames, sources = sourceHashes, destinations = destinationHashes, macs = tables.macs
        var i = 0
        while i < count {
            let source = macs.hash(frames[i].sourceKey)
            let destination = macs.hash(frames[i].destinationKey)
            vd_prefetch(macs.home(source))
            vd_prefetch(macs.home(destination))
            sources[i] = source
            destinations[i] = destination
            i &+= 1
        }
    }

    /// Marks frames whose source is configured to be elsewhere, to be dropped: their destination key becomes 0, which no frame has.
    @_noLocks @_noAllocation @inline(__always)
    private mutating func learnSources(_ count: Int) {
        let frames = frames, sources = sourceHashes, macs = tables.macs, now = now
        var i = 0
        while i < count {
            let key = frames[i].sourceKey
            let entry = macs.lookup(key, hash: sources[i])
            if _slowPath(!MACTable.isCurrent(entry, from: frames[i].origin, now: now)) {
                if !learn(key, frames[i].origin) { frames[i].destinationKey = MACKey(rawValue: 0) }
            }
            i &+= 1
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private func lookUpDestinations(_ count: Int) {
        let frames = frames, hashes = destinationHashes, destinations = destinations, macs = tables.macs
        var i = 0
        while i < count {
            let key = frames[i].destinationKey
            // Group addresses are never in the table.
            destinations[i] = key.rawValue & 1 != 0 ? .none : macs.lookup(key, hash: hashes[i]).destination
            i &+= 1
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func act(_ count: Int) {
        var i = 0
        while i < count {
            let frame = UnsafePointer(frames + i)
            let destination = destinations[i]
            i &+= 1
            if _slowPath(frame.pointee.destinationKey.rawValue == 0) {
                drop(frame.pointee.packet, .staticMACViolation)
            } else if destination.isTunnel {
                if _slowPath(frame.pointee.origin.isTunnel) {
                    drop(frame.pointee.packet, .splitHorizon)
                } else {
                    encapsulate(frame, tunnel: destination.index)
                }
            } else if destination.isLocal {
                if _slowPath(destination.rawValue == frame.pointee.origin.rawValue) {
                    drop(frame.pointee.packet, .samePort)
                } else {
                    sendLocal(frame, destination)
                }
            } else {
                flood(frame)
            }
        }
    }

    /// False when the frame is to be dropped.
    @_noLocks @_noAllocation @inline(never)
    private mutating func learn(_ key: MACKey, _ origin: Destination) -> Bool {
        var previous = Destination.none
        switch tables.macs.learn(key, origin, now: now, previous: &previous) {
        case .known, .busy:
            break
        case .inserted:
            counters.worker.pointee.macsLearned &+= 1
            tell(.macLearned, key, origin, previous)
        case .moved:
            counters.worker.pointee.macsMoved &+= 1
            tell(.macMoved, key, origin, previous)
        case .full:
            counters.worker.pointee.macTableFull &+= 1
            tell(.macTableFull, key, origin, previous)
        case .violation:
            tell(.staticMACViolation, key, origin, previous)
            return false
        }
        return true
    }

    @_noLocks @_noAllocation
    private mutating func tell(_ kind: Event.Kind, _ key: MACKey, _ destination: Destination, _ previous: Destination) {
        event.pointee = Event(kind: kind.rawValue, time: now, key: key, destination: destination, previous: previous)
        let isTold = vd_record_ring_enqueue(exchange.events, event, UInt32(MemoryLayout<Event>.stride))
        if !isTold { counters.worker.pointee.eventsLost &+= 1 }
    }
}
