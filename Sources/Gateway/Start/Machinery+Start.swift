import Dataplane
import Glibc
import Logging

extension Machinery {
    /// Starts everything but the workers: DPDK, ports, pools, tables. What was opened is closed again when a step fails.
    static func start(_ configuration: Configuration, machine: Configuration.Machine, logger: Logger) throws(GatewayError) -> Machinery {
        let usesHugepages = try chooseHugepages(configuration.system, logger: logger)
        let options = EAL.Options(
            workerCPUs: configuration.system.cores, controlCPUs: controlCPUs(configuration, machine), memory: configuration.system.memory,
            usesHugepages: usesHugepages, pciDevices: configuration.ports.map(\.device).filter(isPCI))
        try explaining { () throws(DeviceError) in try EAL.start(options) }
        var opened: [Device] = []
        do throws(GatewayError) {
            let ports = try openPorts(configuration, opened: &opened)
            return try assemble(configuration, ports: ports, logger: logger)
        } catch {
            for device in opened { device.close() }
            EAL.stop()
            throw error
        }
    }

    /// Turns an error of DPDK's into one for people: which port, what, what to do.
    private static func explaining<Value>(port: String? = nil, _ body: () throws(DeviceError) -> Value) throws(GatewayError) -> Value {
        do {
            return try body()
        } catch {
            throw .failed((port.map { "port \($0): " } ?? "") + error.message, advice: advice(for: error))
        }
    }

    /// CPUs that run no worker; all of them when every CPU does.
    private static func controlCPUs(_ configuration: Configuration, _ machine: Configuration.Machine) -> [Int] {
        let rest = machine.usable.subtracting(configuration.system.cores)
        return (rest.isEmpty ? machine.usable : rest).sorted()
    }

    private static func chooseHugepages(_ system: Configuration.System, logger: Logger) throws(GatewayError) -> Bool {
        let free = EAL.hugepagesFree
        switch system.hugepages {
        case .off: return false
        case .required:
            guard free >= system.memory else {
                throw .failed(
                    "hugepages are required, but \(free) MiB of them are free and system.memory is \(system.memory) MiB",
                    advice: "reserve some with 'sysctl vm.nr_hugepages=\((system.memory + 1) / 2)', or set system.hugepages to auto")
            }
            return true
        case .auto:
            if free >= system.memory { return true }
            logger.notice("running without hugepages: \(free) MiB of them are free, system.memory is \(system.memory) MiB")
            return false
        }
    }

    /// `0000:03:00.0` or `03:00.0`, with or without arguments.
    static func isPCI(_ device: String) -> Bool {
        let name = device.prefix { $0 != "," }
        return name.contains(":") && name.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }

    private static func openPorts(_ configuration: Configuration, opened: inout [Device]) throws(GatewayError) -> [Port] {
        var ports: [Port] = []
        for port in configuration.ports {
            let device = try explaining(port: port.name) { () throws(DeviceError) in try Device.attach(port.device) }
            opened.append(device)
            let info = try explaining(port: port.name) { () throws(DeviceError) in try device.info }
            let queues = Device.queues(for: info, workers: configuration.system.cores.count)
            ports.append(Port(configuration: port, device: device, info: info, rxQueues: queues.rx, txQueues: queues.tx))
        }
        return ports
    }

    private static func assemble(_ configuration: Configuration, ports: [Port], logger: Logger) throws(GatewayError) -> Machinery {
        let workerCount = configuration.system.cores.count
        let node = Int32(ports.first.map { max(0, $0.info.node) } ?? 0)
        var machinery = Machinery(
            workerCount: workerCount, tables: Tables.make(macCapacity: configuration.macs.capacity, node: node),
            exchange: try explaining { () throws(DeviceError) in try Exchange.make(name: "viaduct") }, clock: Clock())
        machinery.ports = ports
        let pools = try explaining { () throws(DeviceError) in try machinery.makePools(memory: configuration.system.memory) }
        machinery.pools = pools
        for (position, port) in ports.enumerated() {
            let index = PortIndex(UInt16(position))
            try explaining(port: port.configuration.name) { () throws(DeviceError) in try machinery.start(port, index: index) }
        }
        machinery.tellPlacement(configuration, logger: logger)
        return machinery
    }

    /// What every net_tap port takes for itself, and what rings and EAL take, in MiB.
    private static let tapMemory = 60
    private static let fixedMemory = 16

    /// Four fifths of the memory that drivers and rings leave are packet buffers, fewer where memory is in pieces, divided evenly among the
    /// NUMA nodes of the ports.
    private func makePools(memory: Int) throws(DeviceError) -> [Int: PacketPool] {
        let frameMaximum = (ports.map(\.configuration.mtu).max() ?? 1500) + 14 + 4
        let bufferBytes = max(2048, frameMaximum) + 128 + 320
        let needed = ports.reduce(0) { $0 + ($1.rxQueues + $1.txQueues) * 1024 } + workerCount * 1024
        let taken = Machinery.fixedMemory + Machinery.tapMemory * ports.count { $0.info.driver == "net_tap" }
        let nodes = Set(ports.map { max(0, $0.info.node) }).sorted()
        let count = (memory - taken) * 1_048_576 / bufferBytes * 4 / 5 / max(1, nodes.count)
        guard count >= needed else {
            let least = taken + needed * max(1, nodes.count) * bufferBytes * 5 / 4 / 1_048_576 + 1
            throw .memory(what: "these ports, which need \(least) MiB (system.memory is \(memory))")
        }
        var pools: [Int: PacketPool] = [:]
        for node in nodes { pools[node] = try Machinery.makePool(node: node, count: count, needed: needed, frameMaximum: frameMaximum) }
        return pools
    }

    private static func makePool(node: Int, count: Int, needed: Int, frameMaximum: Int) throws(DeviceError) -> PacketPool {
        do {
            return try PacketPool.make(name: "viaduct-\(node)", count: count, frameMaximum: frameMaximum, node: Int32(node))
        } catch {
            let fewer = count * 7 / 8
            guard fewer >= needed else { throw error }
            return try makePool(node: node, count: fewer, needed: needed, frameMaximum: frameMaximum)
        }
    }

    private func start(_ port: Port, index: PortIndex) throws(DeviceError) {
        let isUnderlay = port.configuration.role == .underlay
        try port.device.start(
            info: port.info, rxQueues: port.rxQueues, txQueues: port.txQueues, mtu: port.configuration.mtu, promiscuous: !isUnderlay,
            verifiesChecksums: isUnderlay, pool: pool(ofNode: port.info.node),
            rss: port.info.rssFields.wanted(isUnderlay: isUnderlay))
        var record = PortRecord()
        record.mac = port.info.mac.bits
        record.device = port.device.number
        record.frameMaximum = UInt16(port.configuration.mtu + 14)
        record.isUnderlay = isUnderlay ? 1 : 0
        record.multipleSegments = port.info.hasMultipleSegments ? 1 : 0
        record.hardwareChecksum = port.info.hasOuterIPv4Checksum ? 1 : 0
        tables.ports.set(index, record, sharedTransmit: port.txQueues < workerCount, node: Int32(max(0, port.info.node)))
    }

    /// Says what costs speed or packets, though it works.
    private func tellPlacement(_ configuration: Configuration, logger: Logger) {
        for (number, cpu) in configuration.system.cores.enumerated() {
            let own = EAL.node(ofCPU: cpu)
            for queue in receiveQueues(ofWorker: number) {
                let port = ports[Int(queue.port.rawValue)]
                guard port.info.node >= 0, port.info.node != own else { continue }
                logger.warning(
                    "worker on core \(cpu) is on NUMA node \(own), its port \(port.configuration.name) on node \(port.info.node); choose cores of that node"
                )
            }
        }
        for port in ports where !port.device.link.isUp {
            logger.warning(
                "port \(port.configuration.name) (\(port.configuration.device)) has no link; check the cable or bring the interface up")
        }
    }

    /// Starts the workers: from now on packets flow.
    mutating func launchWorkers(_ system: Configuration.System) throws(GatewayError) {
        do throws(DeviceError) {
            for (number, cpu) in system.cores.enumerated() {
                let node = node(ofWorker: number)
                let worker = Worker(
                    number: number, tables: tables, exchange: exchange, pool: pool(ofNode: node), queues: receiveQueues(ofWorker: number),
                    clock: clock, sleepsWhenIdle: system.idle == .adaptive, node: Int32(node))
                workers.append(try WorkerThread.launch(worker, number: number, cpu: cpu))
            }
        } catch {
            throw .failed(error.message, advice: "look whether another process holds the core")
        }
    }

    private static func advice(for error: DeviceError) -> String {
        if geteuid() != 0 || error.isMissingPermission { return "run as root, or with the capability CAP_NET_ADMIN" }
        return switch error {
        case .eal: "look at system.cores, system.memory and system.hugepages"
        case .memory: "raise system.memory"
        case .attach: "look at the device string; 'dpdk-devbind.py --status' lists NICs, 'ip link' interfaces"
        case .start: "look at the port's mtu, at system.memory and at what the device supports"
        }
    }
}
