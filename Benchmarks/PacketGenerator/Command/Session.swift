import PacketGenerator

/// What one command does, in order: links, the gateway's MAC, learning, warming up, and then a run or a search.
struct Session {
    let generator: Generator
    let progress: Progress
    let options: ViaductPktgen

    func report() throws -> Report {
        let job = try job()
        try prepare(job)
        guard !options.search.goals.isEmpty else { return Report(try measure(job, title: "")) }
        return try search(job)
    }

    /// The run that the options ask for.
    private func job() throws -> TrafficJob {
        let rate = try Rate(options.sending.rate)
        let positions = generator.streams.indices.filter { position in
            switch options.sending.direction {
            case .both: true
            case .encap: generator.streams[position].heading == .toRemote
            case .decap: generator.streams[position].heading == .toLocal
            }
        }
        guard !positions.isEmpty else {
            throw GeneratorError.usage("--direction \(options.sending.direction.rawValue) needs the device that sends that way")
        }
        if !options.search.goals.isEmpty, positions.contains(where: { generator.streams[$0].to == nil }) {
            throw GeneratorError.usage("a search needs to see what comes out: give the other device, too, or --reflect")
        }
        return TrafficJob(
            streams: positions, rates: try positions.map { try generator.packetsPerSecond(rate, generator.streams[$0]) },
            seconds: options.sending.duration, count: options.sending.count)
    }

    private func prepare(_ job: TrafficJob) throws {
        try generator.awaitLinks(progress)
        try generator.resolveGateway(progress)
        if options.sending.learn { try generator.announce(progress) }
        progress.clear()
        guard options.sending.warmup > 0 else { return }
        let result = try generator.run(TrafficJob(streams: job.streams, rates: job.rates, seconds: options.sending.warmup)) { _, _ in }
        if result.wasInterrupted { throw GeneratorError.interrupted }
    }

    private func measure(_ job: TrafficJob, title: String) throws -> RunResult {
        var display = RunDisplay(progress, title: title, secondsTotal: job.seconds)
        let result = try generator.run(job) { seconds, _ in display.update(seconds) { generator.latencies(job) } }
        progress.clear()
        return result
    }

    private func search(_ job: TrafficJob) throws -> Report {
        var trials = 0
        let trial = { (name: String, rate: Double?) throws -> RunResult in
            trials += 1
            let job = TrafficJob(streams: job.streams, rates: job.streams.map { _ in rate }, seconds: options.search.trialDuration)
            let result = try measure(job, title: "\(name), trial \(trials)\(rate.map { " at " + Text.rate($0) } ?? ""): ")
            if result.wasInterrupted { throw GeneratorError.interrupted }
            return result
        }
        var last = try trial("highest rate", nil)
        let maximum = last.outcome
        let searches = try options.search.goals.map { name, loss in
            let search = RateSearch(limits: options.search.limits, lossGoal: loss)
            let found = try search.find(maximum: maximum) { rate in
                let result = try trial(name, rate)
                if result.outcome.lossRatio <= loss { last = result }
                return result.outcome
            }
            return (name: name, goal: loss, found: found)
        }
        return Report(last, searches: searches)
    }
}
