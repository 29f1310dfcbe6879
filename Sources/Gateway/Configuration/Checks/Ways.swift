import Dataplane

/// The ways to all remotes of a draft, as the running gateway would choose them. Ports have their place in the file as index.
struct Ways {
    private let ports: [Draft.Port]
    private let routes: UnderlayRoutes
    private let known: [IPAddress: UnderlayRoute]
    /// False when a route or a gateway was refused: a way that is not found may have led there.
    let isComplete: Bool

    init(_ draft: Draft) {
        ports = Array(draft.ports)
        let indexed = ports.enumerated().map { (index: PortIndex(UInt16($0.offset)), port: $0.element.addressing) }
        routes = UnderlayRoutes(
            indexed, routes: draft.routes.compactMap(\.way), local: draft.vxlan.local.map(\.value))
        var known: [IPAddress: UnderlayRoute] = [:]
        for remote in Set(draft.networks.lazy.flatMap(\.allRemotes).map(\.value)) { known[remote] = routes.lookup(remote) }
        self.known = known
        isComplete =
            draft.routes.isComplete && draft.routes.allSatisfy { $0.prefix != nil } && draft.ports.allSatisfy(\.gateways.isComplete)
    }

    /// The way to one of the draft's remotes.
    subscript(remote: IPAddress) -> UnderlayRoute? { known[remote] }

    /// The way to the multicast group of `network`.
    func way(toGroupOf network: Draft.Network) -> UnderlayRoute? {
        network.group.flatMap { routes.lookup(group: $0.value, port: network.groupPort?.value) }
    }

    /// The ports that `way` leads through, each once, in the order of the file.
    func ports(of way: UnderlayRoute) -> [Draft.Port] {
        Set(way.paths.map(\.port)).sorted().map { ports[Int($0.rawValue)] }
    }
}

extension Draft.Port {
    /// What of the port decides about ways.
    fileprivate var addressing: Configuration.Port {
        var port = Configuration.Port(name: name?.value ?? "", device: "", role: role?.value ?? .access)
        port.addresses = addresses.map(\.value)
        port.gateways = gateways.map(\.value)
        return port
    }
}

extension Draft.Route {
    fileprivate var way: Configuration.Route? {
        prefix.map { Configuration.Route(prefix: $0.value, nextHops: nextHops.map(\.value)) }
    }
}
