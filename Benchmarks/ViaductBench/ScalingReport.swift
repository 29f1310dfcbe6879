import BenchSupport
import Dataplane

/// One worker and two, on ports of their own, with all tables shared.
struct ScalingReport: BenchReport {
    let setting: Setting
    let oneWorkerMpps: Double
    let twoWorkersMpps: Double
    /// Two against one, the median of what each round says.
    let ratio: Double
    let ratios: Figure
    /// The same of their devices alone: what the machine itself lets two cores do.
    let devicesRatio: Double
    let windows: Int
    let windowsDiscarded: Int
    let isDisturbed: Bool

    static func take(_ options: Options, _ testbed: Testbed, _ progress: Progress) throws -> ScalingReport {
        let cpus = [options.core, CPUs.online.first { $0 != options.core }!]
        var rounds: [ScalingRound] = []
        for number in 1...options.repeats {
            let take = { (name: String, candidate: Candidate) in
                progress.say("round \(number) of \(options.repeats): \(name)")
                return try Measurement.take(candidate, seconds: options.seconds)
            }
            rounds.append(
                ScalingRound(
                    oneDevices: try take("one core's devices", .devices(testbed)),
                    twoDevices: try take("two cores' devices", .devices(testbed, count: 2)),
                    one: try take("one worker", .gateway(testbed, cpus: [cpus[0]])),
                    two: try take("two workers", .gateway(testbed, cpus: cpus))))
        }
        return ScalingReport(Setting(options, testbed), rounds)
    }

    private init(_ setting: Setting, _ rounds: [ScalingRound]) {
        self.setting = setting
        let undisturbed = rounds.filter { !$0.isDisturbed }
        isDisturbed = undisturbed.isEmpty
        let usable = isDisturbed ? rounds : undisturbed
        let megahertz = Double(setting.cyclesPerSecond) / 1e6
        oneWorkerMpps = rounded(middle(of: usable.map(\.one.rate)) * megahertz)
        twoWorkersMpps = rounded(middle(of: usable.map(\.two.rate)) * megahertz)
        ratios = Figure(usable.map { $0.two.rate / $0.one.rate })
        ratio = ratios.median
        devicesRatio = rounded(middle(of: usable.map { $0.twoDevices.rate / $0.oneDevices.rate }))
        windows = rounds.flatMap(\.all).reduce(0) { $0 + $1.windows.count }
        windowsDiscarded = rounds.flatMap(\.all).reduce(0) { $0 + $1.discarded }
    }

    var text: String {
        """
        \(setting.text); million packets a second, medians of rounds
          one worker   \(fixed(oneWorkerMpps))
          two workers  \(fixed(twoWorkersMpps))
          \(ratio) times one (\(ratios.minimum) ... \(ratios.maximum)), devices alone \(devicesRatio) times; \(windows) windows, \
        \(windowsDiscarded) discarded for a lost core\(isDisturbed ? disturbance : "")
        """
    }

    func encode(to encoder: any Encoder) throws {
        try setting.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(oneWorkerMpps, forKey: .oneWorkerMpps)
        try container.encode(twoWorkersMpps, forKey: .twoWorkersMpps)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(ratios, forKey: .ratios)
        try container.encode(devicesRatio, forKey: .devicesRatio)
        try container.encode(windows, forKey: .windows)
        try container.encode(windowsDiscarded, forKey: .windowsDiscarded)
        try container.encode(isDisturbed, forKey: .isDisturbed)
    }

    private enum CodingKeys: String, CodingKey {
        case oneWorkerMpps, twoWorkersMpps, ratio, ratios, devicesRatio, windows, windowsDiscarded
        case isDisturbed = "disturbed"
    }
}

/// All four candidates, one after the other.
private struct ScalingRound {
    let oneDevices: Measurement
    let twoDevices: Measurement
    let one: Measurement
    let two: Measurement

    var all: [Measurement] { [oneDevices, twoDevices, one, two] }
    var isDisturbed: Bool { all.contains(where: \.isDisturbed) }
}
