import Dataplane

/// Chooses the way to a remote VTEP from the configuration alone: the same ports and routes always give the same answer.
package struct UnderlayRoutes: Sendable {
    package typealias IndexedPort = (index: PortIndex, port: Configuration.Port)

    private let ports: [IndexedPort]
    /// Static routes, the longest prefix first.
    private let routes: [(prefix: InterfaceAddress, paths: [UnderlayPath])]
    private let local: [IPAddress]

    /// Ports of other roles are passed over. Lower indexes win among equals. A next hop that is on no port's link is left out, and so is a
    /// route without any. `local`: see ``Configuration/VXLAN/local``.
    package init(_ ports: some Sequence<IndexedPort>, routes: some Sequence<Configuration.Route> = [], local: [IPAddress] = []) {
        let underlay = ports.filter { $0.port.role == .underlay }.sorted { $0.index < $1.index }
        self.ports = underlay
        self.local = local
        self.routes = routes.map { route in
            (route.prefix, route.nextHops.compactMap { UnderlayRoutes.onLink($0, among: underlay)?.path })
        }
        .filter { !$0.paths.isEmpty }
        .sorted { $0.prefix.prefixLength > $1.prefix.prefixLength }
    }

    package init(_ configuration: Configuration, ports: PortDirectory) {
        self.init(
            configuration.ports.compactMap { port in ports[port.name].map { (index: $0.index, port: port) } }, routes: configuration.routes,
            local: configuration.vxlan.local)
    }

    /// The way with the longest prefix: the subnet of a port, else a static route, else the gateways of all ports, which are routes to
    /// everything of their family. Its next hops are all taken. `nil` when there is none, or when `remote` cannot be another host's
    /// address: a link-local one says nothing of its link.
    package func lookup(_ remote: IPAddress) -> UnderlayRoute? {
        guard remote.isRemoteHost, !remote.isLinkLocal, !isOwn(remote) else { return nil }
        let onLink = UnderlayRoutes.onLink(remote, among: ports)
        let route = routes.first { $0.prefix.contains(remote) }
        if let onLink, onLink.subnet.prefixLength >= route?.prefix.prefixLength ?? 0 { return way(through: [onLink.path]) }
        return way(through: route?.paths ?? gateways(towards: remote))
    }

    /// The way to a multicast group: out of the port `name`, or the first one with an address of the group's family. `nil` when that port
    /// has none, or there is no such port.
    package func lookup(group: IPAddress, port name: String?) -> UnderlayRoute? {
        guard group.isMulticast else { return nil }
        let port = ports.first { (name ?? $0.port.name) == $0.port.name && $0.port.sourceAddress(towards: group) != nil }
        return port.flatMap { way(through: [UnderlayPath(port: $0.index, nextHop: group)]) }
    }

    private func isOwn(_ address: IPAddress) -> Bool {
        local.contains(address) || ports.contains { $0.port.addresses.contains { $0.address == address } }
    }

    /// All paths have one source: ours for all ports, else that of the first path's port.
    private func way(through paths: [UnderlayPath]) -> UnderlayRoute? {
        guard let first = paths.min(), let port = ports.first(where: { $0.index == first.port }) else { return nil }
        let source = local.first { $0.isIPv4 == first.nextHop.isIPv4 } ?? port.port.sourceAddress(towards: first.nextHop)
        return source.map { UnderlayRoute(source: $0, paths: paths) }
    }

    private func gateways(towards remote: IPAddress) -> [UnderlayPath] {
        ports.compactMap { index, port in
            guard let gateway = port.gateways.first(where: { $0.isIPv4 == remote.isIPv4 }), port.sourceAddress(towards: gateway) != nil
            else { return nil }
            return UnderlayPath(port: index, nextHop: gateway)
        }
    }

    /// The subnet with the longest prefix that holds `address`, and the path to it there.
    private static func onLink(_ address: IPAddress, among ports: [IndexedPort]) -> (subnet: InterfaceAddress, path: UnderlayPath)? {
        var best: (subnet: InterfaceAddress, path: UnderlayPath)?
        for (index, port) in ports {
            guard let subnet = port.onLinkAddress(for: address) else { continue }
            if let best, best.subnet.prefixLength >= subnet.prefixLength { continue }
            best = (subnet, UnderlayPath(port: index, nextHop: address))
        }
        return best
    }
}

extension IPAddress {
    /// Whether a packet may come from this address, or go to it, as one host on the network (RFC 1122 section 3.2.1.3, RFC 4291
    /// sections 2.5.2 to 2.7).
    var isRemoteHost: Bool { !(isUnspecified || isMulticast || isBroadcast || isLoopback) }
}
