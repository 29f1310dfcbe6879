/// The line that tells how a run goes: rates of the last second, loss and latency so far.
package struct RunDisplay {
    private let progress: Progress
    private let title: String
    private let secondsTotal: Double?
    private var before: [DirectionResult] = []
    private var secondsBefore = 0.0

    /// `secondsTotal`: `nil` when the run has no end in time.
    package init(_ progress: Progress, title: String, secondsTotal: Double?) {
        self.progress = progress
        self.title = title
        self.secondsTotal = secondsTotal
    }

    /// `detailed` makes the figures with latencies, asked for once a second.
    package mutating func update(_ seconds: Double, detailed: () -> [DirectionResult]) {
        guard seconds - secondsBefore >= 1 else { return }
        let now = detailed()
        let elapsed = seconds - secondsBefore
        let texts = now.enumerated().map { index, direction in
            text(direction, before: index < before.count ? before[index] : nil, seconds: elapsed)
        }
        let time = secondsTotal.map { "\(Int(seconds)) s of \(Text.fixed($0, 0)) s" } ?? "\(Int(seconds)) s"
        progress.update(seconds, "\(title)\(time)  \(texts.joined(separator: "  |  "))")
        before = now
        secondsBefore = seconds
    }

    private func text(_ direction: DirectionResult, before: DirectionResult?, seconds: Double) -> String {
        let sent = Double(direction.sent.packets - (before?.sent.packets ?? 0)) / seconds
        guard let received = direction.received else { return "\(direction.name) sent \(Text.rate(sent))" }
        let came = Double(received.packets - (before?.received?.packets ?? 0)) / seconds
        // What was sent a second ago and is not here is lost; what was sent since may still be on its way.
        let due = before?.sent.packets ?? 0
        let lost = due > received.packets ? Double(due - received.packets) / Double(due) : 0
        var text = "\(direction.name) sent \(Text.rate(sent)), received \(Text.rate(came)), lost \(Text.percent(lost)) %"
        if let latency = direction.latency, latency.totalCount > 0 {
            let at = { Text.microseconds(direction.nanoseconds(Double(latency.valueAtPercentile($0)))) }
            text += ", p50 \(at(50)) µs, p99 \(at(99)) µs"
        }
        return text
    }
}
