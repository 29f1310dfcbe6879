import Dataplane

extension Generator {
    /// Announces every MAC: one frame for each flow and direction, sent again until it has come through, so that nothing is unknown, or
    /// flooded, when it counts. Remote hosts come first: their frames are flooded to few ports, and then those of the local ones are not.
    package func announce(_ progress: Progress) throws(GeneratorError) {
        for stream in streams.reversed() {
            let bitmap = FlowBitmap.make(count: settings.plan.flows)
            defer { bitmap.destroy() }
            try announce(stream, bitmap, progress)
        }
    }

    private static let announcementRates = (first: 1e6, least: 1e4)

    private func announce(_ stream: Stream, _ bitmap: FlowBitmap, _ progress: Progress) throws(GeneratorError) {
        var rate = Generator.announcementRates.first
        var quiet = 0.0
        var elapsed = 0.0
        // One run for all rounds: what comes late counts.
        beginRun()
        if let to = stream.to { sides[to].receiver.begin(ReceiveJob(tag: tag(stream), confirms: bitmap)) }
        while bitmap.inserted < bitmap.count {
            let before = bitmap.inserted
            let seconds = try announceOnce(stream, bitmap, rate: rate, progress, after: elapsed)
            elapsed += seconds
            guard stream.to != nil else { return }
            if wasInterrupted { throw .interrupted }
            let came = bitmap.inserted - before
            quiet = came > 0 ? 0 : quiet + seconds
            guard quiet < settings.waitSecondsMaximum else { throw .failed(silence(stream, bitmap)) }
            if came > 0, came < (bitmap.count - before) * 9 / 10 { rate = max(rate / 2, Generator.announcementRates.least) }
        }
    }

    /// One round over the flows that are missing. Returns how long it took.
    private func announceOnce(_ stream: Stream, _ bitmap: FlowBitmap, rate: Double, _ progress: Progress, after elapsed: Double)
        throws(GeneratorError) -> Double
    {
        sides[stream.from].transmitter.begin(
            TransmitJob(tag: tag(stream), rate: rate, announces: bitmap), cyclesPerSecond: cyclesPerSecond)
        let counters = sides[stream.from].transmitter.counters
        var ended: Double?
        var total = 0.0
        try runLoops(secondsMaximum: 2 * Double(bitmap.count) / rate + 1) { seconds in
            total = seconds
            if counters.pointee.isDone != 0, ended == nil { ended = seconds }
            let isComplete = bitmap.inserted == bitmap.count
            progress.update(elapsed + seconds, "announcing MACs (\(stream.name)): \(bitmap.inserted) of \(bitmap.count) came through")
            return !wasInterrupted && !isComplete && seconds - (ended ?? seconds) < 0.1
        }
        return total
    }

    private func silence(_ stream: Stream, _ bitmap: FlowBitmap) -> String {
        let plan = settings.plan
        let outer = settings.outer
        let vlans = plan.networks == 1 ? "VLAN \(plan.vlans.lowerBound)" : "VLANs \(plan.vlans.lowerBound) to \(plan.vlans.upperBound)"
        let vteps = (outer.vteps == 1 ? [outer.firstVTEP] : [outer.firstVTEP, outer.lastVTEP]).map { IPv4Text($0).description }
        let question =
            settings.mode == .gateway
            ? "does the gateway have \(vlans) as VNI \(plan.vniBase) + VLAN with the remotes \(vteps.joined(separator: " to "))?"
            : "is there something that forwards between these devices?"
        return "\(bitmap.inserted) of \(bitmap.count) announcements (\(stream.name)) came through, no more within \(timeout): \(question)"
    }
}
