import Dataplane

// What is told of the hosts of networks.

extension Gateway {
    /// Those of a network, or of all; in the order of the configuration.
    func hostNeighborStatus(network name: String?) -> [NeighborStatus] {
        let remotes = Dictionary(uniqueKeysWithValues: reconciler.tunnels.map { ($0.value.index, $0.key.address) })
        return configuration.networks.filter { name == nil || $0.name == name }.flatMap { network -> [NeighborStatus] in
            guard let index = reconciler.networks[network.vni]?.index else { return [] }
            return hostNeighbors.hosts(of: index).map { address, host in
                let place = machinery.tables.macs.lookup(MACKey(network: index, mac: host.mac)).destination
                return NeighborStatus(
                    address: address, mac: host.mac, network: network.name, port: place.port.map { reconciler.ports[$0].name },
                    remote: place.tunnel.flatMap { remotes[$0] }, state: NeighborStatus.State(host.state),
                    origin: host.state == .fixed ? .configured : .snooped)
            }
        }
    }
}
