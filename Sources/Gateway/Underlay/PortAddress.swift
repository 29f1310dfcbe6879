import Dataplane

/// An address on the link of one underlay port: our own, or a neighbour's. The same address behind two ports is two neighbours.
package struct PortAddress: Hashable, Comparable, Sendable {
    package let port: PortIndex
    package let address: IPAddress

    package init(port: PortIndex, address: IPAddress) {
        self.port = port
        self.address = address
    }

    package static func < (a: PortAddress, b: PortAddress) -> Bool { (a.port, a.address) < (b.port, b.address) }
}
