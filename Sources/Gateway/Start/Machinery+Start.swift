import Dataplane
import Glibc
import Logging

extension Machinery {
    /// Starts everything but the workers: DPDK, ports, pools, tables. What was opened is closed again when a step fails.
    static func start(_ configuration: Configuration, machine: Configuration.Machine, logger: Logger) throws(GatewayError) -> Machinery {
        let usesHugepages = try chooseHugepages(configuration.system, logger: logger)
        let options = EAL.Options(
            workerCPUs: configuration.system.cores, controlCPUs: controlCPUs(configuration, machine), memory: configuration.system.memory,
            usesHugepages: usesHugepages, pciDevices: configuration.ports.flatMap(\.devices).filter(isPCI))
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
            let (device, members) = try explaining(port: port.name) { () throws(DeviceError) in try open(port, opened: &opened) }
            let info = try explaining(port: port.name) { () throws(DeviceError) in try device.info }
            let queues = DeviceQueues(for: info, workers: configuration.system.cores.count, wanted: port.queues.number)
            ports.append(Port(configuration: port, device: device, members: members, info: info, queues: queues))
        }
        return ports
    }

    /// What is opened last is closed first: a bond before its members.
    private static func open(_ port: Configuration.Port, opened: inout [Device]) throws(DeviceError) -> (device: Device, members: [Device])
    {
        guard let bond = port.bond else {
            let device = try Device.attach(port.device)
            opened.insert(device, at: 0)
            return (device, [])
        }
        var members: [Device] = []
        for member in bond.members {
            members.append(try Device.attach(member))
            opened.insert(members[members.count - 1], at: 0)
        }
        let device = try Device.bond("net_bonding_\(port.name)", BondMode(bond.mode), BondHash(bond.hash), members)
        opened.insert(device, at: 0)
        return (device, members)
    }

    private static func assemble(_ configuration: Configuration, ports: [Port], logger: Logger) throws(GatewayError) -> Machinery {
        let nodes = configuration.system.cores.map { EAL.node(ofCPU: $0) }
        let plan = QueuePlan(ports: ports.map { .init(queues: $0.queues.rx, node: $0.info.node) }, nodes: nodes)
        // Workers on several nodes share the tables: then a page belongs where it is first touched.
        let tablesNode = Set(nodes).count == 1 ? nodes[0] : -1
        var machinery = Machinery(
            ports: ports, plan: plan, tables: Tables.make(macCapacity: configuration.macs.capacity, node: Int32(tablesNode)),
            exchange: try explaining { () throws(DeviceError) in try Exchange.make(name: "viaduct") }, clock: Clock())
        machinery.pools = try explaining { () throws(DeviceError) in try machinery.makePools(memory: configuration.system.memory) }
        for (position, port) in ports.enumerated() {
            let index = PortIndex(UInt16(position))
            machinery.ports[position].rss = try explaining(port: port.configuration.name) { () throws(DeviceError) in
                try machinery.start(port, index: index)
            }
        }
        machinery.tellNotices(configuration.system.cores, logger: logger)
        return machinery
    }

    private func start(_ port: Port, index: PortIndex) throws(DeviceError) -> RSSStatus? {
        let isUnderlay = port.configuration.role == .underlay
        let rss = try port.device.start(
            info: port.info, rxQueues: port.queues.rx, txQueues: port.queues.tx, mtu: port.configuration.mtu, promiscuous: !isUnderlay,
            verifiesChecksums: isUnderlay, pool: pool(ofNode: port.info.node),
            rss: port.queues.spreader == .rss ? port.info.rssFields.wanted(isUnderlay: isUnderlay) : [])
        var record = PortRecord()
        record.mac = port.info.mac.bits
        record.device = port.device.number
        record.frameMaximum = UInt16(port.configuration.mtu + 14)
        record.isUnderlay = isUnderlay ? 1 : 0
        record.multipleSegments = port.info.hasMultipleSegments ? 1 : 0
        record.hardwareChecksum = port.info.hasOuterIPv4Checksum ? 1 : 0
        tables.ports.set(index, record, sharedTransmit: port.queues.tx < workerCount, node: Int32(max(0, port.info.node)))
        return rss
    }

    /// Starts the workers: from now on packets flow.
    mutating func launchWorkers(_ system: Configuration.System) throws(GatewayError) {
        do throws(DeviceError) {
            for (number, cpu) in system.cores.enumerated() {
                let node = EAL.node(ofCPU: cpu)
                let worker = Worker(
                    number: number, tables: tables, exchange: exchange, pool: pool(ofNode: node), queues: plan.workers[number],
                    served: number == 0 ? bonds(.lacp) : [], drained: bonds(.activeBackup), clock: clock,
                    sleepsWhenIdle: system.idle == .adaptive, node: Int32(node))
                workers.append(try WorkerThread.launch(worker, number: number, cpu: cpu))
            }
        } catch {
            throw .failed(error.message, advice: "look whether another process holds the core")
        }
    }

    private func bonds(_ mode: Configuration.Bond.Mode) -> [PortIndex] {
        ports.indices.filter { ports[$0].configuration.bond?.mode == mode }.map { PortIndex(UInt16($0)) }
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

extension BondMode {
    init(_ mode: Configuration.Bond.Mode) {
        switch mode {
        case .activeBackup: self = .activeBackup
        case .balance: self = .balance
        case .lacp: self = .lacp
        }
    }
}

extension BondHash {
    init(_ hash: Configuration.Bond.Hash) {
        switch hash {
        case .l2: self = .l2
        case .l23: self = .l23
        case .l34: self = .l34
        }
    }
}
