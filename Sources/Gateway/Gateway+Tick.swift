import Dataplane

/// What control does from time to time, and when it did it last.
struct Housekeeping {
    var neighborsDue = MonotonicTime(.zero)
    var secondDue = MonotonicTime(.zero)
    var silenceDue = MonotonicTime(.zero)
    var snoopingDue = MonotonicTime(.zero)
    /// When people may be told again that there is no room for members of groups.
    var snoopingFullDue = MonotonicTime(.zero)
    /// Where ageing goes on.
    var ageingBucket = 0
    var linkIsUp: [PortIndex: Bool] = [:]
    var bonds: [PortIndex: BondWatch] = [:]
    var notices = NoticeLimiter()
    /// Control's own frames that found the pool empty or the ring to the worker full.
    var framesLost: UInt64 = 0
    /// Senders told that their packet does not fit the underlay.
    var tooBigTold: UInt64 = 0
    /// Packets from VTEPs for which there was no room.
    var vtepsRefused: UInt64 = 0
    /// Learned MACs that made room for others.
    var macsEvicted: UInt64 = 0
    /// Hosts that workers do not answer for because their table has no room.
    var neighborsUnpublished: UInt64 = 0

    /// The whole MAC table is looked through once in this many ticks of a tenth of a second.
    static let ageingParts = 10
    static let puntsPerTick = 256
    static let tooBigPerTick = 64
    static let tenantFramesPerTick = 256
    static let eventsPerTick = 4096
}

extension Gateway {
    var now: MonotonicTime { .now(since: startedAt) }

    /// Does what is due. Whether there was something: then the next tick should come soon.
    func tick() -> Bool {
        guard totals == nil else { return false }
        let punts = receivePunts()
        let events = receiveEvents()
        let tooBig = tellTooBig()
        let tenants = receiveTenantFrames()
        let now = now
        keepSnooping(now)
        if now >= housekeeping.neighborsDue {
            housekeeping.neighborsDue = now + .milliseconds(100)
            perform(reconciler.settle(reconciler.host.tick(now: now)))
            watchLinks(now)
            watchBonds(now)
            perform(loops.tick(now: now))
            age()
            makeRoom()
            tendNeighbors(now)
        }
        if now >= housekeeping.secondDue {
            housekeeping.secondDue = now + .seconds(1)
            thaw()
            for (number, worker) in machinery.workers.enumerated() { rates[number].sample(worker.counters, now: now) }
        }
        if now >= housekeeping.silenceDue {
            housekeeping.silenceDue = now + .seconds(10)
            forgetSilentVTEPs(now)
        }
        return punts + events + tooBig + tenants > 0
    }

    /// ARP, ICMP and IGMP that workers passed on.
    private func receivePunts() -> Int {
        var count = 0
        while count < Housekeeping.puntsPerTick, let punt = machinery.exchange.nextPunt() {
            count += 1
            perform(reconciler.settle(reconciler.host.receive(frame: punt.frame, onPort: punt.port, now: now)))
        }
        return count
    }

    func perform(_ actions: [UnderlayAction]) {
        for action in actions {
            switch action {
            case .transmit(let port, let frame):
                inject(frame, port: port)
            case .neighborChanged: break
            case .event(let event): tell(event)
            }
        }
    }

    /// Has a frame of control's transmitted, with the outer tag of its port.
    private func inject(_ frame: [UInt8], port: PortIndex) {
        let configuration = reconciler.state.underlayPorts[reconciler.ports[port].name]
        let frame = configuration?.controlTag.map { frame.tagged($0) } ?? frame
        if !machinery.exchange.inject(frame, port: port, pool: machinery.anyPool) { housekeeping.framesLost += 1 }
    }

    /// Answers frames that did not fit their tunnel, where they came from.
    private func tellTooBig() -> Int {
        var count = 0
        while count < Housekeeping.tooBigPerTick, let packet = machinery.exchange.nextTooBig() {
            count += 1
            let mtu = packet.frameMaximum - EthernetHeader.byteCount
            guard let message = PacketTooBig(frame: packet.frame, mtu: mtu) else { continue }
            if inject(message.reply, network: packet.network, to: packet.origin, tag: packet.tag) { housekeeping.tooBigTold += 1 }
        }
        return count
    }

    private func tell(_ event: UnderlayEvent) {
        switch event {
        case .addressConflict(let port, let address, let mac):
            logger.warning(
                "address conflict on port \(reconciler.ports[port].name): \(mac) also uses \(address); one of the two must change")
        case .neighborUnreachable(let port, let address):
            logger.warning("next hop \(address) on port \(reconciler.ports[port].name) does not answer")
        }
    }

    private func receiveEvents() -> Int {
        var count = 0
        while count < Housekeeping.eventsPerTick, let event = machinery.exchange.nextEvent() {
            count += 1
            guard let kind = event.kind else { continue }
            tell(event, kind)
        }
        return count
    }

    private func tell(_ event: Event, _ kind: Event.Kind) {
        switch kind {
        case .macLearned:
            logger.debug("MAC \(event.key.mac) learned in \(networkName(event.key.network)) at \(place(event.destination))")
        case .macMoved:
            logger.debug(
                "MAC \(event.key.mac) moved in \(networkName(event.key.network)) from \(place(event.previous)) to \(place(event.destination))"
            )
            watch(event)
        case .macLimitOfNetwork:
            guard housekeeping.notices.mayTell(.networkLimit(event.key.network), now) else { return }
            logger.warning(
                "network \(networkName(event.key.network)) has as many MACs as it may: \(event.key.mac) at \(place(event.destination)) not learned; see 'viaduct show limits'"
            )
        case .macLimitOfPort:
            guard let port = event.destination.port, housekeeping.notices.mayTell(.portLimit(port), now) else { return }
            logger.warning(
                "port \(reconciler.ports[port].name) has as many MACs as it may: \(event.key.mac) in \(networkName(event.key.network)) not learned; see 'viaduct show limits'"
            )
        case .macTableFull:
            guard housekeeping.notices.mayTell(.table, now) else { return }
            let consequence = configuration.macs.whenFull == .drop ? "its frames are dropped" : "frames to it are flooded"
            logger.warning(
                "MAC table full with \(machinery.tables.macs.count) entries: \(event.key.mac) in \(networkName(event.key.network)) not learned, \(consequence); raise macs.capacity"
            )
        case .macLocked:
            guard mayTellViolation(event, kind) else { return }
            logger.warning(
                "MAC \(event.key.mac) in \(networkName(event.key.network)) came from \(place(event.destination)), whose port is locked, and is not listed there: frame dropped"
            )
        case .vtepHeard: meet(RemoteVTEP(IPAddress(event.vtep), udpPort: event.udpPort))
        case .staticMACViolation:
            guard mayTellViolation(event, kind) else { return }
            logger.warning(
                "MAC \(event.key.mac) in \(networkName(event.key.network)) came from \(place(event.destination)), but is held elsewhere: frame dropped"
            )
        }
    }

    private func mayTellViolation(_ event: Event, _ kind: Event.Kind) -> Bool {
        housekeeping.notices.mayTell(.violation(kind, event.key.network, event.destination), now)
    }

    /// A tenth of the table at a time.
    private func age() {
        let macs = machinery.tables.macs
        let step = (macs.bucketCount + Housekeeping.ageingParts - 1) / Housekeeping.ageingParts
        let start = housekeeping.ageingBucket
        let end = min(start + step, macs.bucketCount)
        housekeeping.ageingBucket = end == macs.bucketCount ? 0 : end
        guard configuration.macs.ageing > 0 else { return }
        macs.age(in: start..<end, now: machinery.clock.seconds, ageing: UInt32(configuration.macs.ageing)) { key, entry in
            logger.debug("MAC \(key.mac) aged out of \(networkName(key.network)) at \(place(entry.destination))")
        }
    }

    private func watchLinks(_ now: MonotonicTime) {
        for port in reconciler.ports.all {
            let isUp = machinery.ports[Int(port.index.rawValue)].device.link.isUp
            defer { housekeeping.linkIsUp[port.index] = isUp }
            // A port that starts without link has been warned about; its neighbours must hear of the link that comes.
            guard housekeeping.linkIsUp[port.index] ?? true != isUp else { continue }
            logger.notice("port \(port.name): link \(isUp ? "up" : "down")")
            if port.role == .access, isUp { snooping.linkCameUp(port.index) }
            loops.linkChanged(port.index, isUp: isUp, now: now)
            if port.role == .underlay { perform(reconciler.linkChanged(onPort: port.index, isUp: isUp, now: now)) }
        }
    }

    func networkName(_ index: NetworkIndex) -> String {
        reconciler.network(at: index)?.name ?? "a network that is gone"
    }

    func place(_ destination: Destination) -> String {
        if let port = destination.port, let tags = destination.tags {
            return Configuration.Member(port: reconciler.ports[port].name, tags: tags).description
        }
        if let tunnel = destination.tunnel, let remote = reconciler.tunnels.first(where: { $0.value.index == tunnel })?.key {
            return "remote \(remote)"
        }
        return "a place that is gone"
    }
}
