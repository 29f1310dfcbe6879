import Dataplane
import Logging

extension Machinery {
    /// Starts everything but the workers: DPDK, ports, pools, tables. What was opened is closed again when a step fails.
    static func start(_ configuration: Configuration, machine: Configuration.Machine, logger: Logger) throws(GatewayError) -> Machinery {
        let usesHugepages = try chooseHugepages(configuration.system, logger: logger)
        do throws(DeviceError) {
            let pci = configuration.ports.map(\.device).filter(isPCI)
            try EAL.start(
                EAL.Options(
                    workerCPUs: configuration.system.cores, controlCPUs: controlCPUs(configuration, machine), memory: configuration.system.memory,
                    usesHugepages: usesHugepages, pciDevices: pci))
        } catch {
            throw .failed(error.message, advice: advice(for: error, usesHugepages: usesHugepages))
        }
        var opened: [Device] = []
        do throws(DeviceError) {
            let devices = try openPorts(configuration, opened: &opened)
            return try assemble(configuration, ports: devices, logger: logger)
        } catch {
            for device in opened { device.close() }
            EAL.stop()
            throw .failed(error.message, advice: advice(for: error, usesHugepages: usesHugepages))
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

    private static func openPorts(_ configuration: Configuration, opened: inout [Device]) throws(DeviceError) -> [Port] {
        var ports: [Port] = []
        for port in configuration.ports {
            let device = try Device.attach(port.device)
            opened.append(device)
            let info = try device.info
            let queues = Device.queues(for: info, workers: configuration.system.cores.count)
            ports.append(Port(configuration: port, device: device, info: info, rxQueues: queues.rx, txQueues: queues.tx))
        }
        return ports
    }

    private static func assemble(_ configuration: Configuration, ports: [Port], logger: Logger) throws(DeviceError) -> Machinery {
        let workerCount = configuration.system.cores.count
        let node = Int32(ports.first.map { max(0, $0.info.node) } ?? 0)
        var machinery = Machinery(
            workerCount: workerCount, tables: Tables.make(macCapacity: configuration.macs.capacity, node: node),
            exchange: try Exchange.make(name: "viaduct"), clock: Clock())
        machinery.ports = ports
        try machinery.makePools(memory: configuration.system.memory)
        for (position, port) in ports.enumerated() { try machinery.start(port, index: PortIndex(UInt16(position))) }
        machinery.tellPlacement(configuration, logger: logger)
        return machinery
    }

    /// Six tenths of the memory are packet buffers, divided evenly among the NUMA nodes of the ports.
    private mutating func makePools(memory: Int) throws(DeviceError) {
        let frameMaximum = (ports.map(\.configuration.mtu).max() ?? 1500) + 14 + 4
        let nodes = Set(ports.map { max(0, $0.info.node) }).sorted()
        let bufferBytes = max(2048, frameMaximum) + 128 + 320
        let count = memory * 1_048_576 * 6 / 10 / bufferBytes / max(1, nodes.count)
        let needed = ports.reduce(0) { $0 + ($1.rxQueues + $1.txQueues) * 1024 } + workerCount * 1024
        guard count >= needed else {
            throw .memory(what: "\(needed) packet buffers of \(bufferBytes) bytes, which the ports' queues need")
        }
        for node in nodes {
            pools[node] = try PacketPool.make(name: "viaduct-\(node)", count: count, frameMaximum: frameMaximum, node: Int32(node))
        }
    }

    private func start(_ port: Port, index: PortIndex) throws(DeviceError) {
        let isUnderlay = port.configuration.role == .underlay
        try port.device.start(
            info: port.info, rxQueues: port.rxQueues, txQueues: port.txQueues, mtu: port.configuration.mtu, promiscuous: !isUnderlay,
            verifiesChecksums: isUnderlay, pool: pool(ofNode: port.info.node))
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
                    "worker on core \(cpu) is on NUMA node \(own), its port \(port.configuration.name) on node \(port.info.node); choose cores of that node")
            }
        }
        for port in ports where !port.device.link.isUp {
            logger.warning("port \(port.configuration.name) (\(port.configuration.device)) has no link; check the cable or bring the interface up")
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

    private static func advice(for error: DeviceError, usesHugepages: Bool) -> String {
        switch error {
        case .eal:
            usesHugepages ? "look at the permissions of /dev/hugepages, or set system.hugepages to off" : "run as root, or lower system.memory"
        case .memory: ""
        case .attach: "look at the device string and the driver, and run as root or with the capability CAP_NET_ADMIN"
        case .start: "look at the port's mtu and what the device supports"
        }
    }
}
