import Dataplane

extension Machinery {
    /// What every net_tap port takes for itself, and what rings and EAL take, in MiB.
    private static let tapMemory = 60
    private static let fixedMemory = 16

    private var tapCount: Int {
        ports.reduce(0) { count, port in
            count + (port.members.isEmpty ? [port.device] : port.members).count { (try? $0.info.driver) == "net_tap" }
        }
    }

    /// Four fifths of the memory that drivers and rings leave are packet buffers, fewer where memory is in pieces, divided evenly among the
    /// NUMA nodes of the ports.
    func makePools(memory: Int) throws(DeviceError) -> [Int: PacketPool] {
        let frameMaximum = (ports.map(\.configuration.mtu).max() ?? 1500) + 14 + 4
        let bufferBytes = max(2048, frameMaximum) + 128 + 320
        let needed = ports.reduce(0) { $0 + ($1.queues.rx + $1.queues.tx) * 1024 } + workerCount * 1024
        let taken = Machinery.fixedMemory + Machinery.tapMemory * tapCount
        let nodes = Set(ports.map { max(0, $0.info.node) }).sorted()
        let count = (memory - taken) * 1_048_576 / bufferBytes * 4 / 5 / max(1, nodes.count)
        guard count >= needed else {
            let least = taken + needed * max(1, nodes.count) * bufferBytes * 5 / 4 / 1_048_576 + 1
            throw .memory(what: "these ports, which need \(least) MiB (system.memory is \(memory))")
        }
        var pools: [Int: PacketPool] = [:]
        for node in nodes { pools[node] = try Machinery.makePool(node: node, count: count, needed: needed, frameMaximum: frameMaximum) }
        return pools
    }

    private static func makePool(node: Int, count: Int, needed: Int, frameMaximum: Int) throws(DeviceError) -> PacketPool {
        do {
            return try PacketPool.make(name: "viaduct-\(node)", count: count, frameMaximum: frameMaximum, node: Int32(node))
        } catch {
            let fewer = count * 7 / 8
            guard fewer >= needed else { throw error }
            return try makePool(node: node, count: fewer, needed: needed, frameMaximum: frameMaximum)
        }
    }
}
