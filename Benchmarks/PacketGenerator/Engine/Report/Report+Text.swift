extension Report {
    /// The tables for people.
    package var text: String {
        var text = packets
        let timed = directions.filter { $0.latencyNs != nil }
        if !timed.isEmpty { text += "\n" + Report.latency(timed) }
        for (name, search) in (search ?? [:]).sorted(by: { $0.key < $1.key }) { text += "\n" + Report.text(name, search) }
        return text + remarks.map { "\n\($0)" }.joined() + (remarks.isEmpty ? "" : "\n")
    }

    private var packets: String {
        Text.table(
            ["direction", "sent", "received", "lost", "lost %", "duplicates", "reordered", "sent Mpps", "received Mpps", "sent Gbit/s"],
            directions.map { direction in
                [
                    direction.name, Text.count(direction.txPackets), Report.optional(direction.rxPackets), Report.optional(direction.lost),
                    direction.lossRatio.map(Text.percent) ?? "-", Report.optional(direction.duplicates),
                    Report.optional(direction.reordered), Text.fixed(direction.txMpps, 3),
                    direction.rxMpps.map { Text.fixed($0, 3) } ?? "-", Text.fixed(direction.txGbitPerSecond, 2),
                ]
            })
    }

    private static func latency(_ directions: [Direction]) -> String {
        Text.table(
            ["latency, µs", "min", "p50", "p90", "p99", "p99.9", "max", "mean"],
            directions.map { direction in
                let latency = direction.latencyNs!
                let figures = [latency.min, latency.p50, latency.p90, latency.p99, latency.p999, latency.max, latency.mean]
                return [direction.name] + figures.map(Text.microseconds)
            })
    }

    private static func text(_ name: String, _ search: Search) -> String {
        let goal = search.lossGoal == 0 ? "without loss" : "with at most \(Text.fixed(search.lossGoal * 100, 2)) % lost"
        let rate = search.mpps.map { "\(Text.fixed($0, 3)) Mpps in each direction\(search.verified ? "" : ", not verified")" }
        return "\(name.uppercased()), the highest rate \(goal): \(rate ?? "none found"); \(search.trials.count) trials\n"
            + Text.table(
                ["  trial", "Mpps", "lost %"],
                search.trials.enumerated().map {
                    ["  \($0.offset + 1)", Text.fixed($0.element.mpps, 3), Text.percent($0.element.lossRatio)]
                })
    }

    /// What should not be, in words.
    private var remarks: [String] {
        let counts: [(KeyPath<Direction, UInt64?>, String)] = [
            (\.misplaced, "came out in another VLAN or VNI than their MACs belong to"),
            (\.strays, "belonged to an earlier run or came out on the wrong side"),
            (\.foreign, "were not the generator's"),
        ]
        let packets = directions.flatMap { direction in
            counts.compactMap { path, words in
                direction[keyPath: path].flatMap { $0 > 0 ? "\(direction.name): \(Text.count($0)) packets \(words)" : nil }
            }
        }
        return packets + directions.flatMap(Report.doubts) + (interrupted ? ["ended by a signal"] : [])
    }

    /// What makes figures doubtful: a rate that was not reached, a core that others used.
    private static func doubts(_ direction: Direction) -> [String] {
        var doubts: [String] = []
        if let asked = direction.askedMpps, direction.txMpps < 0.98 * asked {
            doubts.append("\(direction.name): offered \(Text.rate(direction.txMpps * 1e6)) of \(Text.rate(asked * 1e6)) asked for")
        }
        if direction.longestPauseNs > 1e6 {
            let pause = Text.fixed(direction.longestPauseNs / 1e6, 1)
            doubts.append("\(direction.name): the generator lost its core for up to \(pause) ms, which latencies include")
        }
        return doubts
    }

    private static func optional(_ value: UInt64?) -> String { value.map(Text.count) ?? "-" }
}
