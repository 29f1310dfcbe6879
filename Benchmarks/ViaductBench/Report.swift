import Dataplane
import FoundationEssentials

/// Both candidates, one after the other.
struct Round {
    let devices: Measurement
    let gateway: Measurement
}

/// Cycles per packet over all rounds.
struct Figure: Encodable {
    let median: Double
    let minimum: Double
    let maximum: Double

    init(_ values: [Double]) {
        median = middle(of: values)
        minimum = values.min() ?? 0
        maximum = values.max() ?? 0
    }

    var text: String { "\(fixed(median))  (\(fixed(minimum)) ... \(fixed(maximum)))" }
}

struct Report: Encodable {
    let direction: String
    let macs: Int
    let networks: Int
    let frameBytes: Int
    let hugepages: Bool
    let cyclesPerSecond: UInt64
    let devices: Figure
    let gateway: Figure
    /// Gateway without devices: the median of the differences within each round.
    let own: Figure
    let megapacketsPerSecond: Double
    let windows: Int
    let windowsDiscarded: Int

    init(_ options: Options, frameByteCount: Int, clock: Clock, rounds: [Round]) {
        direction = options.direction.rawValue
        macs = options.macs
        networks = min(options.networks, options.macs)
        frameBytes = frameByteCount
        hugepages = options.usesHugepages
        cyclesPerSecond = clock.cyclesPerSecond
        let usable = rounds.filter { !$0.devices.windows.isEmpty && !$0.gateway.windows.isEmpty }
        devices = Figure(usable.map(\.devices.cycles))
        gateway = Figure(usable.map(\.gateway.cycles))
        own = Figure(usable.map { $0.gateway.cycles - $0.devices.cycles })
        megapacketsPerSecond = gateway.median > 0 ? Double(clock.cyclesPerSecond) / gateway.median / 1e6 : 0
        windows = rounds.reduce(0) { $0 + $1.devices.windows.count + $1.gateway.windows.count }
        windowsDiscarded = rounds.reduce(0) { $0 + $1.devices.discarded + $1.gateway.discarded }
    }

    var text: String {
        """
        \(direction), \(macs) pairs of MACs in \(networks) networks, frames of \(frameBytes) bytes; cycles per packet, medians of rounds (least ... most)
          devices alone  \(devices.text)
          gateway        \(gateway.text)
          own work       \(own.text)
          \(fixed(megapacketsPerSecond)) million packets a second; \(windows) windows, \(windowsDiscarded) discarded for a lost core
        """
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// One digit behind the point.
private func fixed(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
}
