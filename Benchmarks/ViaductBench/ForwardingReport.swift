import BenchSupport

/// One worker beside its devices alone.
struct ForwardingReport: BenchReport {
    let setting: Setting
    /// Cycles per packet received.
    let devices: Figure
    let gateway: Figure
    /// Gateway without devices: the differences within each round.
    let own: Figure
    /// The same for each copy that was sent, where packets are replicated.
    let copies: Figure?
    let megapacketsPerSecond: Double
    let windows: Int
    let windowsDiscarded: Int
    /// The core was lost to others in every window.
    let isDisturbed: Bool

    static func take(_ options: Options, _ testbed: Testbed, _ progress: Progress) throws -> ForwardingReport {
        let copies = options.direction == .replicate ? options.copies : 1
        var rounds: [Round] = []
        for number in 1...options.repeats {
            progress.say("round \(number) of \(options.repeats): devices")
            let devices = try Measurement.take(.devices(testbed, copies: copies), seconds: options.seconds)
            progress.say("round \(number) of \(options.repeats): gateway")
            let gateway = try Measurement.take(.gateway(testbed, cpus: [options.core], copies: copies), seconds: options.seconds)
            rounds.append(Round(devices: devices, gateway: gateway))
        }
        return ForwardingReport(Setting(options, testbed), rounds, copies: copies)
    }

    init(_ setting: Setting, _ rounds: [Round], copies count: Int) {
        self.setting = setting
        let usable = Round.usable(rounds)
        isDisturbed = usable.contains(where: \.isDisturbed)
        devices = Figure(usable.map(\.devices.cycles))
        gateway = Figure(usable.map(\.gateway.cycles))
        own = Figure(usable.map(\.own))
        copies = count > 1 ? Figure(usable.map { $0.own / Double(count) }) : nil
        megapacketsPerSecond = rounded(Double(setting.cyclesPerSecond) / gateway.median / 1e6)
        windows = rounds.reduce(0) { $0 + $1.devices.windows.count + $1.gateway.windows.count }
        windowsDiscarded = rounds.reduce(0) { $0 + $1.devices.discarded + $1.gateway.discarded }
    }

    var text: String {
        """
        \(setting.text); cycles per packet, medians of rounds (least ... most)
          devices alone  \(devices.text)
          gateway        \(gateway.text)
          own work       \(own.text)\(copies.map { "\n  own, per copy  \($0.text)" } ?? "")
          \(fixed(megapacketsPerSecond)) million packets a second; \(windows) windows, \(windowsDiscarded) discarded for a lost core\(isDisturbed ? disturbance : "")
        """
    }

    func encode(to encoder: any Encoder) throws {
        try setting.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(devices, forKey: .devices)
        try container.encode(gateway, forKey: .gateway)
        try container.encode(own, forKey: .own)
        try container.encodeIfPresent(copies, forKey: .copies)
        try container.encode(megapacketsPerSecond, forKey: .megapacketsPerSecond)
        try container.encode(windows, forKey: .windows)
        try container.encode(windowsDiscarded, forKey: .windowsDiscarded)
        try container.encode(isDisturbed, forKey: .isDisturbed)
    }

    private enum CodingKeys: String, CodingKey {
        case devices, gateway, own, copies, megapacketsPerSecond, windows, windowsDiscarded
        case isDisturbed = "disturbed"
    }
}

/// Both candidates, one after the other.
struct Round {
    let devices: Measurement
    let gateway: Measurement

    var isDisturbed: Bool { devices.isDisturbed || gateway.isDisturbed }
    var own: Double { gateway.cycles - devices.cycles }

    /// The rounds that others left alone; all, when there are none.
    static func usable(_ rounds: [Round]) -> [Round] {
        let undisturbed = rounds.filter { !$0.isDisturbed }
        return undisturbed.isEmpty ? rounds : undisturbed
    }
}

/// What to say of figures that others had a part in.
let disturbance = "\n  The core was lost to others in every window: these figures include their work. Stop it, or choose another --core."
