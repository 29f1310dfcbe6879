// Positions in the tables that workers read. Each has a type of its own, so that one cannot be taken for another.

/// Position of a port in the port table; not the DPDK port number.
package struct PortIndex: Hashable, Comparable, BitwiseCopyable, Sendable {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }
    package static func < (a: PortIndex, b: PortIndex) -> Bool { a.rawValue < b.rawValue }
}

/// Position of a network in the network table. 0 means "no network" wherever a worker reads one.
package struct NetworkIndex: Hashable, Comparable, BitwiseCopyable, Sendable {
    package let rawValue: UInt16
    package static let none = NetworkIndex(0)
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }
    package static func < (a: NetworkIndex, b: NetworkIndex) -> Bool { a.rawValue < b.rawValue }
}

/// Position of a remote VTEP in the tunnel table. 0 means "no tunnel" wherever a worker reads one.
package struct TunnelIndex: Hashable, Comparable, BitwiseCopyable, Sendable {
    package let rawValue: UInt16
    package static let none = TunnelIndex(0)
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }
    package static func < (a: TunnelIndex, b: TunnelIndex) -> Bool { a.rawValue < b.rawValue }
}
