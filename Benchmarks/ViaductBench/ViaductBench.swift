import ArgumentParser
import BenchSupport
import Dataplane

/// What one worker, or two, spend on a packet, on virtual devices that cost little, beside those devices alone.
@main
struct ViaductBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "viaduct-bench", abstract: "Cycles per packet of the gateway's workers.",
        discussion: """
            A real worker forwards frames between two virtual devices on a core of its own; then a loop that does nothing else receives and
            transmits on the same devices. The two take turns, so that both meet the same noise, and the median of their differences is the
            gateway's own work. Windows in which the core was lost to others are not counted.
            """)

    @OptionGroup var options: Options

    func run() throws {
        if let path = options.frames {
            return try CaptureFile.write(Testbed.frames(options, stream: 0), to: path)
        }
        let report = try measure()
        print(options.json ? try report.json() : report.text)
    }

    private func measure() throws -> any BenchReport {
        CoreWait.prefer()
        let progress = Progress()
        defer { progress.end() }
        let options = self.options.memory ? MemoryReport.options(self.options) : self.options
        try startEAL(options)
        let testbed = try Testbed(options)
        defer { testbed.close() }
        if options.memory { return try MemoryReport.take(options, testbed) }
        if options.workers > 1 { return try ScalingReport.take(options, testbed, progress) }
        return try options.direction == .learn
            ? LearningReport.take(options, testbed, progress) : ForwardingReport.take(options, testbed, progress)
    }

    private func startEAL(_ options: Options) throws {
        let others = CPUs.online.filter { $0 != options.core }
        guard others.count > 0 else { throw BenchError("one core is measured, and one more is needed") }
        // With two workers, what waits and reads counters shares the second one's core.
        let workers = [options.core] + others.prefix(options.workers - 1)
        try EAL.start(
            .init(workerCPUs: workers, controlCPUs: others, memory: options.memoryMiB, usesHugepages: options.hugepages))
    }
}

/// What a benchmark found, for programs and for people.
protocol BenchReport: Encodable {
    var text: String { get }
}

extension DeviceError: CustomStringConvertible {
    public var description: String { message }
}
