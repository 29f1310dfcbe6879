import CShims

extension Worker {
    /// Polls until control says stop, then transmits what is queued.
    package mutating func run() {
        while vd_load_acquire_u32(exchange.stopWord) == 0 { _ = poll() }
        while number == 0, !vd_ring_is_empty(exchange.injections) { drainInjections() }
        flushAll()
    }

    /// One round: a burst from each receive queue, forwarded and transmitted; then a quiescent state. The number of packets received.
    @_noLocks @_noAllocation
    package mutating func poll() -> Int {
        let start = vd_cycles()
        readClock(start)
        readSettings()
        var count = 0
        var position = 0
        while position < queueCount {
            count &+= receive(position)
            position &+= 1
        }
        if number == 0, !vd_ring_is_empty(exchange.injections) { drainInjections() }
        if _slowPath(start >= nextService) { serve(start) }
        if pending != 0 { flushAll() }
        // From here on this worker holds no pointer that it has read from a table.
        vd_store_sequential_u64(rounds, rounds.pointee &+ 1)
        finishRound(start: start, count: count)
        return count
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func receive(_ position: Int) -> Int {
        let queue = queues[position]
        let port = tables.ports.records + Int(queue.port.rawValue)
        let count = Int(vd_rx_burst(port.pointee.device, queue.queue, received, UInt16(Worker.burst)))
        guard count > 0 else { return 0 }
        counters.worker.pointee.bursts &+= 1
        counters.queues[position] &+= UInt64(truncatingIfNeeded: count)
        if port.pointee.isUnderlay != 0 {
            forward(validateUnderlay(port, index: queue.port.rawValue, count: count), fromTunnels: true)
        } else {
            forward(classifyAccess(port, index: queue.port.rawValue, count: count), fromTunnels: false)
        }
        return count
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func readClock(_ cycles: UInt64) {
        while _slowPath(cycles >= nextSecond) {
            now &+= 1
            tooBigBudget = Worker.tooBigPerSecond
            noticeBudget = Worker.noticesPerSecond
            tenantBudget = Worker.tenantFramesPerSecond
            probeBudget = Worker.probesPerSecond
            nextSecond &+= cyclesPerSecond
        }
    }

    /// What bonds want done: lets their drivers send LACP's messages, for which DPDK asks for a call every 100 milliseconds, and drops what came to the
    /// standby members of active-backup bonds.
    @_noLocks @_noAllocation @inline(never)
    private mutating func serve(_ cycles: UInt64) {
        nextService = cycles &+ cyclesPerSecond / 200
        pending |= served
        guard drained != 0 else { return }
        var position = 0
        while position < queueCount {
            let queue = queues[position]
            position &+= 1
            guard (drained &>> UInt32(queue.port.rawValue)) & 1 != 0 else { continue }
            let device = tables.ports.records[Int(queue.port.rawValue)].device
            counters.worker.pointee.bondStandby &+= UInt64(vd_bond_drain_standby(device, queue.queue))
        }
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func readSettings() {
        udpPortBE = UInt16(truncatingIfNeeded: vd_load_acquire_u32(&tables.endpoints[0].udpPortBE))
        vxlanMask = vd_load_acquire_u64(&tables.settings.pointee.vxlanMask)
        sourcePorts = vd_load_acquire_u32(&tables.settings.pointee.sourcePorts)
        observesNeighbors = vd_load_acquire_u32(&tables.settings.pointee.observesNeighbors) != 0
        sourceStamp = SourceFilter.stamp(now: now, epoch: tables.macs.epoch)
    }

    /// Control's own packets: ARP, ICMP and the like.
    @_noLocks @_noAllocation @inline(never)
    private mutating func drainInjections() {
        let count = Int(vd_ring_dequeue_burst(exchange.injections, received, UInt32(Worker.burst)))
        var i = 0
        while i < count {
            let packet = received[i].unsafelyUnwrapped
            let destination = Destination(rawValue: packet.pointee.rss_hash)
            if destination.isNone {
                enqueue(packet, byteCount: packet.pointee.pkt_len, port: Int(packet.pointee.port))
            } else {
                injectTenant(packet, network: packet.pointee.port, destination)
            }
            i &+= 1
        }
    }

    /// Books the cycles of a round, or backs off when there was nothing to do.
    @_noLocks @_noAllocation @inline(__always)
    private mutating func finishRound(start: UInt64, count: Int) {
        let end = vd_cycles()
        counters.worker.pointee.totalCycles &+= end &- start
        if count > 0 {
            counters.worker.pointee.packets &+= UInt64(truncatingIfNeeded: count)
            counters.worker.pointee.busyCycles &+= end &- start
            idleSince = end
        } else if sleepsWhenIdle {
            backOff(end)
        }
    }

    /// `idle: adaptive`: polls on for 100 microseconds, then sleeps for a quarter of the time that it has been idle, at most 400
    /// microseconds, so that a packet never waits for much longer than the silence before it, and never for a millisecond.
    @_noLocks @_noAllocation @inline(never)
    private mutating func backOff(_ end: UInt64) {
        let cyclesPerMicrosecond = cyclesPerSecond / 1_000_000
        let idle = (end &- idleSince) / (cyclesPerMicrosecond | 1)
        if idle < 100 { return vd_pause() }
        vd_idle_sleep(UInt32(truncatingIfNeeded: min(idle / 4, 400)))
        counters.worker.pointee.totalCycles &+= vd_cycles() &- end
    }
}
