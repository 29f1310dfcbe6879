import Dataplane

/// What runs underneath a gateway: DPDK, packet pools, ports, tables, workers. Made at start, taken down at stop, the same in between.
struct Machinery {
    struct Port {
        var configuration: Configuration.Port
        var device: Device
        var info: DeviceInfo
        var rxQueues: Int
        var txQueues: Int
    }

    var ports: [Port] = []
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
                    mtu: port.configuration.mtu, hardwareChecksum: port.info.hasOuterIPv4Checksum)
            })
    }

    /// The pool that control takes packets from, and workers without a port.
    var anyPool: PacketPool { pools.min { $0.key < $1.key }!.value }

    func pool(ofNode node: Int) -> PacketPool { pools[max(0, node)] ?? anyPool }

    /// NUMA node of a worker's ports, else that of its CPU.
    func node(ofWorker number: Int) -> Int {
        receiveQueues(ofWorker: number).first.map { max(0, ports[Int($0.port.rawValue)].info.node) } ?? 0
    }

    /// Queues are dealt out one after the other over all ports, so that no worker has two before each has one.
    func receiveQueues(ofWorker number: Int) -> [ReceiveQueue] {
        var queues: [ReceiveQueue] = []
        var position = 0
        for (index, port) in ports.enumerated() {
            // A port with a queue for every worker gives each its own number.
            let start = port.rxQueues == workerCount ? 0 : position
            for queue in 0..<port.rxQueues {
                if (start + queue) % workerCount == number {
                    queues.append(ReceiveQueue(port: PortIndex(UInt16(index)), queue: UInt16(queue)))
                }
            }
            if port.rxQueues < workerCount { position += port.rxQueues }
        }
        return queues
    }

    let workerCount: Int

    init(workerCount: Int, tables: Tables, exchange: Exchange, clock: Clock) {
        self.workerCount = workerCount
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
        for port in ports { port.device.close() }
        EAL.stop()
    }
}
