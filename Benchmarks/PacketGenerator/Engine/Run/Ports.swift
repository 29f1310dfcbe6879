import Dataplane

/// DPDK and the devices of a session.
struct Ports {
    struct Port {
        let name: String
        let device: Device
        let info: DeviceInfo
        let layout: FrameLayout

        /// MAC of the VTEPs behind this port: another one than the device's, which on a kernel interface is the gateway's, too.
        var vtepMAC: MACAddress { MACAddress(bits: (info.mac.bits | 0x02) ^ 0x80_0000) }
    }

    let pool: PacketPool
    let ports: [Port]

    /// Starts DPDK and the devices. What was opened is closed again when a step fails.
    static func open(_ settings: Settings) throws(GeneratorError) -> Ports {
        let wanted = Ports.wanted(settings)
        do throws(DeviceError) {
            try startEAL(settings, devices: wanted.map(\.arguments))
            let frameMaximum = settings.sizes.largest + FrameLayout.outerBytes
            let pool = try PacketPool.make(name: "pktgen", count: packetCount(sides: wanted.count), frameMaximum: frameMaximum)
            var ports: [Port] = []
            do throws(DeviceError) {
                for (name, arguments, layout) in wanted {
                    let device = try Device.attach(arguments)
                    ports.append(Port(name: name, device: device, info: try device.info, layout: layout))
                }
                for port in ports { try start(port, settings, pool) }
            } catch {
                for port in ports { port.device.close() }
                throw error
            }
            return Ports(pool: pool, ports: ports)
        } catch {
            throw GeneratorError(error)
        }
    }

    func close() {
        for port in ports { port.device.close() }
        pool.free()
        EAL.stop()
    }

    private static func wanted(_ settings: Settings) -> [(name: String, arguments: String, layout: FrameLayout)] {
        let underlay: FrameLayout = settings.mode == .plain ? .tagged : .vxlan
        return [("access", settings.access, .tagged), ("underlay", settings.underlay, underlay)].compactMap { name, device, layout in
            device.map { (name, $0, layout) }
        }
    }

    private static func startEAL(_ settings: Settings, devices: [String]) throws(DeviceError) {
        let memory = settings.memory ?? memoryNeeded(settings, devices)
        let usable = UsableCPUs.read()
        let others = usable.filter { !settings.cores.contains($0) }
        for core in settings.cores where !usable.contains(core) {
            throw .eal(reason: "core \(core) is not one of the usable ones, \(usable.map(String.init).joined(separator: " "))")
        }
        try EAL.start(
            .init(
                workerCPUs: settings.cores, controlCPUs: others.isEmpty ? usable : others, memory: memory,
                usesHugepages: settings.hugepages ?? (EAL.hugepagesFree >= memory), pciDevices: devices.filter(isPCI)))
    }

    /// Both rings of each side full, and bursts on their way.
    private static func packetCount(sides: Int) -> Int { 8192 * sides }

    private static func memoryNeeded(_ settings: Settings, _ devices: [String]) -> Int {
        let bufferBytes = max(2048, settings.sizes.largest + FrameLayout.outerBytes) + 640
        let taps = devices.count { $0.hasPrefix("net_tap") }
        return 48 + packetCount(sides: devices.count) * bufferBytes / 1_048_576 + 60 * taps
    }

    private static func start(_ port: Port, _ settings: Settings, _ pool: PacketPool) throws(DeviceError) {
        let mtu = port.layout.mtu(settings.sizes)
        guard port.info.maxMTU == 0 || mtu <= max(port.info.maxMTU, 1500 + FrameLayout.outerBytes) else {
            throw .start(device: port.device.arguments, stage: "take an MTU of \(mtu)", reason: "its largest is \(port.info.maxMTU)")
        }
        try port.device.start(
            info: port.info, rxQueues: 1, txQueues: 1, mtu: mtu, promiscuous: true, verifiesChecksums: false, pool: pool)
    }

    /// `0000:03:00.0` or `03:00.0`, with or without arguments.
    private static func isPCI(_ device: String) -> Bool {
        let name = device.prefix { $0 != "," }
        return name.contains(":") && name.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
}
