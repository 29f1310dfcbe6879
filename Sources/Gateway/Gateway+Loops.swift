import Dataplane

// Loops behind access ports: what the guard against them wants done.

extension Gateway {
    /// Guards the ports that ask for it, with the memberships that they have now: at start and after each reload.
    func guardLoops() {
        let ports = reconciler.ports.all.filter { reconciler.portPolicies[$0.index]?.detectsLoops ?? false }
        perform(loops.guardPorts(ports.map { .init(index: $0.index, mac: $0.mac, places: places(of: $0)) }, now: now))
        machinery.tables.publishProbes(gateway: loops.isGuarding ? loops.gateway : nil)
    }

    private func places(of port: PortDirectory.Port) -> [LoopGuard.Place] {
        let places = reconciler.networks.values.flatMap { network in
            network.members.filter { $0.port == port.name }.map { LoopGuard.Place(port: port.index, tags: $0.tags, network: network.index) }
        }
        return places.sorted { ($0.network, $0.tags) < ($1.network, $1.tags) }
    }

    /// Whether a frame that a worker has shown is a probe of ours.
    func heedProbe(_ shown: TenantFrame) -> Bool {
        guard loops.isGuarding, LoopProbeFrame(frame: shown.frame)?.gateway == loops.gateway else { return false }
        perform(loops.receive(shown.frame, network: shown.network, origin: shown.origin, now: now))
        return true
    }

    func perform(_ actions: [LoopAction]) {
        for action in actions {
            switch action {
            case .send(let frame, let place): inject(frame, network: place.network, to: place.destination)
            case .block(let port, let loop): block(port, loop)
            case .open(let port, let block): open(port, block)
            case .networksJoined(let loop):
                logger.warning(
                    "networks are joined outside of the gateway: a probe sent to \(place(loop.sent.destination)) in \(networkName(loop.sent.network)) came back from \(place(loop.returned)) in \(networkName(loop.network)); nothing is blocked for that"
                )
            }
        }
    }

    private func block(_ port: PortIndex, _ loop: LoopGuard.Loop) {
        machinery.tables.ports.block(port)
        // Once no worker learns there any more.
        awaitQuiescence(machinery.workers)
        forgetMACs(of: loop, blocked: port)
        logger.warning(
            "loop: a probe sent to \(place(loop.sent.destination)) came back from \(place(loop.returned)) in \(networkName(loop.network)); port \(reconciler.ports[port].name) is blocked for as long as they do"
        )
    }

    /// Behind both ends of a loop stations seem to be that are elsewhere; none is reached through the blocked port.
    private func forgetMACs(of loop: LoopGuard.Loop, blocked: PortIndex) {
        machinery.tables.macs.removeAll(where: { key, entry in
            guard entry.origin == .learned else { return false }
            if let port = entry.destination.port { return port == loop.sent.port || port == loop.returned.port || port == blocked }
            return key.network == loop.network && entry.destination == loop.returned
        })
        release(where: { $0.home.port == blocked })
    }

    private func open(_ port: PortIndex, _ block: LoopGuard.Block) {
        machinery.tables.ports.open(port, mtu: reconciler.ports[port].mtu)
        let seconds = Int(block.since.duration(to: now) / .seconds(1))
        logger.notice("port \(reconciler.ports[port].name) is open again, after \(seconds) s: no probe comes back any more")
    }

    func blockedBy(_ port: PortIndex) -> PortStatus.Block? {
        guard let block = loops.blocks[port] else { return nil }
        return PortStatus.Block(
            cause: .loop, network: networkName(block.loop.network), sent: place(block.loop.sent.destination),
            returned: place(block.loop.returned), seconds: Int(block.since.duration(to: now) / .seconds(1)))
    }
}

extension LoopGuard.Place {
    fileprivate var destination: Destination { .local(port: port, tags: tags) }
}
