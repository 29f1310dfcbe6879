import BenchSupport
import Dataplane

/// The gateway under test: the real tables, and for each worker a port that gives frames for ever and one that swallows what is sent.
struct Testbed {
    let topology: Topology
    let clock = Clock()
    let pool: PacketPool
    let lanes: [Lane]
    let direction: Direction

    var tables: Tables { topology.tables }
    var traffic: Traffic { topology.traffic }

    init(_ options: Options) throws {
        let traffic = options.traffic
        let learned = options.direction == .learn ? options.pairs : 0
        topology = Topology(.make(macCapacity: max(65536, 2 * traffic.pairs + learned)), traffic)
        direction = options.direction == .decap ? .decap : .encap
        pool = try PacketPool.make(name: "bench", count: options.bufferCount, frameMaximum: 2048)
        var lanes: [Lane] = []
        for stream in 0..<traffic.streams { lanes.append(try Lane(options, traffic, stream: stream, pool)) }
        self.lanes = lanes
        for (stream, lane) in lanes.enumerated() {
            let (access, underlay) = direction == .encap ? (lane.source, lane.sink) : (lane.sink, lane.source)
            topology.setPorts(stream: stream, access: access, underlay: underlay)
        }
        topology.setForwarding()
        topology.learnHosts()
    }

    /// The port that a worker's frames leave by.
    func exit(_ stream: Int) -> PortIndex { direction == .encap ? Topology.underlay(stream) : Topology.access(stream) }

    /// The stream as frames.
    static func frames(_ options: Options, stream: Int) -> [[UInt8]] {
        let traffic = options.traffic
        switch options.direction {
        case .encap, .learn: return traffic.frames(.encap, stream: stream, seed: options.seed)
        case .decap: return traffic.frames(.decap, stream: stream, seed: options.seed)
        case .replicate: return traffic.broadcasts(seed: options.seed)
        }
    }

    func close() {
        for lane in lanes { lane.close() }
        pool.free()
        tables.destroy()
    }
}
