import ArgumentParser
import BenchSupport
import Dataplane

/// Each stage of a worker and each table by itself, in the calling thread, without devices.
@main
struct MicroBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "viaduct-microbench", abstract: "Cycles per packet of a worker's stages, and per key of its tables.",
        discussion: """
            Stages work on bursts of real frames, restored before each pass outside of what is counted; tables are set beside rte_hash with
            the same keys in the same order. Variants take turns. Keys and pairs come in random order. For stages, entries are pairs of hosts, two
            entries of the MAC table each.
            """)

    @Option(help: ArgumentHelp("Only what matches, such as 'mac_*' or 'stage_lookup'.", valueName: "pattern"))
    var only = "*"
    @Option(help: "Seconds for each benchmark and number of entries.")
    var seconds = 1.0
    @Option(help: "CPU that is measured.")
    var core = 1
    @Flag(help: "Use hugepages for packets and rte_hash; without, pages of 4 KiB.")
    var hugepages = false
    @Option(help: "Seed of keys, their order and of the MAC table's hash.")
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Tell the instructions that scripts/check-instructions has counted, from its file.", valueName: "file"))
    var instructions: String?
    @Option(
        help: ArgumentHelp(
            "Walk the stages of one direction, such as decap or encap-ipv6, always the same way, for who counts instructions from outside; no times.",
            valueName: "direction"))
    var count: Passage?
    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard (0.01...3600).contains(seconds) else { throw ValidationError("--seconds must be 0.01 to 3600, not \(seconds)") }
        if let objection = CPUs.objection(to: core) { throw ValidationError("--core: \(objection)") }
        guard contests().isEmpty == false else {
            let names = Set(Contest.all(seed: seed).flatMap(\.names)).sorted()
            throw ValidationError("nothing matches --only '\(only)': there are \(names.joined(separator: ", "))")
        }
    }

    func run() throws {
        CoreWait.prefer()
        let known = try instructions.map(InstructionCounts.init(path:))
        try EAL.start(.init(workerCPUs: [], controlCPUs: [core], memory: 192, usesHugepages: hugepages))
        if let count { return print(try Counting.run(count, seed: seed).json()) }
        let progress = Progress()
        defer { progress.end() }
        let results = try Timing(seconds: seconds, progress: progress).run(contests()).filter { Glob.matches(only, $0.name) }
        let report = MicroReport(results.map { $0.with(known) }, hugepages: hugepages)
        progress.end()
        print(json ? try report.json() : report.text)
    }

    private func contests() -> [Contest] { Contest.all(seed: seed).filter { $0.names.contains { Glob.matches(only, $0) } } }
}

extension DeviceError: CustomStringConvertible {
    public var description: String { message }
}
