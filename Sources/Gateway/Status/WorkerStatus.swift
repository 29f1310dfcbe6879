/// A worker thread as `GET /v1/workers` and `viaduct show workers` tell it. The ratios are those of the last second or so; 0 while
/// there are no packets, never an infinity.
package struct WorkerStatus: Codable, Equatable, Sendable {
    package var core: Int
    package var numaNode: Int
    /// 0...1: part of the time that was spent on bursts with packets.
    package var busyRatio: Double
    /// Packets received since the start.
    package var packets: UInt64
    package var cyclesPerPacket: Double
    /// Packets a receive call that found any; at most 32.
    package var averageBurst: Double
    /// 0...1: part of 32 that these calls found. Near 1 packets wait for the worker, and not the worker for packets.
    package var burstFill: Double
    /// The receive queues that it polls, in that order.
    package var queues: [QueueStatus]

    enum CodingKeys: String, CodingKey {
        case core, packets, queues
        case numaNode = "numa_node"
        case busyRatio = "busy_ratio"
        case cyclesPerPacket = "cycles_per_packet"
        case averageBurst = "average_burst"
        case burstFill = "burst_fill"
    }
}

/// A receive queue and what came from it.
package struct QueueStatus: Codable, Equatable, Sendable {
    package var port: String
    package var queue: Int
    /// Since the start.
    package var packets: UInt64
    /// In the last second or so.
    package var packetsPerSecond: Double

    enum CodingKeys: String, CodingKey {
        case port, queue, packets
        case packetsPerSecond = "packets_per_second"
    }
}
