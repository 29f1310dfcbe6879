import CShims
import Dataplane
import Glibc
import Testing

/// Everything that needs DPDK, one test after the other: the ports, pools and the environment are the process's.
@Suite(.serialized) enum PacketPath {}

/// DPDK's environment, started by the first test that needs it.
enum Environment {
    private static let result = Result {
        let cpus = Array(0..<sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        try EAL.start(EAL.Options(workerCPUs: [], controlCPUs: cpus, memory: 256, usesHugepages: false))
    }

    static func start() throws { try result.get() }
}

/// A gateway on memory ports whose workers are polled by the test itself, so that each test is one sequence of steps.
///
/// Access ports come first, underlay ports behind them. The gateway's address is 192.0.2.1 on every underlay port.
final class Rig {
    struct Options {
        var accessPorts = 3
        var underlayPorts = 1
        var workers = 1
        /// The workers share one transmit queue.
        var sharesTransmit = false
        var accessMTU = 1500
        var underlayMTU = 1600
        var sendsSegments = true
        var hardwareChecksum = false
        var macCapacity = 1024
        var poolSize = 1023
        /// Packets that wait on a port, each way, plus one.
        var ringSize: UInt32 = 512
        /// Entries of the punt, injection and event rings, plus one.
        var exchangeSize: UInt32 = 64
    }

    let options: Options
    let tables: Tables
    let exchange: Exchange
    let pool: PacketPool
    let ports: [MemoryPort]
    var workers: [WorkerBox] = []
    var vteps: [UInt32: TunnelIndex] = [:]
    private static nonisolated(unsafe) var made = 0

    /// Worker is noncopyable, and so no element of an array.
    final class WorkerBox {
        var worker: Worker
        init(_ worker: consuming Worker) { self.worker = worker }
    }

    /// Builds a gateway, plays `body` on it, and checks that every packet buffer has come home.
    static func run(_ options: Options = Options(), sourceLocation: SourceLocation = #_sourceLocation, _ body: (Rig) throws -> Void) throws
    {
        try Environment.start()
        let rig = try Rig(options)
        defer { rig.close(sourceLocation) }
        try body(rig)
    }

    private init(_ options: Options) throws {
        self.options = options
        // Serialized by PacketPath.
        Rig.made += 1
        let name = "rig\(Rig.made)"
        pool = try PacketPool.make(name: name, count: options.poolSize, frameMaximum: 2048)
        exchange = try Exchange.make(name: name, size: options.exchangeSize)
        tables = Tables.make(macCapacity: options.macCapacity)
        let queues = options.sharesTransmit ? 1 : options.workers
        ports = try (0..<options.accessPorts + options.underlayPorts).map { index in
            try MemoryPort.make(name: "\(name)-\(index)", queues: queues, ringSize: options.ringSize)
        }
        for index in ports.indices { try start(index, queues) }
        let clock = Clock()
        for number in 0..<options.workers {
            let list = ports.indices.map { ReceiveQueue(port: PortIndex(UInt16($0)), queue: UInt16(number)) }
            workers.append(
                WorkerBox(
                    Worker(
                        number: number, tables: tables, exchange: exchange, pool: pool, queues: number < queues ? list : [], clock: clock,
                        sleepsWhenIdle: false)))
        }
    }

    private func start(_ index: Int, _ queues: Int) throws {
        let isUnderlay = index >= options.accessPorts
        let mtu = isUnderlay ? options.underlayMTU : options.accessMTU
        let device = ports[index].device
        try device.start(
            info: try device.info, rxQueues: queues, txQueues: queues, mtu: mtu, promiscuous: true, verifiesChecksums: false, pool: pool)
        var record = PortRecord()
        record.mac = Rig.portMAC(index).bits
        record.device = device.number
        record.frameMaximum = UInt16(mtu + 14)
        record.isUnderlay = isUnderlay ? 1 : 0
        record.multipleSegments = options.sendsSegments ? 1 : 0
        record.hardwareChecksum = options.hardwareChecksum ? 1 : 0
        let port = PortIndex(UInt16(index))
        tables.ports.set(port, record, sharedTransmit: options.sharesTransmit, node: -1)
        if isUnderlay { tables.ports.publishAddresses(port, [Rig.address])?.deallocate() }
    }

    private func close(_ sourceLocation: SourceLocation) {
        while exchange.nextPunt() != nil {}
        workers.removeAll()
        for port in ports { port.close() }
        #expect(pool.available == pool.size, "packet buffers were lost", sourceLocation: sourceLocation)
        pool.free()
        exchange.destroy()
        tables.destroy()
    }
}
