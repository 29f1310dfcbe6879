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
/// Access ports come first, underlay ports behind them. Whatever a test does, at its end every packet buffer must have come home, the ports'
/// counters must agree with what went in and came out, and exactly the `expectedDrops` must have been counted.
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
        /// The underlay ports' own address and MAC.
        var address: UInt32 = 0xC000_0201
        var wanMAC = MACAddress(2, 0xFF, 0, 0, 0, 0xAA)
        var macCapacity = 1024
        var poolSize = 1023
        /// Frames of this many bytes fit one packet buffer.
        var bufferSize = 2048
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
    /// By endpoint: the tunnels that senders are known as.
    var senders: [[UnderlayAddress: UInt16]] = Array(repeating: [:], count: Tables.endpointCount)
    var expectedDrops: [DropReason: UInt64] = [:]
    /// What went into the ports, and what was taken from them.
    var received: [Tally]
    var taken: [Tally]
    private static nonisolated(unsafe) var made = 0

    struct Tally: Equatable {
        var packets: UInt64 = 0
        var bytes: UInt64 = 0

        mutating func add(_ byteCount: Int) {
            packets += 1
            bytes += UInt64(byteCount)
        }
    }

    /// Worker is noncopyable, and so no element of an array.
    final class WorkerBox {
        var worker: Worker
        init(_ worker: consuming Worker) { self.worker = worker }
    }

    /// Builds a gateway, plays `body` on it, and checks what is left.
    static func run(_ options: Options = Options(), sourceLocation: SourceLocation = #_sourceLocation, _ body: (Rig) throws -> Void) throws
    {
        try Environment.start()
        let rig = try Rig(options)
        defer { rig.close(sourceLocation) }
        try body(rig)
    }

    private init(_ options: Options) throws {
        self.options = options
        received = Array(repeating: Tally(), count: options.accessPorts + options.underlayPorts)
        taken = received
        // Serialized by PacketPath.
        Rig.made += 1
        let name = "rig\(Rig.made)"
        pool = try PacketPool.make(name: name, count: options.poolSize, frameMaximum: options.bufferSize)
        exchange = try Exchange.make(name: name, size: options.exchangeSize)
        tables = Tables.make(macCapacity: options.macCapacity, seed: 1)
        let queues = options.sharesTransmit ? 1 : options.workers
        ports = try (0..<options.accessPorts + options.underlayPorts).map { index in
            try MemoryPort.make(name: "\(name)-\(index)", queues: queues, ringSize: options.ringSize)
        }
        for index in ports.indices { try start(index, queues) }
        let clock = Clock()
        for number in 0..<options.workers {
            let worker = Worker(
                number: number, tables: tables, exchange: exchange, pool: pool, queues: receiveQueues(ofWorker: number), clock: clock,
                sleepsWhenIdle: false)
            workers.append(WorkerBox(worker))
        }
    }

    /// Queue `number` of every port, or, where there is but one, every so-manieth port.
    private func receiveQueues(ofWorker number: Int) -> [ReceiveQueue] {
        let indexes = ports.indices.map { UInt16($0) }
        if !options.sharesTransmit { return indexes.map { ReceiveQueue(port: PortIndex($0), queue: UInt16(number)) } }
        return indexes.filter { Int($0) % options.workers == number }.map { ReceiveQueue(port: PortIndex($0), queue: 0) }
    }

    private func start(_ index: Int, _ queues: Int) throws {
        let isUnderlay = index >= options.accessPorts
        let mtu = isUnderlay ? options.underlayMTU : options.accessMTU
        let device = ports[index].device
        try device.start(
            info: try device.info, rxQueues: queues, txQueues: queues, mtu: mtu, promiscuous: true, verifiesChecksums: false, pool: pool)
        var record = PortRecord()
        record.mac = (isUnderlay ? options.wanMAC : MACAddress(2, 0xFF, 0, 0, 0, UInt8(index))).bits
        record.device = device.number
        record.frameMaximum = UInt16(mtu + 14)
        record.isUnderlay = isUnderlay ? 1 : 0
        record.multipleSegments = options.sendsSegments ? 1 : 0
        record.hardwareChecksum = options.hardwareChecksum ? 1 : 0
        let port = PortIndex(UInt16(index))
        tables.ports.set(port, record, sharedTransmit: options.sharesTransmit, node: -1)
        if isUnderlay { tables.ports.publishAddresses(port, [UnderlayAddress(ipv4: options.address)])?.deallocate() }
    }

    private func close(_ sourceLocation: SourceLocation) {
        _ = takeAll()
        while exchange.nextPunt() != nil {}
        while exchange.nextTenantFrame() != nil {}
        checkCounters(sourceLocation)
        workers.removeAll()
        for port in ports { port.close() }
        #expect(pool.available == pool.size, "packet buffers were lost", sourceLocation: sourceLocation)
        pool.free()
        exchange.destroy()
        tables.destroy()
    }

    private func checkCounters(_ sourceLocation: SourceLocation) {
        #expect(drops == expectedDrops, sourceLocation: sourceLocation)
        for index in ports.indices {
            let counters = workers.map { $0.worker.counters.port(PortIndex(UInt16(index))) }
            let rx = Tally(packets: counters.map(\.rxPackets).reduce(0, +), bytes: counters.map(\.rxBytes).reduce(0, +))
            let tx = Tally(packets: counters.map(\.txPackets).reduce(0, +), bytes: counters.map(\.txBytes).reduce(0, +))
            #expect(rx == received[index], "received on port \(index)", sourceLocation: sourceLocation)
            #expect(tx == taken[index], "transmitted on port \(index)", sourceLocation: sourceLocation)
        }
        for worker in workers {
            let counters = worker.worker.counters
            #expect(counters.queuePackets.reduce(0, +) == counters.totals.packets, sourceLocation: sourceLocation)
        }
        let txDropped = ports.indices.map { index in
            workers.map { $0.worker.counters.port(PortIndex(UInt16(index))).txDropped }.reduce(0, +)
        }
        #expect(txDropped.reduce(0, +) == expectedDrops[.transmitFull] ?? 0, sourceLocation: sourceLocation)
    }
}
