import Dataplane

/// The gateway under test: the real tables, set up as control would, and two ports, of which one plays the stream for ever (`net_pcap`,
/// `infinite_rx=1`) and the other swallows what is sent (`net_null`).
struct Testbed {
    static let access = PortIndex(0), underlay = PortIndex(1)

    let tables: Tables
    let clock = Clock()
    let pool: PacketPool
    /// The port that receives, then the one that transmits.
    let source: Device
    let sink: Device
    let traffic: Traffic
    let direction: Options.Direction

    init(_ options: Options, _ traffic: Traffic, _ capture: CaptureFile) throws {
        direction = options.direction
        self.traffic = traffic
        tables = Tables.make(macCapacity: max(65536, 2 * options.macs))
        // net_pcap keeps every frame of its file in a buffer of this pool.
        pool = try PacketPool.make(name: "bench", count: 8192 + options.macs, frameMaximum: 2048)
        source = try Testbed.open("net_pcap0,rx_pcap=\(capture.path),infinite_rx=1", pool)
        sink = try Testbed.open("net_null0,no-rx=1", pool)
        setPorts()
        setTunnels()
        for network in 0..<traffic.networks { setNetwork(network) }
        learnHosts()
    }

    private static func open(_ arguments: String, _ pool: PacketPool) throws -> Device {
        let device = try Device.attach(arguments)
        let info = try device.info
        try device.start(info: info, rxQueues: 1, txQueues: 1, mtu: 1500, promiscuous: true, verifiesChecksums: true, pool: pool)
        return device
    }

    private func setPorts() {
        let devices = direction == .encap ? (source, sink) : (sink, source)
        for (port, device) in [(Testbed.access, devices.0), (Testbed.underlay, devices.1)] {
            var record = tables.ports[port]
            record.device = device.number
            record.mac = Traffic.underlayMAC.bits
            record.isUnderlay = port == Testbed.underlay ? 1 : 0
            record.frameMaximum = 1514
            record.multipleSegments = 1
            tables.ports.set(port, record, sharedTransmit: false, node: -1)
        }
        _ = tables.ports.publishAddresses(Testbed.underlay, [Traffic.underlayAddress])
    }

    private func setTunnels() {
        var known: [UInt32: TunnelIndex] = [:]
        for vtep in 0..<Traffic.vteps {
            let record = TunnelRecord(
                port: Testbed.underlay, nextHopMAC: Traffic.vtepMAC(vtep), portMAC: Traffic.underlayMAC, source: Traffic.underlayAddress,
                destination: Traffic.vtepAddress(vtep), udpPort: 4789, mtu: 1600, hardwareChecksum: false)
            _ = tables.tunnels.publish(Testbed.tunnel(vtep), record)
            known[Traffic.vtepAddress(vtep)] = Testbed.tunnel(vtep)
        }
        tables.vteps.publish(known)?.deallocate()
    }

    private func setNetwork(_ network: Int) {
        let index = NetworkIndex(UInt16(network + 1))
        let vlan = traffic.vlan(network)
        tables.networks.set(index, vni: traffic.vni(network))
        _ = tables.networks.publishLocal(index, FloodList.make([.local(port: Testbed.access, vlan: vlan)]))
        _ = tables.networks.publishRemote(index, FloodList.make((0..<Traffic.vteps).map { .tunnel(Testbed.tunnel($0)) }))
        tables.ports.vlanMap(Testbed.access)!.publish(vlan, index)
        tables.vnis.publish(traffic.vni(network), index)
    }

    /// The stream teaches the sources; the destinations must be known before, or everything would be flooded.
    private func learnHosts() {
        for pair in 0..<traffic.macs {
            let index = NetworkIndex(UInt16(traffic.network(pair) + 1))
            let local = Destination.local(port: Testbed.access, vlan: traffic.vlan(traffic.network(pair)))
            let remote = Destination.tunnel(Testbed.tunnel(traffic.vtep(pair)))
            var previous = Destination.none
            _ = tables.macs.learn(MACKey(network: index, mac: traffic.localMAC(pair)), local, now: 1, previous: &previous)
            _ = tables.macs.learn(MACKey(network: index, mac: traffic.remoteMAC(pair)), remote, now: 1, previous: &previous)
        }
    }

    private static func tunnel(_ vtep: Int) -> TunnelIndex { TunnelIndex(UInt16(vtep + 1)) }

    func close() {
        source.close()
        sink.close()
        pool.free()
        tables.destroy()
    }
}
