import Dataplane

/// A remote VTEP, or a multicast group of them, as the other end of a tunnel: where packets to it go, and packets from it come from.
package struct RemoteVTEP: Hashable, Comparable, Sendable {
    package var address: IPAddress
    /// UDP destination port; `nil` = ``Configuration/VXLAN/port``, whatever that is.
    package var udpPort: UInt16?

    package init(_ address: IPAddress, udpPort: UInt16? = nil) {
        self.address = address
        self.udpPort = udpPort
    }

    package static func < (a: RemoteVTEP, b: RemoteVTEP) -> Bool { (a.address, a.udpPort ?? 0) < (b.address, b.udpPort ?? 0) }
}

extension RemoteVTEP: CustomStringConvertible {
    /// `192.0.2.2`, or `192.0.2.2 port 8472`.
    package var description: String { udpPort.map { "\(address) port \($0)" } ?? "\(address)" }
}

/// One way out of the gateway: a port, and a next hop on its link.
package struct UnderlayPath: Hashable, Comparable, Sendable {
    package let port: PortIndex
    /// The remote itself, a router, or a multicast group, which needs no MAC to be asked for.
    package let nextHop: IPAddress

    package init(port: PortIndex, nextHop: IPAddress) {
        self.port = port
        self.nextHop = nextHop
    }

    package var key: PortAddress { PortAddress(port: port, address: nextHop) }

    package static func < (a: UnderlayPath, b: UnderlayPath) -> Bool { a.key < b.key }
}

/// Where packets for a remote VTEP leave.
package struct UnderlayRoute: Hashable, Sendable {
    /// Outer source address, the same on all paths: the other end learns MACs behind it.
    package let source: IPAddress
    /// At least one, in order. Flows are spread over those that work.
    package let paths: [UnderlayPath]

    package init(source: IPAddress, paths: [UnderlayPath]) {
        self.source = source
        self.paths = paths.sorted()
    }

    package init(port: PortIndex, source: IPAddress, nextHop: IPAddress) {
        self.init(source: source, paths: [UnderlayPath(port: port, nextHop: nextHop)])
    }
}

extension UnderlayRoute: CustomStringConvertible {
    /// `next hop 192.0.2.254`
    package var description: String {
        "next hop\(paths.count == 1 ? "" : "s") \(paths.map(\.nextHop.description).joined(separator: ", "))"
    }
}
