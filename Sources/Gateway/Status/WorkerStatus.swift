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

    enum CodingKeys: String, CodingKey {
        case core, packets
        case numaNode = "numa_node"
        case busyRatio = "busy_ratio"
        case cyclesPerPacket = "cycles_per_packet"
        case averageBurst = "average_burst"
    }
}
