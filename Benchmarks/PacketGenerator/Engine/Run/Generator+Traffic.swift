import CShims

/// What to send in one run.
package struct TrafficJob {
    /// Streams that send, by position.
    package var streams: [Int]
    /// Packets per second of each of them; `nil` for as many as go.
    package var rates: [Double?]
    package var seconds: Double
    /// Packets of each stream, if that comes first.
    package var count: UInt64?

    package init(streams: [Int], rates: [Double?], seconds: Double, count: UInt64? = nil) {
        self.streams = streams
        self.rates = rates
        self.seconds = seconds
        self.count = count
    }
}

extension Generator {
    /// Packets on their way are waited for until this long after the last one came, and at most that long.
    private static let quietSeconds = 0.1
    private static let drainSecondsMaximum = 2.0
    /// For a device that takes nothing: how much longer than asked sending may take.
    private static let graceSeconds = 1.0

    /// Sends, waits for what is on its way, and tells what became of it. `onTick` is called every 20 ms while packets are sent.
    package func run(_ job: TrafficJob, onTick: (_ seconds: Double, _ directions: [DirectionResult]) -> Void) throws(GeneratorError)
        -> RunResult
    {
        beginRun()
        let limit = job.seconds * Double(cyclesPerSecond)
        for (stream, rate) in zip(job.streams.map({ streams[$0] }), job.rates) {
            sides[stream.from].transmitter.begin(
                TransmitJob(tag: tag(stream), rate: rate, cycles: limit < 1e18 ? UInt64(limit) : .max, limit: job.count ?? .max),
                cyclesPerSecond: cyclesPerSecond)
            if let to = stream.to { sides[to].receiver.begin(ReceiveJob(tag: tag(stream))) }
        }
        let secondsMaximum = job.seconds + Generator.graceSeconds + Generator.drainSecondsMaximum
        var drain = Drain()
        try runLoops(secondsMaximum: secondsMaximum) { seconds in
            if wasInterrupted || seconds > job.seconds + Generator.graceSeconds { cease() }
            guard isDone(job) else {
                onTick(seconds, results(job, withLatency: false))
                return true
            }
            return drain.goesOn(seconds, results(job, withLatency: false))
        }
        return RunResult(directions: results(job, withLatency: true), wasInterrupted: wasInterrupted)
    }

    /// The figures of the run so far; the distribution of latencies is made anew, which takes a while.
    func results(_ job: TrafficJob, withLatency: Bool) -> [DirectionResult] {
        zip(job.streams, job.rates).map { position, rate in
            let stream = streams[position]
            let receiver = stream.to.map { sides[$0].receiver }
            return DirectionResult(
                name: stream.name, askedRate: rate, sent: sides[stream.from].transmitter.counters.pointee,
                received: receiver?.counters.pointee,
                latency: withLatency ? receiver?.latency.histogram : nil, cyclesPerSecond: cyclesPerSecond)
        }
    }

    /// Latencies so far of the streams of a job, for the progress display.
    package func latencies(_ job: TrafficJob) -> [DirectionResult] { results(job, withLatency: true) }

    private func isDone(_ job: TrafficJob) -> Bool {
        job.streams.allSatisfy { sides[streams[$0].from].transmitter.counters.pointee.isDone != 0 }
    }

    /// Ends sending. The loops look at this word on every turn, and write nothing but the same into it.
    private func cease() {
        for position in 0..<sideCount { sides[position].transmitter.counters.pointee.isDone = 1 }
    }

    /// Waits for packets on their way.
    private struct Drain {
        private var began: Double?
        private var lastNews = 0.0
        private var received: UInt64 = 0

        mutating func goesOn(_ seconds: Double, _ directions: [DirectionResult]) -> Bool {
            let start = began ?? seconds
            let now = directions.reduce(0) { $0 + ($1.received?.packets ?? 0) }
            if began == nil || now != received { lastNews = seconds }
            began = start
            received = now
            let isComplete = directions.allSatisfy { $0.lost == 0 }
            // Even then a moment, for duplicates.
            if isComplete, seconds - start >= 0.04 { return false }
            return seconds - lastNews < Generator.quietSeconds && seconds - start < Generator.drainSecondsMaximum
        }
    }
}
