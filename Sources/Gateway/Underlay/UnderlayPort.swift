import Dataplane

/// An underlay port as the control path sees it: its place in the port table, the MAC of its device, and its configuration.
package struct UnderlayPort: Equatable, Sendable {
    package let index: PortIndex
    package let mac: MACAddress
    package let configuration: Configuration.Port
    /// The whole gateway's VTEP addresses, which every underlay port answers for (``Configuration/VXLAN/local``).
    package internal(set) var localAddresses: [IPAddress] = []

    package init(index: PortIndex, mac: MACAddress, configuration: Configuration.Port) {
        self.index = index
        self.mac = mac
        self.configuration = configuration
    }
}

// Our addresses on this port.
extension UnderlayPort {
    /// Configured addresses, VTEP addresses and, where one of them is of IPv6, the link-local one that every IPv6 host has
    /// (RFC 4291 section 2.8).
    var ownAddresses: [PortAddress] { addresses.map { PortAddress(port: index, address: $0) } }

    /// Of ``ownAddresses`` those that belong to this link. A VTEP address on no subnet of the port is reached by routes: it is answered for,
    /// but other ports, and other gateways with the same address, have the same right to it.
    var announcedAddresses: [PortAddress] {
        ownAddresses.filter { !localAddresses.contains($0.address) || configuration.onLinkAddress(for: $0.address) != nil }
    }

    /// The groups in which our IPv6 addresses are solicited.
    var solicitedNodeGroups: Set<IPAddress> { Set(addresses.filter { !$0.isIPv4 }.map(\.solicitedNode)) }

    func owns(_ address: IPAddress) -> Bool { addresses.contains(address) }

    private var addresses: [IPAddress] { statedAddresses + (linkLocalAddress.map { [$0] } ?? []) }

    private var statedAddresses: [IPAddress] { configuration.addresses.map(\.address) + localAddresses }

    private var linkLocalAddress: IPAddress? {
        statedAddresses.contains { !$0.isIPv4 } ? IPAddress(linkLocalOf: mac) : nil
    }

    /// The IPv6 address to solicit `neighbor` from: that of its subnet, else the link-local one; `nil` while the port has no IPv6 address.
    func solicitationSource(for neighbor: IPAddress) -> IPAddress? {
        configuration.onLinkAddress(for: neighbor)?.address ?? linkLocalAddress
    }
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
