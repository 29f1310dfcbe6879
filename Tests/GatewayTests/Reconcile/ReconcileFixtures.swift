import Dataplane
import Gateway

/// Four ports as a gateway would have found them: two access, two underlay.
enum Fixture {
    static let directory = PortDirectory([
        .init(index: PortIndex(0), name: "lan0", role: .access, mac: MACAddress(2, 0, 0, 0, 1, 0), mtu: 1500, hardwareChecksum: false),
        .init(index: PortIndex(1), name: "lan1", role: .access, mac: MACAddress(2, 0, 0, 0, 1, 1), mtu: 1500, hardwareChecksum: false),
        .init(index: PortIndex(2), name: "wan0", role: .underlay, mac: MACAddress(2, 0, 0, 0, 1, 2), mtu: 1600, hardwareChecksum: true),
        .init(index: PortIndex(3), name: "wan1", role: .underlay, mac: MACAddress(2, 0, 0, 0, 1, 3), mtu: 9000, hardwareChecksum: false),
    ])

    /// Empty tables with these ports in them, and a reconciler at the start. No worker runs, so nobody has to be waited for.
    static func makeReconciler(macCapacity: Int = 4096) -> Reconciler {
        let tables = Tables.make(macCapacity: macCapacity)
        for port in directory.all {
            var record = PortRecord()
            record.mac = port.mac.bits
            record.isUnderlay = port.role == .underlay ? 1 : 0
            tables.ports.set(port.index, record, sharedTransmit: false, node: -1)
        }
        return Reconciler(tables: tables, ports: directory) {}
    }
}

extension Reconciler {
    mutating func reconcile(to configuration: Configuration, at seconds: Int = 0) -> [Step] {
        reconcile(
            to: WantedState(configuration, ports: ports), routes: UnderlayRoutes(configuration, ports: ports),
            now: MonotonicTime(.seconds(seconds)), seconds: UInt32(seconds + 1)
        ).steps
    }
}

/// Random configurations, valid as ``ConfigurationReader`` would let them through, small enough that two of them often overlap.
struct ConfigurationMaker {
    var random: SeededRandom

    mutating func make() -> Configuration {
        var configuration = Configuration()
        configuration.vxlan.port = [4789, 8472].randomElement(using: &random)!
        configuration.vxlan.sourcePorts = [49152...65535, 50000...50999].randomElement(using: &random)!
        configuration.macs.capacity = [1024, 2048, 4096].randomElement(using: &random)!
        configuration.macs.ageing = [0, 60, 300].randomElement(using: &random)!
        configuration.vxlan.local = [[], ["203.0.113.77"], ["2001:db8:ffff::1"]].randomElement(using: &random)!.map { IPAddress($0)! }
        configuration.vxlan.accept = [.configured, .any, .prefixes([InterfaceAddress("203.0.113.0/24")!])].randomElement(using: &random)!
        configuration.vxlan.reservedBits = [.rfc, .strict, .mask(1)].randomElement(using: &random)!
        configuration.vxlan.udpChecksum = Bool.random(using: &random)
        configuration.vxlan.ttl = [64, 255].randomElement(using: &random)!
        configuration.vxlan.dscp = [.fixed(0), .fixed(46), .copy, .priority].randomElement(using: &random)!
        configuration.vxlan.df = [.set, .unset, .inherit].randomElement(using: &random)!
        if Bool.random(using: &random) {
            let nextHops = ["192.0.2.250", "198.51.100.250"].map { IPAddress($0)! }
            configuration.routes = [.init(prefix: InterfaceAddress("203.0.113.0/24")!, nextHops: nextHops)]
        }
        configuration.macs.whenFull = Configuration.LimitAction.allCases.randomElement(using: &random)!
        configuration.ports = [access("lan0", device: "a"), access("lan1", device: "b")] + underlay()
        addNetworks(to: &configuration)
        return configuration
    }

    private mutating func access(_ name: String, device: String) -> Configuration.Port {
        var port = Configuration.Port(name: name, device: device, role: .access)
        port.learning = [.on, .on, .off, .sticky, .locked].randomElement(using: &random)!
        port.macLimit = macLimit()
        port.stormControl = stormControl()
        port.isIsolated = Bool.random(using: &random)
        port.splitHorizonGroup = [nil, 1, 255].randomElement(using: &random)!
        port.serviceTag = Configuration.ServiceTag.allCases.randomElement(using: &random)!
        return port
    }

    private mutating func macLimit() -> Configuration.MACLimit? {
        [nil, .init(maximum: 900), .init(maximum: 700, action: .drop), .init(maximum: 700, action: .replaceOldest)].randomElement(
            using: &random)!
    }

    private mutating func stormControl() -> Configuration.StormControl {
        [.init(), .init(broadcast: 10), .init(broadcast: 10, unknownUnicast: 20, multicast: 30)].randomElement(using: &random)!
    }

    private mutating func underlay() -> [Configuration.Port] {
        var wan0 = Configuration.Port(name: "wan0", device: "c", role: .underlay, mtu: 1600)
        wan0.addresses = [InterfaceAddress("192.0.2.\([1, 9].randomElement(using: &random)!)/24")!]
        if Bool.random(using: &random) { wan0.gateways = [IPAddress("192.0.2.254")!] }
        if Bool.random(using: &random) {
            wan0.neighbors = [.init(address: IPAddress("192.0.2.2")!, mac: MACAddress(2, 0, 0, 0, 2, 2))]
        }
        var wan1 = Configuration.Port(name: "wan1", device: "d", role: .underlay, mtu: 9000)
        wan1.addresses = [InterfaceAddress("198.51.100.1/24")!]
        if wan0.gateways.isEmpty { wan1.gateways = [IPAddress("198.51.100.254")!] }
        wan0.vlan = [nil, VLANID(300), VLANID(301)].randomElement(using: &random)!
        if wan0.vlan != nil { wan0.priority = [.fixed(5), .dscp].randomElement(using: &random)! }
        wan1.dscp = [nil, .fixed(10), .copy].randomElement(using: &random)!
        wan1.addresses.append(InterfaceAddress("2001:db8::1/64")!)
        wan1.udp6ZeroChecksum = [[], [.send], [.send, .receive]].randomElement(using: &random)!
        return [wan0, wan1]
    }

    private mutating func addNetworks(to configuration: inout Configuration) {
        var vlans: Set<Configuration.Member> = []
        let remotes = ["192.0.2.2", "192.0.2.3", "198.51.100.2", "203.0.113.7", "2001:db8::2", "2001:db8::3"].map { IPAddress($0)! }
        for vni: UInt32 in 100..<106 where Int.random(in: 0..<3, using: &random) > 0 {
            let name = "net\(vni)\(["", "b"].randomElement(using: &random)!)"
            var network = Configuration.Network(name: name, vni: VNI(vni)!)
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let vlan = VLANID(UInt16.random(in: 0..<5, using: &random))
                let service = [nil, nil, VLANID(7), VLANID(8)].randomElement(using: &random)!
                let member = Configuration.Member(
                    port: ["lan0", "lan1"].randomElement(using: &random)!, tags: MemberTags(service: service, vlan: vlan))
                if vlans.insert(member).inserted { network.members.append(member) }
            }
            network.remotes = remotes.filter { _ in Bool.random(using: &random) }
            network.udpPort = [nil, nil, 8472, 4790].randomElement(using: &random)!
            network.group = [nil, "239.1.1.1", "239.1.1.2", "ff05::7"].randomElement(using: &random)!.map { IPAddress($0)! }
            network.icmpTooBig = Bool.random(using: &random)
            network.macLimit = macLimit()
            network.stormControl = stormControl()
            network.moves = [nil, .init(maximum: 0), .init(maximum: 3, window: 10, hold: 10)].randomElement(using: &random)!
            network.innerTag = Configuration.InnerTag.allCases.randomElement(using: &random)!
            network.linkLocal = Set(Configuration.LinkLocalProtocol.allCases.filter { _ in Bool.random(using: &random) })
            network.staticMACs = staticMACs(of: network, remotes: remotes)
            configuration.networks.append(network)
        }
        configuration.networks.shuffle(using: &random)
    }

    private mutating func staticMACs(of network: Configuration.Network, remotes: [IPAddress]) -> [Configuration.StaticMAC] {
        (0..<UInt8.random(in: 0..<3, using: &random)).map { number in
            let mac = MACAddress(2, 0, 0, 0, 3, number)
            if let member = network.members.randomElement(using: &random), Bool.random(using: &random) {
                return .init(mac: mac, location: .member(member))
            }
            return .init(mac: mac, location: .remote(remotes.randomElement(using: &random)!))
        }
    }
}
