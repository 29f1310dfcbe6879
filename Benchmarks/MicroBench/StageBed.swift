import BenchSupport
import CShims
import Dataplane

/// A worker between two ports in memory, its tables filled for a ``Traffic``, and one burst of buffers that gets the next frames of the stream
/// again and again.
final class StageBed {
    static let burst = Worker.burst

    let direction: Direction
    let worker: UnsafeMutablePointer<Worker>
    private let topology: Topology
    private let exchange: Exchange
    private let pool: PacketPool
    private let ports: [MemoryPort]
    private let buffers: [UnsafeMutablePointer<vd_mbuf>]
    /// All frames of the stream, one after the other.
    private let frames: UnsafeMutableRawPointer
    private let frameBytes: Int
    private var cursor: Cursor

    /// The port that frames come from.
    var entry: PortIndex { direction == .encap ? Topology.access(0) : Topology.underlay(0) }

    init(_ passage: Passage, _ traffic: Traffic, seed: UInt64) throws {
        direction = passage.direction
        // DPDK takes names of 25 bytes, and adds to them.
        let name = "\(passage.name)\(traffic.pairs)"
        pool = try PacketPool.make(name: name, count: 4095, frameMaximum: 2048)
        ports = [try MemoryPort.make(name: "a-\(name)"), try MemoryPort.make(name: "u-\(name)")]
        for port in ports { try StageBed.start(port.device, pool) }
        topology = Topology(.make(macCapacity: 2 * traffic.pairs, seed: seed), traffic)
        topology.setPorts(stream: 0, access: ports[0].device, underlay: ports[1].device)
        topology.setForwarding()
        topology.learnHosts()
        exchange = try Exchange.make(name: name)
        let queues = [Topology.access(0), Topology.underlay(0)].map { ReceiveQueue(port: $0, queue: 0) }
        worker = .allocate(capacity: 1)
        worker.initialize(
            to: Worker(
                number: 0, tables: topology.tables, exchange: exchange, pool: pool, queues: queues, clock: Clock(), sleepsWhenIdle: false))
        buffers = try StageBed.buffers(pool)
        (frames, frameBytes, cursor) = StageBed.lay(traffic.frames(direction, seed: seed))
        worker.pointee.holdClock()
        // Reads the settings.
        _ = worker.pointee.poll()
    }

    private static func start(_ device: Device, _ pool: PacketPool) throws {
        try device.start(
            info: device.info, rxQueues: 1, txQueues: 1, mtu: 1500, promiscuous: true, verifiesChecksums: true, pool: pool)
    }

    private static func buffers(_ pool: PacketPool) throws -> [UnsafeMutablePointer<vd_mbuf>] {
        try (0..<burst).map { _ in
            guard let packet = vd_mbuf_alloc(pool.handle) else { throw BenchError("the packet pool is empty") }
            return packet
        }
    }

    /// The frames, all of one length, side by side, and as many again of the first as fill the last burst.
    private static func lay(_ list: [[UInt8]]) -> (UnsafeMutableRawPointer, Int, Cursor) {
        let count = (list.count + burst - 1) / burst * burst
        let byteCount = list[0].count
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * byteCount, alignment: 64)
        for position in 0..<count {
            list[position % list.count].withUnsafeBytes {
                (memory + position * byteCount).copyMemory(from: $0.baseAddress!, byteCount: byteCount)
            }
        }
        return (memory, byteCount, Cursor(count: count))
    }

    /// Writes the next frames of the stream into the buffers, as a device would, and hands them to `body`.
    func restore(_ body: (_ position: Int, UnsafeMutablePointer<vd_mbuf>) -> Void) {
        var next = frames + cursor.next(StageBed.burst).start * frameBytes
        for (position, packet) in buffers.enumerated() {
            packet.pointee.data_off = VD_HEADROOM
            packet.pointee.data_len = UInt16(frameBytes)
            packet.pointee.pkt_len = UInt32(frameBytes)
            packet.pointee.ol_flags = 0
            (UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(VD_HEADROOM)).copyMemory(from: next, byteCount: frameBytes)
            next += frameBytes
            body(position, packet)
        }
    }

    /// Puts the next burst where a worker's stages find it.
    func stage() {
        let received = worker.pointee.arrivals
        restore { received[$0] = $1 }
    }

    /// Has the next burst arrive on the port.
    func arrive() {
        let port = ports[direction == .encap ? 0 : 1]
        restore { _, packet in precondition(port.receive(packet), "the port's ring is full") }
    }

    /// Takes back what was transmitted. False when it is not `count` packets.
    func takeBack(_ count: Int) -> Bool {
        var taken = 0
        while ports[direction == .encap ? 1 : 0].transmitted() != nil { taken += 1 }
        return taken == count
    }

    func close() {
        for port in ports { port.close() }
        for packet in buffers { vd_mbuf_free(packet) }
        worker.deinitialize(count: 1)
        worker.deallocate()
        exchange.destroy()
        topology.tables.destroy()
        pool.free()
        frames.deallocate()
    }
}
