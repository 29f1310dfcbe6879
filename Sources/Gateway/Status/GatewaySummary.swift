/// The gateway at a glance: `GET /v1/summary`, `viaduct show`.
package struct GatewaySummary: Codable, Equatable, Sendable {
    package struct MACs: Codable, Equatable, Sendable {
        package var count: Int
        package var capacity: Int
    }

    /// Packet buffers.
    package struct PacketPool: Codable, Equatable, Sendable {
        package var free: Int
        package var size: Int
    }

    package var version: String
    package var pid: Int
    /// Path of the configuration file.
    package var configuration: String
    package var totals: GatewayTotals
    package var macs: MACs
    package var packetPool: PacketPool

    enum CodingKeys: String, CodingKey {
        case version, pid, configuration, totals, macs
        case packetPool = "packet_pool"
    }
}

/// What a gateway has done since its start; printed when it stops.
package struct GatewayTotals: Codable, Equatable, Sendable {
    package var uptimeSeconds: Int
    /// Sums over all ports.
    package var rxPackets: UInt64
    package var rxBytes: UInt64
    package var txPackets: UInt64
    package var txBytes: UInt64
    /// Sum over all drop reasons.
    package var droppedPackets: UInt64

    enum CodingKeys: String, CodingKey {
        case uptimeSeconds = "uptime_seconds"
        case rxPackets = "rx_packets"
        case rxBytes = "rx_bytes"
        case txPackets = "tx_packets"
        case txBytes = "tx_bytes"
        case droppedPackets = "dropped_packets"
    }
}

/// What a reload has done.
package struct ReloadReport: Codable, Equatable, Sendable {
    /// The file says what runs already: nothing was done.
    package var unchanged: Bool
    /// One line for each step taken, in order.
    package var steps: [String]
    /// Warnings about the new configuration, as `viaduct check` prints them.
    package var warnings: [String]

    package init(steps: [String], warnings: [String] = []) {
        unchanged = steps.isEmpty
        self.steps = steps
        self.warnings = warnings
    }
}

package enum GatewayVersion {
    package static let current = "0.1.0"
}
