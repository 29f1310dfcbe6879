import CShims
import Dataplane
import Testing

// Packets in, packets out.

typealias Packet = UnsafeMutablePointer<vd_mbuf>

extension Rig {
    /// A packet buffer with a frame, split into segments of these lengths and a rest.
    func packet(_ frame: Bytes, segments: [Int] = []) throws -> Packet {
        var pieces: [Bytes] = []
        var rest = frame[...]
        for length in segments where rest.count > length {
            pieces.append(Bytes(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        pieces.append(Bytes(rest))
        let packets = try pieces.map { try #require(pool.packet($0), "the pool is empty") }
        for (packet, next) in zip(packets, packets.dropFirst()) { packet.pointee.next = next }
        packets[0].pointee.nb_segs = UInt16(packets.count)
        packets[0].pointee.pkt_len = UInt32(frame.count)
        return packets[0]
    }

    /// A packet buffer whose data start `headroom` bytes into it.
    func packet(_ frame: Bytes, headroom: Int) throws -> Packet {
        let packet = try packet(frame)
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + headroom
        frame.withUnsafeBytes { start.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        packet.pointee.data_off = UInt16(headroom)
        return packet
    }

    func receive(_ packet: Packet, on port: PortIndex, queue: Int = 0) throws {
        received[Int(port.rawValue)].add(Int(packet.pointee.pkt_len))
        try #require(ports[Int(port.rawValue)].receive(packet, queue: queue), "the port's ring is full")
    }

    func receive(_ frame: Bytes, on port: PortIndex, queue: Int = 0) throws { try receive(packet(frame), on: port, queue: queue) }

    @discardableResult
    func poll(_ worker: Int = 0) -> Int { workers[worker].worker.poll() }

    /// Takes what a port has transmitted, as packet buffers.
    func takePackets(_ port: PortIndex, queue: Int = 0) -> [Packet] {
        var packets: [Packet] = []
        while let packet = ports[Int(port.rawValue)].transmitted(queue: queue) {
            taken[Int(port.rawValue)].add(Int(packet.pointee.pkt_len))
            packets.append(packet)
        }
        return packets
    }

    /// The bytes of packets, which are freed.
    static func bytes(_ packets: [Packet]) -> [Bytes] {
        packets.map { packet in
            defer { vd_mbuf_free(packet) }
            return PacketPool.bytes(packet)
        }
    }

    /// Takes what a port has transmitted, as bytes.
    func take(_ port: PortIndex, queue: Int = 0) -> [Bytes] { Rig.bytes(takePackets(port, queue: queue)) }

    /// Takes what all ports have transmitted on all queues; ports that were quiet are left out.
    func takeAll() -> [PortIndex: [Bytes]] {
        var output: [PortIndex: [Bytes]] = [:]
        let queueCount = options.sharesTransmit ? 1 : options.workers
        for index in ports.indices {
            let frames = (0..<queueCount).flatMap { take(PortIndex(UInt16(index)), queue: $0) }
            if !frames.isEmpty { output[PortIndex(UInt16(index))] = frames }
        }
        return output
    }

    /// A frame in, one round of the worker, and what came out.
    func forward(_ frame: Bytes, on port: PortIndex) throws -> [PortIndex: [Bytes]] { try forward(packet(frame), on: port) }

    func forward(_ packet: Packet, on port: PortIndex) throws -> [PortIndex: [Bytes]] {
        try receive(packet, on: port)
        poll()
        return takeAll()
    }

    /// The same for a VXLAN packet from a remote VTEP.
    func forward(_ packet: VXLANPacket) throws -> [PortIndex: [Bytes]] { try forward(packet.bytes, on: wan) }

    // MARK: - Counters

    func counters(_ worker: Int = 0) -> CounterBlock { workers[worker].worker.counters }

    /// What was dropped, by all workers.
    var drops: [DropReason: UInt64] {
        var drops: [DropReason: UInt64] = [:]
        for box in workers {
            for reason in DropReason.allCases where box.worker.counters.drops(reason) > 0 {
                drops[reason, default: 0] += box.worker.counters.drops(reason)
            }
        }
        return drops
    }

    var events: [Event] {
        var events: [Event] = []
        while let event = exchange.nextEvent() { events.append(event) }
        return events
    }
}
