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

    func receive(_ packet: Packet, on port: PortIndex, queue: Int = 0) throws {
        try #require(ports[Int(port.rawValue)].receive(packet, queue: queue), "the port's ring is full")
    }

    func receive(_ frame: Bytes, on port: PortIndex, queue: Int = 0) throws { try receive(packet(frame), on: port, queue: queue) }

    @discardableResult
    func poll(_ worker: Int = 0) -> Int { workers[worker].worker.poll() }

    /// Takes what a port has transmitted, as packet buffers.
    func takePackets(_ port: PortIndex, queue: Int = 0) -> [Packet] {
        var packets: [Packet] = []
        while let packet = ports[Int(port.rawValue)].transmitted(queue: queue) { packets.append(packet) }
        return packets
    }

    /// Takes what a port has transmitted, as bytes.
    func take(_ port: PortIndex, queue: Int = 0) -> [Bytes] {
        takePackets(port, queue: queue).map { packet in
            defer { vd_mbuf_free(packet) }
            return PacketPool.bytes(packet)
        }
    }

    /// Takes what all ports have transmitted; ports that were quiet are left out.
    func takeAll() -> [PortIndex: [Bytes]] {
        var output: [PortIndex: [Bytes]] = [:]
        for index in ports.indices {
            let frames = take(PortIndex(UInt16(index)))
            if !frames.isEmpty { output[PortIndex(UInt16(index))] = frames }
        }
        return output
    }

    /// A frame in, one round of the worker, and what came out.
    func forward(_ frame: Bytes, on port: PortIndex) throws -> [PortIndex: [Bytes]] {
        try receive(frame, on: port)
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
