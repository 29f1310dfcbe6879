import BenchSupport

/// What was measured, as every report tells it.
struct Setting: Encodable {
    let direction: String
    let macs: Int
    let networks: Int
    let vteps: Int
    let size: String
    let underlay: String
    /// Bytes of a frame in memory as the gateway receives it, the average where they differ.
    let frameBytes: Int
    let source: String
    let copyCount: Int?
    let hugepages: Bool
    let cyclesPerSecond: UInt64

    init(_ options: Options, _ testbed: Testbed) {
        let traffic = testbed.traffic
        direction = options.direction.rawValue
        macs = options.pairs
        networks = traffic.networks
        vteps = traffic.vteps
        size = traffic.size.name
        underlay = traffic.underlay.rawValue
        // Tag instead of FCS on the access port; outer headers and neither on the underlay.
        frameBytes = testbed.direction == .encap ? traffic.size.mean : traffic.size.mean - 4 + traffic.underlay.innerOffset
        source = options.sourceKind.rawValue
        copyCount = options.direction == .replicate ? options.copies : nil
        hugepages = options.hugepages
        cyclesPerSecond = testbed.clock.cyclesPerSecond
    }

    var text: String {
        let what = copyCount.map { "replicate to \($0) VTEPs" } ?? direction
        let hosts = direction == Work.learn.rawValue ? "new MACs" : "pairs of MACs"
        return "\(what), \(macs) \(hosts) in \(networks) networks, frames of \(frameBytes) bytes (\(size)), \(underlay), source \(source)"
    }
}
