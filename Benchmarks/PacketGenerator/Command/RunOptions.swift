import ArgumentParser
import PacketGenerator

/// How much to send, and how to tell about it.
struct RunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rate of each direction: 1.5Mpps, 800kpps, 100pps, 40% of the link, 2.5Gbit on the wire, or max.", valueName: "rate"))
    var rate = "max"

    @Option(help: ArgumentHelp("Send for so long.", valueName: "seconds"))
    var duration = 10.0

    @Option(help: ArgumentHelp("Send so many packets in each direction, if that comes first.", valueName: "n"))
    var count: UInt64?

    @Option(help: ArgumentHelp("Which way: both, encap (from access to underlay) or decap.", valueName: "way"))
    var direction = Direction.both

    @Option(help: ArgumentHelp("Send for so long before measuring.", valueName: "seconds"))
    var warmup = 0.2

    @Flag(inversion: .prefixedNo, help: "Announce every MAC first, so that nothing is flooded when it counts.")
    var learn = true

    @Flag(help: "Print one JSON document with stable keys instead of tables.")
    var json = false

    @Flag(help: "Print the configuration of a gateway for this traffic, for 'viaduct run', and do nothing else.")
    var printConfig = false

    @Flag(help: "Show no progress.")
    var quiet = false

    enum Direction: String, ExpressibleByArgument, CaseIterable { case both, encap, decap }

    func validate() throws {
        guard (0.01...86_400).contains(duration) else { throw ValidationError("--duration is 0.01 to 86400 seconds") }
        guard (0...60).contains(warmup) else { throw ValidationError("--warmup is 0 to 60 seconds") }
        if let count, count == 0 { throw ValidationError("--count is at least 1") }
    }
}

/// Looking for the highest rate.
struct SearchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Search for the highest rate: ndr (no loss), pdr (0.5 % loss) or both.", valueName: "goal"))
    var search: Goal?

    @Option(help: ArgumentHelp("Length of a trial.", valueName: "seconds"))
    var trialDuration = 2.0

    @Option(help: ArgumentHelp("The search ends when it knows the rate so exactly, in percent of the highest.", valueName: "percent"))
    var resolution = 1.0

    @Option(help: ArgumentHelp("Most trials of a search.", valueName: "n"))
    var maxTrials = 20

    @Option(help: ArgumentHelp("Repetitions of a trial that lost too much, before it counts as failed.", valueName: "n"))
    var lossVerifications = 1

    enum Goal: String, ExpressibleByArgument, CaseIterable { case ndr, pdr, both }

    static let partialDropRatio = 0.005

    func validate() throws {
        guard (0.05...3600).contains(trialDuration) else { throw ValidationError("--trial-duration is 0.05 to 3600 seconds") }
        guard (0.01...50).contains(resolution) else { throw ValidationError("--resolution is 0.01 to 50 percent") }
        guard (2...1000).contains(maxTrials) else { throw ValidationError("--max-trials is 2 to 1000") }
        guard (0...10).contains(lossVerifications) else { throw ValidationError("--loss-verifications is 0 to 10") }
    }

    var goals: [(name: String, loss: Double)] {
        switch search {
        case .ndr: [("ndr", 0)]
        case .pdr: [("pdr", SearchOptions.partialDropRatio)]
        case .both: [("ndr", 0), ("pdr", SearchOptions.partialDropRatio)]
        case nil: []
        }
    }

    var limits: RateSearch.Limits {
        var limits = RateSearch.Limits()
        limits.resolution = resolution / 100
        limits.trialsMaximum = maxTrials
        limits.verifications = lossVerifications
        return limits
    }
}
