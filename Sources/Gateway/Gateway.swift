import Dataplane
import Logging
import ServiceLifecycle

/// A running gateway: the actor that owns the tables' control side, the underlay's neighbours and the life of the workers.
///
/// Its parts: `Start/` brings up DPDK, ports and workers; `Reconcile/` leads from a configuration to the tables; `Underlay/` resolves next
/// hops and answers ARP and ICMP; ``tick()`` drives them. The packets that are forwarded never come here.
package actor Gateway: RunnableGateway {
    let configurationPath: String
    /// As it was before workers took their CPUs.
    let machine: Configuration.Machine
    let logger: Logger
    let startedAt = ContinuousClock.now

    var configuration: Configuration
    var machinery: Machinery
    var reconciler: Reconciler
    /// What starting left to be sent or told.
    let startActions: [UnderlayAction]
    var housekeeping = Housekeeping()
    var rates: [WorkerRate]
    /// What a position of the tunnel table had counted before its present tunnel got it.
    var tunnelBaselines: [TunnelIndex: TunnelCounters] = [:]
    var moveWatch = MoveWatch()
    var loops = LoopGuard(gateway: .random(in: 1 ... .max))
    var hostNeighbors = HostNeighbors()
    var snooping = MulticastSnooping()
    var roomRefused = RefusalCounts()
    /// Set once workers have ended.
    var totals: GatewayTotals?

    /// Starts DPDK, opens the ports, fills the tables and starts the workers. When it throws, nothing is left behind.
    package init(
        configurationPath: String, configuration: Configuration, machine: Configuration.Machine = .current(), logger: Logger
    ) throws(GatewayError) {
        self.configurationPath = configurationPath
        self.machine = machine
        self.logger = logger
        self.configuration = configuration
        var machinery = try Machinery.start(configuration, machine: machine, logger: logger)
        let workers = WorkerList()
        reconciler = Reconciler(tables: machinery.tables, ports: machinery.directory) { awaitQuiescence(workers.threads) }
        let wanted = WantedState(configuration, ports: machinery.directory)
        let (steps, refused, actions) = reconciler.reconcile(
            to: wanted, routes: UnderlayRoutes(configuration, ports: machinery.directory), now: .now(since: startedAt),
            seconds: machinery.clock.seconds)
        do {
            try machinery.launchWorkers(configuration.system)
        } catch {
            machinery.stopWorkers()
            machinery.close()
            throw error
        }
        workers.threads = machinery.workers
        rates = machinery.workers.map { _ in WorkerRate() }
        self.machinery = machinery
        for step in steps { logger.debug("start: \(step)") }
        for step in refused { logger.error("start: no room for this: \(step)") }
        startActions = actions
        let networks = configuration.networks.count
        logger.info(
            "gateway is up: \(machinery.ports.count) ports, \(networks) network\(networks == 1 ? "" : "s"), workers on core \(configuration.system.cores.map(String.init).joined(separator: ", "))"
        )
    }

    /// Until a graceful shutdown: looks after the tables, up to a thousand times a second while there is something to do. A tick costs little; being
    /// woken for it costs some 150 microseconds of CPU, so it comes less often the longer there is nothing.
    package func run() async throws {
        setNeighborNetworks()
        perform(startActions)
        guardLoops()
        followSnooping()
        await cancelWhenGracefulShutdown {
            var pause = Duration.milliseconds(1)
            while !Task.isCancelled {
                let isBusy = await self.tick()
                pause = isBusy ? .milliseconds(1) : min(pause * 2, .milliseconds(10))
                try? await Task.sleep(for: pause)
            }
        }
        await leaveGroups()
        _ = stop()
    }

    /// Tells the underlay that the groups of networks are not wanted any more, with the repetitions that the protocols ask for: a second at most.
    private func leaveGroups() async {
        guard totals == nil, !reconciler.state.groups.isEmpty else { return }
        perform(reconciler.settle(reconciler.host.leaveGroups(now: now)))
        let end = now + .seconds(1)
        while reconciler.host.isLeavingGroups, now < end {
            try? await Task.sleep(for: .milliseconds(20))
            perform(reconciler.settle(reconciler.host.tick(now: now)))
        }
    }

    @discardableResult
    package func stop() -> GatewayTotals {
        if let totals { return totals }
        machinery.stopWorkers()
        let final = currentTotals()
        totals = final
        machinery.close()
        return final
    }
}

/// The workers that must pass a quiescent state: none before they run.
private final class WorkerList: @unchecked Sendable {
    var threads: [WorkerThread] = []
}

extension MonotonicTime {
    static func now(since start: ContinuousClock.Instant) -> MonotonicTime { MonotonicTime(ContinuousClock.now - start) }
}
