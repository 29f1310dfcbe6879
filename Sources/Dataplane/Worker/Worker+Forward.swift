import CShims

// In: `frames`, all from access ports or all from tunnels. Out: every frame in a transmit queue, or dropped and counted. Each step runs over the
// whole burst before the next one, so that the buckets of the MAC table are on their way while others are read.

extension Worker {
    @_noLocks @_noAllocation @inline(__always)
    mutating func forward(_ count: Int, fromTunnels: Bool) {
        guard count > 0 else { return }
        lookUp(count)
        if _slowPath(observesNeighbors) { observeNeighbors(count) }
        if fromTunnels { actOnTunnelFrames(count) } else { actOnAccessFrames(count) }
    }

    /// Looks whether each source is known to be where it is, and at the home bucket of each destination. That settles nearly every frame; for the rest
    /// the other buckets are sent for, and looked at when the burst is through.
    @_noLocks @_noAllocation @inline(__always)
    mutating func lookUp(_ count: Int) {
        let macs = tables.macs, sources = sources, stamp = sourceStamp, unsettled = unsettled
        var unsettledCount = 0
        var frame = frames
        let end = frame + count
        while frame < end {
            let isCurrent = sources.contains(hash: frame.pointee.sourceHash, origin: frame.pointee.origin, stamp: stamp)
            let destination = macs.lookupHome(frame.pointee.destinationKey, hash: frame.pointee.destinationHash)
            frame.pointee.destination = destination.destination
            if _slowPath(!isCurrent || destination.isNone) {
                if !isCurrent {
                    vd_prefetch(macs.home(frame.pointee.sourceHash))
                    vd_prefetch(macs.alternate(frame.pointee.sourceHash))
                }
                if destination.isNone { vd_prefetch(macs.alternate(frame.pointee.destinationHash)) }
                unsettled[unsettledCount] = frame
                unsettledCount &+= 1
            }
            frame += 1
        }
        if unsettledCount > 0 { settle(unsettledCount, end: end) }
    }

    /// Learns sources that are new, have moved or were not seen this second, then looks their destinations up again, in both buckets, so that
    /// stations that meet within a burst find each other. What the first look has settled stays so: a frame to a station that moves in this very
    /// burst may still go to its old place. Group addresses are never in the table.
    @_noLocks @_noAllocation @inline(never)
    private mutating func settle(_ count: Int, end: UnsafeMutablePointer<Frame>) {
        let macs = tables.macs, unsettled = unsettled, stamp = sourceStamp
        var i = 0
        while i < count {
            let frame = unsettled[i].unsafelyUnwrapped
            i &+= 1
            settleSource(frame)
            if sourceStamp != stamp {
                // A station has moved: that the first look knew it in later frames of this burst says nothing any more.
                var later = frame + 1
                while later < end {
                    settleSource(later)
                    later += 1
                }
                break
            }
        }
        i = 0
        while i < count {
            let frame = unsettled[i].unsafelyUnwrapped
            i &+= 1
            if frame.pointee.destination.isRefused { continue }
            frame.pointee.destination = macs.lookup(frame.pointee.destinationKey, hash: frame.pointee.destinationHash).destination
        }
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func settleSource(_ frame: UnsafeMutablePointer<Frame>) {
        let origin = frame.pointee.origin, hash = frame.pointee.sourceHash
        if origin == .tunnel(0) {
            // From a sender that has no tunnel yet: nothing is learned, since nothing could be sent back; but a station that control has put
            // elsewhere is not there.
            let entry = tables.macs.lookup(frame.pointee.sourceKey, hash: hash)
            if !entry.isNone, !entry.isLearned { frame.pointee.destination = .refused }
            return
        }
        if sources.contains(hash: hash, origin: origin, stamp: sourceStamp) { return }
        if origin.isLocal, _slowPath(tables.ports.records[origin.portNumber].learning & 1 != 0) { return settleUnlearned(frame) }
        if MACTable.isCurrent(tables.macs.lookup(frame.pointee.sourceKey, hash: hash), from: origin, now: now) {
            sources.insert(hash: hash, origin: origin, stamp: sourceStamp)
        } else {
            learn(frame)
        }
    }

    /// A source on a port that learns nothing: of a locked one, only what control has put there may send.
    @_noLocks @_noAllocation @inline(never)
    private mutating func settleUnlearned(_ frame: UnsafeMutablePointer<Frame>) {
        let origin = frame.pointee.origin
        let entry = tables.macs.lookup(frame.pointee.sourceKey, hash: frame.pointee.sourceHash)
        let isHere = entry.destination == origin && !entry.isLearned
        if !isHere {
            if !entry.isNone, !entry.isLearned {
                frame.pointee.destination = .refused
                notice(.staticMACViolation, frame.pointee.sourceKey, origin)
                return
            }
            if tables.ports.records[origin.portNumber].learning == LearningMode.locked.rawValue {
                frame.pointee.destination = .refusedLocked
                notice(.macLocked, frame.pointee.sourceKey, origin)
                return
            }
        }
        sources.insert(hash: frame.pointee.sourceHash, origin: origin, stamp: sourceStamp)
    }

    /// Encapsulates what leads to a tunnel, passes on what leads to an access port.
    @_noLocks @_noAllocation @inline(never)
    mutating func actOnAccessFrames(_ count: Int) {
        var frame = UnsafePointer(frames)
        let end = frame + count
        while frame < end {
            let destination = frame.pointee.destination
            if _fastPath(destination.isTunnel) {
                encapsulate(frame, tunnel: destination.tunnelNumber)
            } else if destination.isLocal {
                passOn(frame, destination)
            } else {
                actOnUnknown(frame)
            }
            frame += 1
        }
    }

    /// From an access port to another. Not inlined, so that encapsulation has the registers.
    @_noLocks @_noAllocation @inline(never)
    private mutating func passOn(_ frame: UnsafePointer<Frame>, _ destination: Destination) {
        let ports = UnsafePointer(tables.ports.records)
        if _slowPath(destination.rawValue == frame.pointee.origin.rawValue) {
            drop(frame.pointee.packet, .samePort)
        } else if _slowPath(PortRecord.separates(ports + frame.pointee.origin.portNumber, ports + destination.portNumber)) {
            drop(frame.pointee.packet, .portIsolated)
        } else {
            sendLocal(frame, destination)
        }
    }

    /// What came from a tunnel is never sent back into one (split horizon).
    @_noLocks @_noAllocation @inline(never)
    mutating func actOnTunnelFrames(_ count: Int) {
        var frame = UnsafePointer(frames)
        let end = frame + count
        while frame < end {
            let destination = frame.pointee.destination
            if _fastPath(destination.isLocal) {
                sendLocal(frame, destination)
            } else if destination.isTunnel {
                drop(frame.pointee.packet, .splitHorizon)
            } else {
                actOnUnknown(frame)
            }
            frame += 1
        }
    }

    /// Into the tunnel, or out of the access port, that `destination` is.
    @_noLocks @_noAllocation @inline(never)
    mutating func send(_ frame: UnsafePointer<Frame>, to destination: Destination) {
        if destination.isTunnel { encapsulate(frame, tunnel: destination.tunnelNumber) } else { sendLocal(frame, destination) }
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func actOnUnknown(_ frame: UnsafePointer<Frame>) {
        switch frame.pointee.destination {
        case .none: flood(frame)
        case .refusedLocked: drop(frame.pointee.packet, .macLocked)
        case .refusedLimit: drop(frame.pointee.packet, .macLimit)
        default: drop(frame.pointee.packet, .staticMACViolation)
        }
    }

    /// The frame's destination says so when it is to be dropped.
    @_noLocks @_noAllocation @inline(never)
    private mutating func learn(_ frame: UnsafeMutablePointer<Frame>) {
        let key = frame.pointee.sourceKey, origin = frame.pointee.origin
        var previous = Destination.none
        switch tables.macs.learn(key, origin, now: now, hash: frame.pointee.sourceHash, previous: &previous) {
        case .known:
            sources.insert(hash: frame.pointee.sourceHash, origin: origin, stamp: sourceStamp)
        case .busy:
            break
        case .inserted:
            sources.insert(hash: frame.pointee.sourceHash, origin: origin, stamp: sourceStamp)
            counters.worker.pointee.macsLearned &+= 1
            tell(.macLearned, key, origin, previous)
        case .moved:
            // What other workers have seen this second is no longer so.
            tables.macs.beginEpoch()
            sourceStamp = SourceFilter.stamp(now: now, epoch: tables.macs.epoch)
            counters.worker.pointee.macsMoved &+= 1
            tell(.macMoved, key, origin, previous)
        case .full:
            counters.worker.pointee.macTableFull &+= 1
            notice(.macTableFull, key, origin)
            if tables.macs.dropsWhenFull { frame.pointee.destination = .refusedLimit }
        case .networkLimit:
            notice(.macLimitOfNetwork, key, origin)
            if tables.macs.quotas.network(key).pointee.drops != 0 { frame.pointee.destination = .refusedLimit }
        case .portLimit:
            notice(.macLimitOfPort, key, origin)
            if let port = tables.macs.quotas.port(origin), port.pointee.drops != 0 { frame.pointee.destination = .refusedLimit }
        case .violation:
            notice(.staticMACViolation, key, origin)
            frame.pointee.destination = .refused
        }
    }

    /// What every frame of a flood would say again: control hears it a few times a second, so that the ring has room for what happens once.
    @_noLocks @_noAllocation
    private mutating func notice(_ kind: Event.Kind, _ key: MACKey, _ origin: Destination) {
        guard noticeBudget > 0 else { return }
        noticeBudget &-= 1
        tell(kind, key, origin, .none)
    }

    @_noLocks @_noAllocation
    private mutating func tell(_ kind: Event.Kind, _ key: MACKey, _ destination: Destination, _ previous: Destination) {
        event.pointee = Event(kind: kind.rawValue, time: now, key: key, destination: destination, previous: previous)
        let isTold = vd_record_ring_enqueue(exchange.events, event, UInt32(MemoryLayout<Event>.stride))
        if !isTold { counters.worker.pointee.eventsLost &+= 1 }
    }
}
