import FoundationEssentials
import Histogram

/// The result of a command as one JSON document with stable keys. Rates are in million packets a second, of each direction.
package struct Report: Encodable {
    package var directions: [Direction]
    package var durationSeconds: Double
    @OrNull package var search: [String: Search]?
    package var interrupted: Bool

    package struct Direction: Encodable {
        let name: String
        let txPackets, txBytes: UInt64
        @OrNull var rxPackets: UInt64?
        @OrNull var lost: UInt64?
        @OrNull var lossRatio: Double?
        @OrNull var duplicates: UInt64?
        @OrNull var reordered: UInt64?
        @OrNull var misplaced: UInt64?
        @OrNull var strays: UInt64?
        @OrNull var foreign: UInt64?
        @OrNull var askedMpps: Double?
        let txMpps: Double
        @OrNull var rxMpps: Double?
        let txGbitPerSecond: Double
        let txRefusals, txPoolEmpty: UInt64
        let longestPauseNs: Double
        @OrNull var latencyNs: Latency?

        enum CodingKeys: String, CodingKey {
            case name
            case txPackets = "tx_packets", txBytes = "tx_bytes", rxPackets = "rx_packets"
            case lost
            case lossRatio = "loss_ratio"
            case duplicates, reordered, misplaced, strays, foreign
            case askedMpps = "asked_mpps", longestPauseNs = "longest_pause_ns"
            case txMpps = "tx_mpps", rxMpps = "rx_mpps", txGbitPerSecond = "tx_gbit_per_second"
            case txRefusals = "tx_refusals", txPoolEmpty = "tx_pool_empty", latencyNs = "latency_ns"
        }
    }

    package struct Latency: Encodable {
        let min, p50, p90, p99, p999, max, mean: Double

        enum CodingKeys: String, CodingKey { case min, p50, p90, p99, p999 = "p99_9", max, mean }
    }

    package struct Search: Encodable {
        let lossGoal: Double
        @OrNull var mpps: Double?
        let verified: Bool
        let trials: [Trial]

        enum CodingKeys: String, CodingKey {
            case lossGoal = "loss_goal", mpps, verified, trials
        }
    }

    package struct Trial: Encodable {
        let mpps: Double
        let lossRatio: Double

        enum CodingKeys: String, CodingKey { case mpps, lossRatio = "loss_ratio" }
    }

    enum CodingKeys: String, CodingKey { case directions, durationSeconds = "duration_seconds", search, interrupted }

    package init(_ result: RunResult, searches: [(name: String, goal: Double, found: RateSearch.Found)] = []) {
        directions = result.directions.map(Direction.init)
        durationSeconds = result.seconds
        interrupted = result.wasInterrupted
        guard !searches.isEmpty else { return }
        search = Dictionary(uniqueKeysWithValues: searches.map { ($0.name, Search(goal: $0.goal, $0.found)) })
    }

    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension Report.Direction {
    init(_ result: DirectionResult) {
        name = result.name
        txPackets = result.sent.packets
        txBytes = result.sent.bytes
        askedMpps = result.askedRate.map { $0 / 1e6 }
        longestPauseNs = result.nanoseconds(Double(result.sent.longestPause))
        txMpps = result.sentRate / 1e6
        txGbitPerSecond = result.sentBitsPerSecond / 1e9
        txRefusals = result.sent.refusals
        txPoolEmpty = result.sent.poolEmpty
        let received = result.received
        rxPackets = received?.packets
        lost = received.map { _ in result.lost }
        lossRatio = received.map { _ in result.lossRatio }
        duplicates = received?.duplicates
        reordered = received?.reordered
        misplaced = received?.misplaced
        strays = received?.strays
        foreign = received?.foreign
        rxMpps = received.map { _ in result.receivedRate / 1e6 }
        latencyNs = result.latency.flatMap { Report.Latency($0, result) }
    }
}

extension Report.Latency {
    /// `nil` when nothing was received.
    init?(_ cycles: Histogram<UInt64>, _ result: DirectionResult) {
        guard cycles.totalCount > 0 else { return nil }
        let at = { result.nanoseconds(Double(cycles.valueAtPercentile($0))) }
        self.init(
            min: result.nanoseconds(Double(cycles.min)), p50: at(50), p90: at(90), p99: at(99), p999: at(99.9),
            max: result.nanoseconds(Double(cycles.max)), mean: result.nanoseconds(cycles.mean))
    }
}

extension Report.Search {
    init(goal: Double, _ found: RateSearch.Found) {
        lossGoal = goal
        mpps = found.rate.map { $0 / 1e6 }
        verified = found.isVerified
        trials = found.trials.map { Report.Trial(mpps: $0.rate / 1e6, lossRatio: $0.lossRatio) }
    }
}
