import Dataplane

/// What runs underneath a gateway: DPDK, packet pools, ports, tables, workers. Made at start, taken down at stop, the same in between.
struct Machinery {
    struct Port {
        var configuration: Configuration.Port
        var device: Device
        /// Of a bond, in the order of the configuration.
        var members: [Device] = []
        var info: DeviceInfo
        var queues: DeviceQueues
        /// Once it is started, if its device spreads packets over several queues.
        var rss: RSSStatus?
    }

    var ports: [Port]
    let plan: QueuePlan
    /// Packet pool of each NUMA node that has a port.
    var pools: [Int: PacketPool] = [:]
    var tables: Tables
    var exchange: Exchange
    var clock: Clock
    var workers: [WorkerThread] = []

    var directory: PortDirectory {
        PortDirectory(
            ports.enumerated().map { position, port in
                PortDirectory.Port(
                    index: PortIndex(UInt16(position)), name: port.configuration.name, role: port.configuration.role, mac: port.info.mac,
                    mtu: port.configuration.mtu, hardwareChecksum: port.info.hasOuterIPv4Checksum,
                    hardwareUDPChecksum: port.info.hasOuterUDPChecksum)
            })
    }

    /// The pool that control takes packets from, and workers without a port.
    var anyPool: PacketPool { pools.min { $0.key < $1.key }!.value }

    func pool(ofNode node: Int) -> PacketPool { pools[max(0, node)] ?? anyPool }

    var workerCount: Int { plan.workers.count }

    init(ports: [Port], plan: QueuePlan, tables: Tables, exchange: Exchange, clock: Clock) {
        self.ports = ports
        self.plan = plan
        self.tables = tables
        self.exchange = exchange
        self.clock = clock
    }
}

extension Machinery {
    /// Ends the workers, which first transmit what is queued. Their counters stay readable.
    func stopWorkers() {
        exchange.stop()
        for worker in workers { worker.join() }
    }

    /// Closes all devices and ends DPDK, after the workers.
    func close() {
        for port in ports { ([port.device] + port.members).forEach { $0.close() } }
        EAL.stop()
    }
}
