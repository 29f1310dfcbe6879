import Dataplane

/// What the tables are to hold, by names, VNIs and addresses: a configuration without anything that only matters at start. Two states can
/// be compared; their ``Step``s lead from one to the other.
package struct WantedState: Equatable, Sendable {
    package struct Network: Equatable, Sendable {
        package var name: String
        package var members: Set<Configuration.Member>
        /// UDP destination port of its tunnels; `nil` = the gateway's, also where the configuration repeats that one.
        package var udpPort: UInt16?
        /// Where flooded frames go: head-end replication list, multicast group.
        package var remotes: Set<RemoteVTEP>
        package var staticMACs: [MACAddress: Configuration.StaticMAC.Location]
        /// Hosts whose packets do not fit the underlay are told so.
        package var icmpTooBig = false
        package var policy = NetworkPolicy()
    }

    package var vxlan = Configuration.VXLAN()
    package var macs = Configuration.MACs()
    /// Underlay ports by name.
    package var underlayPorts: [String: Configuration.Port] = [:]
    /// Access ports that ask for more than forwarding, by name.
    package var portPolicies: [String: PortPolicy] = [:]
    /// A network is its VNI: under another name it is still the same.
    package var networks: [VNI: Network] = [:]
    /// Every remote VTEP and multicast group that a network names, and the way to it.
    package var tunnels: [RemoteVTEP: UnderlayRoute] = [:]
    /// Multicast groups to join, by the name of the underlay port.
    package var groups: [String: Set<IPAddress>] = [:]

    /// The state of a gateway that has just started: nothing.
    package init() {}

    package init(_ configuration: Configuration, ports: PortDirectory) {
        vxlan = configuration.vxlan
        macs = configuration.macs
        for port in configuration.ports where port.role == .underlay { underlayPorts[port.name] = port }
        for port in configuration.ports where port.role == .access && PortPolicy(port) != PortPolicy() {
            portPolicies[port.name] = PortPolicy(port)
        }
        let routes = UnderlayRoutes(configuration, ports: ports)
        for network in configuration.networks {
            // One tunnel for one place, whether a network says the port or not.
            let udpPort = network.udpPort == vxlan.port ? nil : network.udpPort
            networks[network.vni] = Network(network, udpPort: udpPort)
            networks[network.vni]?.policy = NetworkPolicy(network, moves: macs.moves)
            for remote in network.allRemotes.map({ RemoteVTEP($0, udpPort: udpPort) }) where tunnels[remote] == nil {
                tunnels[remote] = routes.lookup(remote.address)
            }
            guard let group = network.group, let route = routes.lookup(group: group, port: network.groupPort) else { continue }
            tunnels[RemoteVTEP(group, udpPort: udpPort)] = route
            groups[ports[route.paths[0].port].name, default: []].insert(group)
        }
    }
}

extension WantedState.Network {
    init(_ network: Configuration.Network, udpPort: UInt16?) {
        name = network.name
        members = Set(network.members)
        self.udpPort = udpPort
        remotes = Set((network.remotes + [network.group].compactMap { $0 }).map { RemoteVTEP($0, udpPort: udpPort) })
        staticMACs = Dictionary(network.staticMACs.map { ($0.mac, $0.location) }) { first, _ in first }
        icmpTooBig = network.icmpTooBig
    }
}

extension Configuration.Network {
    /// Every remote VTEP that the network names: replication list and static MACs.
    var allRemotes: Set<IPAddress> {
        var all = Set(remotes)
        for entry in staticMACs { if case .remote(let address) = entry.location { all.insert(address) } }
        return all
    }
}

/// What control knows of the ports that run: fixed from start to end.
package struct PortDirectory: Equatable, Sendable {
    package struct Port: Equatable, Sendable {
        package var index: PortIndex
        package var name: String
        package var role: Configuration.Role
        package var mac: MACAddress
        package var mtu: Int
        /// The device computes the outer IPv4 checksum.
        package var hardwareChecksum: Bool
        /// The device computes the outer UDP checksum.
        package var hardwareUDPChecksum: Bool

        package init(
            index: PortIndex, name: String, role: Configuration.Role, mac: MACAddress, mtu: Int, hardwareChecksum: Bool,
            hardwareUDPChecksum: Bool = false
        ) {
            self.index = index
            self.name = name
            self.role = role
            self.mac = mac
            self.mtu = mtu
            self.hardwareChecksum = hardwareChecksum
            self.hardwareUDPChecksum = hardwareUDPChecksum
        }
    }

    /// By index.
    package let all: [Port]
    private let byName: [String: Int]

    /// `all[i].index` is `i`.
    package init(_ all: [Port]) {
        self.all = all
        byName = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($0.element.name, $0.offset) })
    }

    package subscript(name: String) -> Port? { byName[name].map { all[$0] } }
    package subscript(index: PortIndex) -> Port { all[Int(index.rawValue)] }
}
