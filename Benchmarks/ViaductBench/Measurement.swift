import Dataplane
import Glibc

/// One measurement of one candidate: cycles per packet of each window in which its thread had the core to itself.
struct Measurement {
    var windows: [Double] = []
    var discarded = 0

    var cycles: Double { middle(of: windows) }

    static let windowMicroseconds: UInt32 = 50_000
    /// Most of a window that the thread may have waited for its core.
    static let waitNanosecondsMaximum: UInt64 = 100_000

    /// Windows tried for each that is wanted.
    static let attempts = 4

    /// Warms up, measures for `seconds` not counting discarded windows, and ends the candidate.
    static func take(_ candidate: Candidate, seconds: Double, wait: CoreWait) throws -> Measurement {
        usleep(150_000)
        var result = Measurement()
        var before = Sample(candidate, wait)
        let wanted = max(1, Int(seconds * 1e6 / Double(windowMicroseconds)))
        while result.windows.count < wanted, result.windows.count + result.discarded < attempts * wanted {
            usleep(windowMicroseconds)
            let after = Sample(candidate, wait)
            result.add(from: before, to: after)
            before = after
        }
        try candidate.end()
        return result
    }

    private mutating func add(from a: Sample, to b: Sample) {
        if b.waited - a.waited <= Measurement.waitNanosecondsMaximum, b.totals.packets > a.totals.packets {
            windows.append(Double(b.totals.busyCycles - a.totals.busyCycles) / Double(b.totals.packets - a.totals.packets))
        } else {
            discarded += 1
        }
    }

    private struct Sample {
        let totals: Totals
        let waited: UInt64

        init(_ candidate: Candidate, _ wait: CoreWait) {
            waited = wait.nanoseconds
            totals = candidate.totals()
        }
    }
}

/// The middle of some figures, 0 of none.
func middle(of values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
