import BenchSupport
import CShims
import Dataplane

/// Runs candidates in turns and keeps what each run took, unless the core was lost meanwhile.
struct Timing {
    let seconds: Double
    let progress: Progress

    /// Runs of each candidate whose figures do not count.
    static let warmUps = 3
    /// Most of a run that the thread may have waited for its core.
    static let waitShareMaximum = 0.002
    /// Times `seconds` after which runs that were disturbed have to do.
    static let patience = 4.0

    func run(_ contests: [Contest]) throws -> [MicroResult] {
        try contests.flatMap { contest in
            progress.say("\(contest.names.count > 1 ? "stages" : contest.names[0]), \(contest.entries) entries")
            let candidates = try contest.open()
            defer { for candidate in candidates { candidate.close() } }
            return take(candidates, entries: contest.entries)
        }
    }

    private func take(_ candidates: [Candidate], entries: Int) -> [MicroResult] {
        for candidate in candidates { for _ in 0..<Timing.warmUps { _ = candidate.run() } }
        var series = Series()
        let clock = Clock()
        let start = vd_cycles()
        let end = start + UInt64(seconds * Double(clock.cyclesPerSecond))
        let limit = start + UInt64(seconds * Timing.patience * Double(clock.cyclesPerSecond))
        var turns = 0
        while turns < 3 || vd_cycles() < end || (series.quiet.isEmpty && vd_cycles() < limit) {
            for candidate in candidates { run(candidate, clock, &series) }
            turns += 1
        }
        return series.results(entries: entries)
    }

    private func run(_ candidate: Candidate, _ clock: Clock, _ series: inout Series) {
        let waited = CoreWait.own.nanoseconds, start = vd_cycles()
        let readings = candidate.run()
        let nanoseconds = Double(vd_cycles() - start) / Double(clock.cyclesPerSecond) * 1e9
        let isLost = Double(CoreWait.own.nanoseconds - waited) > nanoseconds * Timing.waitShareMaximum
        for reading in readings { series.add(reading, candidate.variant, isLost: isLost) }
    }
}

/// Cycles per operation of each run, by what was measured.
private struct Series {
    struct Key: Hashable {
        let name: String
        let variant: String
    }

    private var order: [Key] = []
    private(set) var quiet: [Key: [Double]] = [:]
    private var disturbed: [Key: [Double]] = [:]

    mutating func add(_ reading: Reading, _ variant: String, isLost: Bool) {
        let key = Key(name: reading.name, variant: variant)
        if !order.contains(key) { order.append(key) }
        let cycles = Double(reading.cycles) / Double(reading.operations)
        if isLost { disturbed[key, default: []].append(cycles) } else { quiet[key, default: []].append(cycles) }
    }

    func results(entries: Int) -> [MicroResult] {
        order.map { key in
            let values = quiet[key] ?? disturbed[key] ?? []
            return MicroResult(
                name: key.name, variant: key.variant, entries: entries, cyclesMedian: rounded(middle(of: values)),
                cyclesMin: rounded(values.min() ?? 0), runs: values.count, disturbed: quiet[key] == nil, instructions: nil)
        }
    }
}
