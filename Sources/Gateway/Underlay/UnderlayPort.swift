import Dataplane

/// An underlay port as the control path sees it: its place in the port table, the MAC of its device, and its configuration.
package struct UnderlayPort: Equatable, Sendable {
    package let index: PortIndex
    package let mac: MACAddress
    package let configuration: Configuration.Port

    package init(index: PortIndex, mac: MACAddress, configuration: Configuration.Port) {
        self.index = index
        self.mac = mac
        self.configuration = configuration
    }

    /// Our addresses on this port.
    var ownAddresses: [PortAddress] {
        configuration.addresses.map { PortAddress(port: index, address: $0.address) }
    }

    func owns(_ address: IPAddress) -> Bool { configuration.addresses.contains { $0.address == address } }
}

extension Configuration.Port {
    /// The address whose subnet holds `other`: the longest prefix, the first one listed among equals; `nil` when off-link.
    package func onLinkAddress(for other: IPAddress) -> InterfaceAddress? {
        addresses.filter { $0.contains(other) }.reduce(nil) { best, candidate in
            guard let best, best.prefixLength >= candidate.prefixLength else { return candidate }
            return best
        }
    }

    /// The address to speak from when `neighbor` is asked directly: the on-link one, else the first of the same family. The
    /// latter serves gateways outside the subnet, as with a /32 address.
    package func sourceAddress(towards neighbor: IPAddress) -> IPAddress? {
        onLinkAddress(for: neighbor)?.address
            ?? addresses.first { $0.address.isIPv4 == neighbor.isIPv4 }?.address
    }
}
