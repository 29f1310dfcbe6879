import CShims

/// A receive queue that a worker polls.
package struct ReceiveQueue: BitwiseCopyable, Hashable, Sendable {
    package var port: PortIndex
    package var queue: UInt16

    package init(port: PortIndex, queue: UInt16) {
        self.port = port
        self.queue = queue
    }
}

/// One worker: everything that a core needs to forward packets, run to completion. The walk of a packet is spread over the files of this
/// folder, in this order:
///
///     Worker+Poll       receive a burst, remember the time, transmit, report, sleep when idle
///     Worker+Access     classify what came from an access port        AccessVerdict
///     Worker+Underlay   validate and strip what came from a tunnel    UnderlayVerdict, Congestion
///     Worker+Forward    look up both MACs, settle what is new, act
///     Worker+Encapsulate, Worker+Tunnels, Worker+Local, Worker+Flood  the actions
///     Worker+Guard      what a network or a port asks for before a frame is flooded
///     Worker+Loops      blocked ports, loop probes that come back
///     Worker+Suppress   ARP and ND of networks that answer them themselves
///     Worker+Snoop      multicast to members only                         SnoopVerdict
///     Worker+Transmit   per-port queues
///
/// All memory is allocated at start. Nothing below `poll` allocates, retains, locks, logs or makes a system call, except for the idle sleep.
package struct Worker: ~Copyable {
    package static let burst = 32
    /// Most frames a second that a worker hands to control because they do not fit a tunnel.
    package static let tooBigPerSecond = 1000
    /// Most notices of limits and violations a second that a worker gives.
    package static let noticesPerSecond = 100
    /// Most frames of networks a second that a worker shows to control.
    package static let tenantFramesPerSecond = 10_000
    /// Most loop probes a second that a worker shows to control.
    package static let probesPerSecond = 2000

    let tables: Tables
    let exchange: Exchange
    package let counters: CounterBlock
    /// Packet buffers for copies.
    let pool: UnsafeMutableRawPointer
    let queues: UnsafeMutablePointer<ReceiveQueue>
    let queueCount: Int
    let transmitQueues: UnsafeMutablePointer<TransmitQueue>
    /// Number of this worker: its transmit queue on ports that give each worker one. Worker 0 also transmits what control injects.
    let number: UInt16
    let sleepsWhenIdle: Bool
    /// Ports that are to be transmitted to several times a second, packets or not, one bit each: drivers that have messages of their own wait for that.
    let served: UInt32
    /// Active-backup bonds, whose standby members are drained; a bit each.
    let drained: UInt32

    /// The burst in work: as received, and those that go on to be forwarded.
    let received: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    let frames: UnsafeMutablePointer<Frame>
    /// Those of them that the first look into the MAC table has not settled.
    let unsettled: UnsafeMutablePointer<UnsafeMutablePointer<Frame>?>
    /// Sources that this worker has seen this second.
    let sources: SourceFilter
    /// What their fingerprints have in common, of this burst.
    var sourceStamp: UInt64 = 0
    /// The event in the making.
    let event: UnsafeMutablePointer<Event>

    /// Rounds done: grows by one with every quiescent state. Control reads it.
    package let rounds: UnsafeMutablePointer<UInt64>
    /// Ports with packets waiting in their transmit queue, one bit each.
    var pending: UInt32 = 0
    /// Settings, read once a burst.
    var udpPortBE: UInt16 = 0
    var vxlanMask: UInt64 = 0
    var sourcePorts: UInt32 = 0
    var observesNeighbors = false
    /// The round in which control was last told of a sender that has no tunnel.
    var toldOfStranger = UInt64.max
    /// Of the last IPv4 packet that was sent without DF.
    var identification: UInt16 = 0
    /// Frames that do not fit a tunnel and may still be handed to control this second.
    var tooBigBudget = Worker.tooBigPerSecond
    /// Notices of limits and violations that control may still get this second.
    var noticeBudget = Worker.noticesPerSecond
    /// Frames of networks that control may still be shown this second.
    var tenantBudget = Worker.tenantFramesPerSecond
    /// Loop probes that control may still be shown this second.
    var probeBudget = Worker.probesPerSecond

    // Time: the cycle counter, and seconds since `epoch` as the MAC table wants them.
    let cyclesPerSecond: UInt64
    var now: UInt32
    var nextSecond: UInt64
    var nextService: UInt64
    var idleSince: UInt64 = 0

    /// `clock`: the gateway's own, shared by all workers.
    package init(
        number: Int, tables: Tables, exchange: Exchange, pool: PacketPool, queues list: [ReceiveQueue],
        served: [PortIndex] = [], drained: [PortIndex] = [], clock: Clock, sleepsWhenIdle: Bool, node: Int32 = -1
    ) {
        self.number = UInt16(number)
        self.tables = tables
        self.exchange = exchange
        self.pool = pool.handle
        self.sleepsWhenIdle = sleepsWhenIdle
        self.served = served.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
        self.drained = drained.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
        counters = .make(queues: list.count, node: node)
        queues = TableMemory.allocate(ReceiveQueue.self, count: max(1, list.count), node: node)
        for (position, queue) in list.enumerated() { queues[position] = queue }
        queueCount = list.count
        transmitQueues = TableMemory.allocate(TransmitQueue.self, count: PortTable.capacity, node: node)
        received = .allocate(capacity: Worker.burst)
        received.initialize(repeating: nil, count: Worker.burst)
        frames = TableMemory.allocate(Frame.self, count: Worker.burst, node: node)
        unsettled = .allocate(capacity: Worker.burst)
        unsettled.initialize(repeating: nil, count: Worker.burst)
        sources = .make(capacity: tables.macs.capacityMaximum, node: node)
        event = .allocate(capacity: 1)
        rounds = TableMemory.allocate(UInt64.self, count: 8, node: node)
        cyclesPerSecond = clock.cyclesPerSecond
        now = clock.seconds
        nextSecond = clock.cycles(atSecond: now + 1)
        nextService = served.isEmpty && drained.isEmpty ? .max : 0
    }

    deinit {
        counters.destroy()
        TableMemory.free(queues, count: max(1, queueCount))
        TableMemory.free(transmitQueues, count: PortTable.capacity)
        received.deallocate()
        TableMemory.free(frames, count: Worker.burst)
        unsettled.deallocate()
        sources.destroy()
        event.deallocate()
        TableMemory.free(rounds, count: 8)
    }
}

/// A frame on its way through the stages: one cache line.
struct Frame: BitwiseCopyable {
    var packet: UnsafeMutablePointer<vd_mbuf>
    var sourceKey: MACKey
    var destinationKey: MACKey
    /// Of the keys, by ``MACTable/hash(_:)``.
    var sourceHash: UInt64
    var destinationHash: UInt64
    /// Where it came from, as a destination: what its source is learned behind.
    var origin: Destination
    /// Where it goes.
    var destination: Destination
    /// Tag control of the outer tag as received, 0 when untagged.
    var tag: UInt16
    /// Bytes that tags to be removed take in the frame, between addresses and type: 0, 4, 8 or 12.
    var tagBytes: UInt16
    private var padding: (UInt32, UInt32, UInt32)

    @inline(__always)
    var network: Int { Int(truncatingIfNeeded: sourceKey.rawValue >> 48) }
}
