import BenchSupport
import Dataplane

/// How fast one worker learns: every frame comes from a MAC that is not in the table. The table is filled and emptied again and again; each
/// filling is a window.
struct LearningReport: BenchReport {
    /// Each packet is a MAC learned.
    let forwarding: ForwardingReport
    let macsPerSecond: Double

    static func take(_ options: Options, _ testbed: Testbed, _ progress: Progress) throws -> LearningReport {
        guard let source = testbed.lanes[0].synthetic else { throw BenchError("learning needs a synthetic source") }
        var rounds: [Round] = []
        for number in 1...options.repeats {
            progress.say("round \(number) of \(options.repeats): devices")
            source.remaining = UInt64.max
            let devices = try Measurement.take(.devices(testbed), seconds: options.seconds)
            progress.say("round \(number) of \(options.repeats): gateway")
            source.remaining = 0
            let gateway = try measure(options, testbed, source)
            rounds.append(Round(devices: devices, gateway: gateway))
        }
        return LearningReport(ForwardingReport(Setting(options, testbed), rounds, copies: 1))
    }

    private init(_ forwarding: ForwardingReport) {
        self.forwarding = forwarding
        macsPerSecond = (Double(forwarding.setting.cyclesPerSecond) / forwarding.gateway.median).rounded()
    }

    /// Fills the table for `seconds`, not counting what it takes to empty it.
    private static func measure(_ options: Options, _ testbed: Testbed, _ source: SyntheticSource) throws -> Measurement {
        let exchange = try Exchange.make(name: "bench")
        let thread = try Candidate.launch(testbed, exchange, number: 0, cpu: options.core)
        defer {
            exchange.stop()
            thread.join()
            thread.destroy()
            exchange.destroy()
        }
        let filling = Filling(
            thread: thread, exchange: exchange, wait: try CoreWait.workers()[0], source: source, count: UInt64(options.pairs))
        var result = Measurement()
        var seconds = 0.0
        while seconds < options.seconds || (result.isDisturbed && result.discarded < Measurement.attempts) {
            testbed.tables.macs.removeAll(where: { key, _ in Traffic.isLocal(key.mac) })
            seconds += try filling.run(into: &result, cyclesPerSecond: testbed.clock.cyclesPerSecond)
        }
        return result
    }

    var text: String { "\(forwarding.text)\n  \(fixed(macsPerSecond / 1e6)) million MACs learned a second" }

    func encode(to encoder: any Encoder) throws {
        try forwarding.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(macsPerSecond, forKey: .macsPerSecond)
    }

    private enum CodingKeys: String, CodingKey {
        case macsPerSecond
    }
}
