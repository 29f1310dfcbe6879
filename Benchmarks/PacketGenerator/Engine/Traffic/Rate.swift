/// How fast to send, for each direction.
package enum Rate: Sendable, Equatable {
    case packetsPerSecond(Double)
    /// Share of the link's speed, 1 being all of it.
    case linkShare(Double)
    /// On the wire, with preamble, FCS and the gap between frames.
    case bitsPerSecond(Double)
    case unlimited

    /// Preamble, start delimiter and the smallest gap between frames (IEEE 802.3): what a frame takes beside its own bytes.
    package static let gapBytes = 20.0

    /// Reads `1.5Mpps`, `800kpps`, `100pps`, `40%`, `2.5Gbit` or `max`.
    package init(_ text: String) throws(GeneratorError) {
        let lower = text.lowercased()
        if lower == "max" || lower == "unlimited" {
            self = .unlimited
            return
        }
        let digits = lower.prefix { $0.isNumber || $0 == "." }
        let unit = lower.dropFirst(digits.count).drop { $0 == " " }
        guard let value = Double(digits), value > 0, value.isFinite else { throw Rate.unreadable(text) }
        switch unit {
        case "pps": self = .packetsPerSecond(value)
        case "kpps": self = .packetsPerSecond(value * 1e3)
        case "mpps": self = .packetsPerSecond(value * 1e6)
        case "%" where value <= 100: self = .linkShare(value / 100)
        case "mbit", "mbit/s": self = .bitsPerSecond(value * 1e6)
        case "gbit", "gbit/s": self = .bitsPerSecond(value * 1e9)
        default: throw Rate.unreadable(text)
        }
    }

    private static func unreadable(_ text: String) -> GeneratorError {
        .usage("\"\(text)\" is not a rate: write 1.5Mpps, 800kpps, 100pps, 40%, 2.5Gbit or max")
    }

    /// Packets per second, `nil` for as many as go. `wireBytes`: average of a frame with FCS; `linkMegabits`: 0 when unknown.
    package func packetsPerSecond(wireBytes: Double, linkMegabits: Int, device: String) throws(GeneratorError) -> Double? {
        switch self {
        case .packetsPerSecond(let rate): return rate
        case .unlimited: return nil
        case .bitsPerSecond(let bits): return bits / (8 * (wireBytes + Rate.gapBytes))
        case .linkShare(let share):
            guard linkMegabits > 0 else { throw .usage("device \(device) does not tell its speed: give the rate in pps or Gbit") }
            return share * Double(linkMegabits) * 1e6 / (8 * (wireBytes + Rate.gapBytes))
        }
    }
}
