import Dataplane

/// Chooses the way to a remote VTEP from the configuration alone: the same ports always give the same answer.
package struct UnderlayRoutes: Sendable {
    package typealias IndexedPort = (index: PortIndex, port: Configuration.Port)

    private let ports: [IndexedPort]

    /// Ports of other roles are passed over. Lower indexes win among equals.
    package init(_ ports: some Sequence<IndexedPort>) {
        self.ports = ports.filter { $0.port.role == .underlay }.sorted { $0.index < $1.index }
    }

    package init(_ configuration: Configuration, ports: PortDirectory) {
        self.init(configuration.ports.compactMap { port in ports[port.name].map { (index: $0.index, port: port) } })
    }

    /// The subnet with the longest prefix that holds `remote`, else the first gateway of its family; `nil` when there is
    /// neither, or when `remote` cannot be another host's address.
    package func lookup(_ remote: IPAddress) -> UnderlayRoute? {
        guard remote.isRemoteHost, !isOwn(remote) else { return nil }
        return onLink(remote) ?? throughGateway(remote)
    }

    private func isOwn(_ address: IPAddress) -> Bool {
        ports.contains { $0.port.addresses.contains { $0.address == address } }
    }

    private func onLink(_ remote: IPAddress) -> UnderlayRoute? {
        var best: (index: PortIndex, subnet: InterfaceAddress)?
        for (index, port) in ports {
            guard let subnet = port.onLinkAddress(for: remote) else { continue }
            if let best, best.subnet.prefixLength >= subnet.prefixLength { continue }
            best = (index, subnet)
        }
        return best.map { UnderlayRoute(port: $0.index, source: $0.subnet.address, nextHop: remote) }
    }

    private func throughGateway(_ remote: IPAddress) -> UnderlayRoute? {
        for (index, port) in ports {
            guard let gateway = port.gateways.first(where: { $0.isIPv4 == remote.isIPv4 }),
                let source = port.sourceAddress(towards: gateway)
            else { continue }
            return UnderlayRoute(port: index, source: source, nextHop: gateway)
        }
        return nil
    }
}

extension IPAddress {
    /// Whether a packet may come from this address, or go to it, as one host on the network (RFC 1122 section 3.2.1.3).
    var isRemoteHost: Bool { !(isUnspecified || isMulticast || isBroadcast || isLoopback) }
}
