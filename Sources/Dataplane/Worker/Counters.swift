import CShims

/// Packets and bytes through one port.
package struct PortCounters: BitwiseCopyable, Sendable {
    package var rxPackets: UInt64 = 0
    package var rxBytes: UInt64 = 0
    package var txPackets: UInt64 = 0
    package var txBytes: UInt64 = 0
    /// Packets that the device did not take.
    package var txDropped: UInt64 = 0
    var reserved: (UInt64, UInt64, UInt64) = (0, 0, 0)

    package init() {}
}

/// Packets through one tunnel.
package struct TunnelCounters: BitwiseCopyable, Sendable {
    package var rxPackets: UInt64 = 0
    package var txPackets: UInt64 = 0

    package init() {}
}

/// What a worker tells of itself.
package struct WorkerCounters: BitwiseCopyable, Sendable {
    /// Packets and non-empty bursts received.
    package var packets: UInt64 = 0
    package var bursts: UInt64 = 0
    /// Cycles spent in rounds that received something, and in all rounds.
    package var busyCycles: UInt64 = 0
    package var totalCycles: UInt64 = 0
    package var macsLearned: UInt64 = 0
    package var macsMoved: UInt64 = 0
    /// Frames whose source could not be learned because the MAC table was full.
    package var macTableFull: UInt64 = 0
    package var eventsLost: UInt64 = 0
    /// Frames of networks that control was not shown: too many, or no buffer.
    package var tenantFramesUnseen: UInt64 = 0
    /// ARP and ND requests answered for hosts that are known.
    package var arpAnswered: UInt64 = 0
    package var ndAnswered: UInt64 = 0
    /// Packets that came to members of active-backup bonds which stand by.
    package var bondStandby: UInt64 = 0

    package init() {}
}

/// One worker's counters: memory that only this worker writes, so that no cache line is shared. Control reads at any time and adds up;
/// nothing is ever reset.
package struct CounterBlock: @unchecked Sendable {
    let worker: UnsafeMutablePointer<WorkerCounters>
    /// Packets from each receive queue, in the order in which the worker polls them.
    let queues: UnsafeMutablePointer<UInt64>
    private let queueCount: Int
    let drops: UnsafeMutablePointer<UInt64>
    let ports: UnsafeMutablePointer<PortCounters>
    let tunnels: UnsafeMutablePointer<TunnelCounters>

    static func make(queues: Int, node: Int32) -> CounterBlock {
        CounterBlock(
            worker: TableMemory.allocate(WorkerCounters.self, count: 1, node: node),
            queues: TableMemory.allocate(UInt64.self, count: max(1, queues), node: node), queueCount: queues,
            drops: TableMemory.allocate(UInt64.self, count: DropReason.count, node: node),
            ports: TableMemory.allocate(PortCounters.self, count: PortTable.capacity, node: node),
            tunnels: TableMemory.allocate(TunnelCounters.self, count: TunnelTable.capacity, node: node))
    }

    func destroy() {
        TableMemory.free(worker, count: 1)
        TableMemory.free(queues, count: max(1, queueCount))
        TableMemory.free(drops, count: DropReason.count)
        TableMemory.free(ports, count: PortTable.capacity)
        TableMemory.free(tunnels, count: TunnelTable.capacity)
    }

    @_noLocks @_noAllocation @inline(__always)
    func count(_ reason: DropReason, _ packets: Int = 1) { drops[Int(reason.rawValue)] &+= UInt64(truncatingIfNeeded: packets) }

    package func drops(_ reason: DropReason) -> UInt64 { vd_load_relaxed_u64(drops + Int(reason.rawValue)) }
    package func port(_ port: PortIndex) -> PortCounters { ports[Int(port.rawValue)] }
    package func tunnel(_ tunnel: TunnelIndex) -> TunnelCounters { tunnels[Int(tunnel.rawValue)] }
    package var totals: WorkerCounters { worker.pointee }
    /// Packets from each receive queue, in the order of the worker's list.
    package var queuePackets: [UInt64] { (0..<queueCount).map { vd_load_relaxed_u64(queues + $0) } }
}
