import BenchSupport
import CShims
import Glibc

/// One measurement of one candidate: its windows in which its threads had their cores to themselves.
struct Measurement {
    struct Window {
        /// Per packet.
        let cycles: Double
        /// Packets in each cycle of the clock, by all workers together.
        let rate: Double
    }

    private(set) var windows: [Window] = []
    /// Windows in which a core was lost to others.
    private var lost: [Window] = []

    var discarded: Int { lost.count }
    /// No window was free of others' work: the figures include it.
    var isDisturbed: Bool { windows.isEmpty }

    /// Per packet, the middle window's.
    var cycles: Double { middle(of: usable.map(\.cycles)) }
    var rate: Double { middle(of: usable.map(\.rate)) }
    private var usable: [Window] { isDisturbed ? lost : windows }

    static let windowMicroseconds: UInt32 = 50_000
    /// Most of a window that a thread may have waited for its core.
    static let waitShareMaximum = 0.002
    /// Windows tried for each that is wanted.
    static let attempts = 4

    /// Warms up, measures for `seconds` not counting discarded windows, and ends the candidate.
    static func take(_ candidate: Candidate, seconds: Double) throws -> Measurement {
        usleep(150_000)
        var result = Measurement()
        var before = Sample(candidate)
        let wanted = max(1, Int(seconds * 1e6 / Double(windowMicroseconds)))
        while result.windows.count < wanted, result.discarded < (attempts - 1) * wanted {
            usleep(windowMicroseconds)
            let after = Sample(candidate)
            result.add(from: before, to: after)
            before = after
        }
        try candidate.end()
        return result
    }

    private mutating func add(from a: Sample, to b: Sample) {
        let packets = Double(max(1, b.totals.packets - a.totals.packets))
        let waitMaximum = UInt64(waitShare: Double(Measurement.windowMicroseconds) * 1000)
        let window = Window(cycles: Double(b.totals.busyCycles - a.totals.busyCycles) / packets, rate: packets / Double(b.time - a.time))
        add(window, isLost: zip(a.waited, b.waited).contains { $1 - $0 > waitMaximum })
    }

    mutating func add(_ window: Window, isLost: Bool) {
        if isLost { lost.append(window) } else { windows.append(window) }
    }

    /// What a candidate has done so far.
    private struct Sample {
        let time: UInt64
        let totals: Totals
        let waited: [UInt64]

        init(_ candidate: Candidate) {
            waited = candidate.waits.map(\.nanoseconds)
            totals = candidate.totals()
            time = vd_cycles()
        }
    }
}

extension UInt64 {
    /// Nanoseconds that a thread may have waited for its core in a window of this many.
    init(waitShare nanoseconds: Double) { self = UInt64(nanoseconds * Measurement.waitShareMaximum) }
}
