import Dataplane
import Gateway
import Testing

@Suite("Wanted state")
struct WantedStateTests {
    /// Two uplinks of both families with gateways, as ``Fixture/directory`` has them.
    private func configuration(_ networks: Configuration.Network...) -> Configuration {
        var configuration = Configuration()
        for (name, addresses, gateway) in [
            ("wan0", ["192.0.2.1/24", "2001:db8::1/64"], "192.0.2.254"), ("wan1", ["198.51.100.1/24"], "198.51.100.254"),
        ] {
            var port = Configuration.Port(name: name, device: name, role: .underlay, mtu: 1600)
            port.addresses = addresses.map { InterfaceAddress($0)! }
            port.gateways = [Underlay.address(gateway)]
            configuration.ports.append(port)
        }
        configuration.networks = networks
        return configuration
    }

    private func network(
        _ vni: UInt32, remotes: [String] = [], group: String? = nil, groupPort: String? = nil, udpPort: UInt16? = nil
    ) -> Configuration.Network {
        var network = Configuration.Network(name: "net\(vni)", vni: VNI(vni)!)
        network.remotes = remotes.map { Underlay.address($0) }
        network.group = group.map { Underlay.address($0) }
        network.groupPort = groupPort
        network.udpPort = udpPort
        return network
    }

    private func state(_ configuration: Configuration) -> WantedState { WantedState(configuration, ports: Fixture.directory) }

    @Test("Remotes and groups are flood targets with a tunnel each")
    func floodTargets() {
        let state = state(configuration(network(1, remotes: ["192.0.2.7", "2001:db8::7"], group: "239.1.1.1")))
        let targets = ["192.0.2.7", "2001:db8::7", "239.1.1.1"].map { RemoteVTEP(Underlay.address($0)) }
        #expect(state.networks[VNI(1)!]?.remotes == Set(targets))
        #expect(Set(state.tunnels.keys) == Set(targets))
        #expect(
            state.tunnels[targets[2]]
                == UnderlayRoute(port: PortIndex(2), source: Underlay.address("192.0.2.1"), nextHop: Underlay.address("239.1.1.1")))
    }

    @Test("Groups are joined once on their port, whoever shares them")
    func groups() {
        let state = state(
            configuration(
                network(1, group: "239.1.1.1"), network(2, group: "239.1.1.1", udpPort: 8472),
                network(3, group: "239.1.1.2", groupPort: "wan1"),
                network(4, group: "ff05::1"), network(5)))
        let wan0 = Set(["239.1.1.1", "ff05::1"].map { Underlay.address($0) })
        #expect(state.groups == ["wan0": wan0, "wan1": [Underlay.address("239.1.1.2")]])
        #expect(state.tunnels.count == 4)
    }

    @Test("A group that no port can carry is no tunnel and not joined")
    func groupWithoutPort() {
        let state = state(configuration(network(1, group: "ff05::1", groupPort: "wan1")))
        #expect(state.groups == [:] && state.tunnels == [:])
    }

    @Test("A network that repeats the gateway's UDP port has the same tunnels as one that does not")
    func samePort() {
        let state = state(
            configuration(
                network(1, remotes: ["192.0.2.7"]), network(2, remotes: ["192.0.2.7"], udpPort: 4789),
                network(3, remotes: ["192.0.2.7"], udpPort: 8472)))
        #expect(Set(state.tunnels.keys) == [RemoteVTEP(Underlay.peer7), RemoteVTEP(Underlay.peer7, udpPort: 8472)])
        #expect(state.networks[VNI(2)!]?.udpPort == nil && state.networks[VNI(3)!]?.udpPort == 8472)
    }

    @Test("Routes, gateways and the common source address decide about the paths")
    func paths() {
        var configuration = configuration(network(1, remotes: ["10.1.0.1", "10.2.0.1"]))
        configuration.routes = [.init(prefix: InterfaceAddress("10.1.0.0/16")!, nextHops: [Underlay.address("198.51.100.9")])]
        configuration.vxlan.local = [Underlay.address("203.0.113.1")]
        let tunnels = state(configuration).tunnels
        let routed = tunnels[RemoteVTEP(Underlay.address("10.1.0.1"))]
        let spread = tunnels[RemoteVTEP(Underlay.address("10.2.0.1"))]
        #expect(routed?.paths == [.init(port: PortIndex(3), nextHop: Underlay.address("198.51.100.9"))])
        #expect(spread?.paths.map(\.port) == [PortIndex(2), PortIndex(3)])
        #expect([routed?.source, spread?.source] == [Underlay.address("203.0.113.1"), Underlay.address("203.0.113.1")])
    }

    @Test("Every value that a reload may change makes another state")
    func everyValueCounts() {
        var base = configuration(network(1, remotes: ["10.1.0.1"], group: "239.1.1.1"))
        base.vxlan.local = [Underlay.address("203.0.113.1")]
        let changes: [(inout Configuration) -> Void] = [
            { $0.ports[0].vlan = VLANID(3) }, { $0.ports[0].priority = .dscp }, { $0.ports[0].dscp = .copy },
            { $0.ports[0].udp6ZeroChecksum = [.send] },
            { $0.ports[0].gateways = [] }, { $0.vxlan.local = [] }, { $0.vxlan.accept = .any }, { $0.vxlan.reservedBits = .strict },
            { $0.vxlan.udpChecksum = true }, { $0.vxlan.ttl = 1 }, { $0.vxlan.dscp = .copy }, { $0.vxlan.df = .unset },
            { $0.routes = [.init(prefix: InterfaceAddress("10.0.0.0/8")!, nextHops: [Underlay.address("192.0.2.9")])] },
            { $0.networks[0].udpPort = 8472 }, { $0.networks[0].group = nil }, { $0.networks[0].group = Underlay.address("239.1.1.2") },
            { $0.networks[0].groupPort = "wan1" }, { $0.networks[0].icmpTooBig = true },
        ]
        for (number, change) in changes.enumerated() {
            var changed = base
            change(&changed)
            #expect(state(changed) != state(base), "change \(number)")
            #expect(RestartCheck.differences(from: base, to: changed, macCapacityMaximum: .max) == [], "change \(number)")
        }
    }
}

extension Underlay {
    fileprivate static let peer7 = address("192.0.2.7")
}
