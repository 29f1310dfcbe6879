import ArgumentParser
import BenchSupport

extension FrameSize: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Underlay: ExpressibleByArgument {}

/// What is measured.
enum Work: String, CaseIterable, ExpressibleByArgument {
    case encap, decap, replicate, learn
}

/// Where frames come from.
enum SourceKind: String, CaseIterable, ExpressibleByArgument {
    /// `net_pcap` with `infinite_rx=1` plays a file of one frame for each pair of hosts: all of them lie in memory.
    case pcap
    /// Frames are made as they are received: the cost does not depend on how many there are.
    case synthetic
}

/// What to measure, from the command line.
struct Options: ParsableArguments {
    @Option(help: "replicate: broadcasts to --copies VTEPs; learn: each frame comes from a MAC that is new.")
    var direction = Work.encap
    @Option(
        help: """
            Pairs of hosts, each two entries of the MAC table (default: 1000). With learn: MACs until the table is emptied again (default: \
            1000000).
            """)
    var macs: Int?
    @Option(help: "Networks, a VLAN and a VNI each, that the pairs are spread over.")
    var networks = 10
    @Option(help: "Remote VTEPs of each worker.")
    var vteps = 4
    @Option(help: "Length of the frames before the tag and with FCS: 64 to 1518, or imix (64, 594 and 1518 as 7 : 4 : 1).")
    var size = FrameSize.smallest
    @Option(help: "What VXLAN packets come and leave over; with checksum: UDP's, in software.")
    var underlay = Underlay.ipv4
    @Option(help: "pcap: net_pcap plays a file; synthetic: frames are made on receipt (default: pcap up to 100000 pairs).")
    var source: SourceKind?
    @Option(help: "2: one worker and two, in turns, on ports of their own.")
    var workers = 1
    @Option(help: "Remote VTEPs that a broadcast is replicated to.")
    var copies = 8
    @Option(help: "Seconds that each candidate is measured for in a round.")
    var seconds = 1.0
    @Option(help: "Rounds; in each, every candidate is measured once.")
    var repeats = 7
    @Option(help: "CPU that is measured.")
    var core = 1
    @Flag(help: "Use hugepages for packets; without, pages of 4 KiB.")
    var hugepages = false
    @Option(help: "Seed of the order of frames.")
    var seed: UInt64 = 1
    @Flag(help: "Tell the memory of the process with 1000000 MACs in 4000 networks, or --macs and --networks, on 4 KiB pages; no speed.")
    var memory = false
    @Flag(help: "Print one JSON document.")
    var json = false
    @Option(help: ArgumentHelp("Write the stream to a pcap file; nothing is measured.", valueName: "file"))
    var frames: String?

    /// The largest stream that is played from a file unless `--source` says so: beyond, its buffers alone take gigabytes.
    static let captureMaximum = 100_000

    var pairs: Int { macs ?? (direction == .learn ? 1_000_000 : 1000) }

    var sourceKind: SourceKind {
        if direction == .learn { return .synthetic }
        return source ?? (pairs > Options.captureMaximum ? .synthetic : .pcap)
    }

    func validate() throws {
        try check("--macs", pairs, 1...1_000_000)
        try check("--networks", networks, 1...4000)
        try check("--vteps", vteps, 1...1024)
        try check("--workers", workers, 1...2)
        try check("--copies", copies, 2...1024)
        try check("--repeats", repeats, 1...1000)
        if let objection = CPUs.objection(to: core) { throw ValidationError("--core: \(objection)") }
        guard (0.1...3600).contains(seconds) else { throw ValidationError("--seconds must be 0.1 to 3600, not \(seconds)") }
        if direction == .learn, source == .pcap {
            throw ValidationError("a file cannot hold MACs that are always new: leave out --source pcap")
        }
        if workers > 1, direction != .encap, direction != .decap {
            throw ValidationError("--workers 2 measures encap or decap, not \(direction.rawValue)")
        }
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
    }

    /// The stream to measure.
    var traffic: Traffic {
        let networks = min(networks, pairs)
        // The first pair of each network is there already; all others are to be learned.
        return Traffic(
            pairs: direction == .learn ? networks : pairs, networks: networks, vteps: direction == .replicate ? copies : vteps,
            streams: workers, size: size, underlay: underlay)
    }

    /// Packet buffers: those under way, and net_pcap's, which keeps every frame of its file in one.
    var bufferCount: Int { 16384 + (sourceKind == .pcap ? traffic.pairs : 0) }

    /// MiB for DPDK: buffers, which never lie across two pages, and rings.
    var memoryMiB: Int { 64 + bufferCount * (hugepages ? 2560 : 4096) / 1_048_576 }
}
