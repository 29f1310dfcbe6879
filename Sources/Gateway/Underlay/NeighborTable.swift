import Dataplane

/// The next hops on the underlay links and their MACs. It knows neighbours and time, and neither ARP nor ND: what is to be
/// asked comes out as an ``Output``, what was heard goes in through ``confirm(_:at:now:)`` and ``hear(_:_:now:)``.
///
/// Only next hops that somebody requires, and configured neighbours, are in the table: nothing that arrives can add one, so
/// no sender can fill it.
package struct NeighborTable: Sendable {
    package enum Output: Equatable, Sendable {
        /// Ask for the MAC of a neighbour: at the MAC it should still have, or everybody on the link when `at` is `nil`.
        case solicit(PortAddress, at: MACAddress?)
        /// The MAC of a required neighbour; `nil` while it has none.
        case changed(PortAddress, MACAddress?)
        /// A required neighbour stopped answering, or never did.
        case unreachable(PortAddress)
    }

    /// No room for another next hop.
    package struct Full: Error, Equatable, CustomStringConvertible {
        package let capacity: Int
        package let refused: PortAddress

        package init(capacity: Int, refused: PortAddress) {
            self.capacity = capacity
            self.refused = refused
        }

        package var description: String {
            """
            next hop \(refused.address): the neighbour table is full with \(capacity) entries; reach remotes through a \
            gateway instead of directly
            """
        }
    }

    /// One line of `show neighbors`.
    package struct Status: Equatable, Sendable {
        package let key: PortAddress
        package let mac: MACAddress?
        package let state: NeighborState

        package init(key: PortAddress, mac: MACAddress?, state: NeighborState) {
            self.key = key
            self.mac = mac
            self.state = state
        }
    }

    package static let capacityDefault = 4096

    /// Most entries before ``require(_:now:)`` refuses. Configured neighbours count, and are always taken in.
    package let capacity: Int
    /// For IPv4.
    package let timing: NeighborTiming
    package let timingIPv6: NeighborTiming
    /// Most solicitations of one ``tick(now:)``: the answers come back through the bounded ring between workers and control.
    package let solicitationsPerTickMax: Int
    /// Next hops that ``require(_:now:)`` had no room for.
    package internal(set) var refusedCount: UInt64 = 0
    var neighbors: [PortAddress: Neighbor] = [:]

    package init(
        capacity: Int = NeighborTable.capacityDefault, timing: NeighborTiming = NeighborTiming(),
        timingIPv6: NeighborTiming = .neighborDiscovery, solicitationsPerTickMax: Int = 256
    ) {
        self.capacity = capacity
        self.timing = timing
        self.timingIPv6 = timingIPv6
        self.solicitationsPerTickMax = solicitationsPerTickMax
    }

    package var count: Int { neighbors.count }

    /// The MAC to send to; `nil` when there is none or nobody requires this neighbour.
    package func mac(of key: PortAddress) -> MACAddress? { neighbors[key]?.mac }

    /// `nil` when nobody requires this neighbour.
    package func state(of key: PortAddress) -> NeighborState? { neighbors[key]?.state }

    /// All neighbours by port and address.
    package var status: [Status] {
        neighbors.map { Status(key: $0.key, mac: $0.value.mac, state: $0.value.state) }.sorted { $0.key < $1.key }
    }
}

// Between a neighbour and its users.
extension NeighborTable {
    func timing(of key: PortAddress) -> NeighborTiming { key.address.isIPv4 ? timing : timingIPv6 }

    /// Applies `step` to a neighbour and adds what its users must hear of it.
    mutating func change(_ key: PortAddress, _ step: (inout Neighbor) -> Output?) -> [Output] {
        guard var neighbor = neighbors[key] else { return [] }
        let before = neighbor
        var outputs = step(&neighbor).map { [$0] } ?? []
        neighbors[key] = neighbor
        guard neighbor.references > 0 else { return outputs }
        if neighbor.mac != before.mac { outputs.append(.changed(key, neighbor.mac)) }
        if neighbor.state == .failed, before.state != .failed { outputs.append(.unreachable(key)) }
        return outputs
    }

    mutating func change(_ key: PortAddress, _ step: (inout Neighbor) -> Void) -> [Output] {
        change(key) { neighbor -> Output? in
            step(&neighbor)
            return nil
        }
    }
}
