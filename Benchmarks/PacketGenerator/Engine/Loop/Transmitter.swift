import CShims
import Dataplane

/// Sends one stream: prepares bursts as the pacer allows, stamps them with the time, and hands them to the device. Packets that the device
/// does not take wait and get a new time.
package struct Transmitter {
    static let burst = 32
    private static let announcementSize: UInt16 = 64

    private let port: UInt16
    private let pool: UnsafeMutableRawPointer
    private var writer: FrameWriter
    private let sizes: UnsafeMutablePointer<UInt16>
    private let sizeCount: Int
    private var sizePosition = 0
    private let flowOrder: FlowSequence
    private var flows: FlowSequence
    private let packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    /// Packets prepared and not yet taken: `waiting` of them from `first` on.
    private var first = 0
    private var waiting = 0
    package let counters: UnsafeMutablePointer<TransmitCounters>

    private var job = TransmitJob.none
    private var pacer = Pacer(rate: 0, cyclesPerSecond: 1, now: 0)
    private var sequence: UInt64 = 0
    private var announced = 0
    private var lastTurn: UInt64 = 0

    package init(port: UInt16, pool: PacketPool, writer: FrameWriter, schedule: [UInt16], flows: FlowSequence) {
        self.port = port
        self.pool = pool.handle
        self.writer = writer
        sizes = .allocate(capacity: schedule.count)
        sizes.initialize(from: schedule, count: schedule.count)
        sizeCount = schedule.count
        flowOrder = flows
        self.flows = flows
        packets = .allocate(capacity: Transmitter.burst)
        packets.initialize(repeating: nil, count: Transmitter.burst)
        counters = .allocate(capacity: 1)
        counters.initialize(to: TransmitCounters(isDone: true))
    }

    package func destroy() {
        writer.destroy()
        sizes.deallocate()
        packets.deallocate()
        counters.deallocate()
    }

    /// While the loop does not run: other headers from now on.
    package mutating func replaceWriter(_ writer: FrameWriter) {
        self.writer.destroy()
        self.writer = writer
    }

    /// While the loop does not run: what to send next, from sequence number 0 on.
    package mutating func begin(_ job: TransmitJob, cyclesPerSecond: UInt64) {
        self.job = job
        pacer = Pacer(rate: job.rate, cyclesPerSecond: cyclesPerSecond, now: vd_cycles())
        sequence = 0
        announced = 0
        flows = flowOrder
        counters.pointee = TransmitCounters(isDone: job.limit == 0)
    }

    @_noLocks @_noAllocation @inline(__always)
    mutating func transmit() {
        guard counters.pointee.isDone == 0 else { return }
        let now = vd_cycles()
        if _slowPath(counters.pointee.firstCycle == 0) { begin(at: now) }
        let pause = now &- lastTurn
        lastTurn = now
        if _slowPath(pause > counters.pointee.longestPause) { counters.pointee.longestPause = pause }
        if waiting == 0 {
            guard prepare(now) else { return }
        }
        send()
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func begin(at now: UInt64) {
        counters.pointee.firstCycle = now
        counters.pointee.lastCycle = now
        lastTurn = now
    }

    /// Fills the burst. False when there is nothing to send now.
    @_noLocks @_noAllocation @inline(__always)
    private mutating func prepare(_ now: UInt64) -> Bool {
        if now &- counters.pointee.firstCycle >= job.cycles || sequence >= job.limit { return finish() }
        let allowed = min(min(pacer.allowance(now), UInt64(Transmitter.burst)), job.limit &- sequence)
        guard allowed > 0 else { return false }
        guard vd_mbuf_alloc_bulk(pool, packets, UInt32(truncatingIfNeeded: allowed)) else {
            counters.pointee.poolEmpty &+= 1
            return false
        }
        pacer.take(allowed)
        first = 0
        waiting = Int(truncatingIfNeeded: allowed)
        if let bitmap = job.announces { return prepareAnnouncements(bitmap) }
        var position = 0
        while position < waiting {
            prepare(packets[position].unsafelyUnwrapped, flows.next(), size: nextSize(), number: sequence)
            sequence &+= 1
            position &+= 1
        }
        return true
    }

    /// One frame for each flow that is not in the bitmap, numbered as the flow, of the smallest size.
    @_noLocks @_noAllocation @inline(never)
    private mutating func prepareAnnouncements(_ bitmap: FlowBitmap) -> Bool {
        var position = 0
        while position < waiting {
            announced = bitmap.firstMissing(from: announced)
            guard announced < bitmap.count else { break }
            let choice = FlowChoice(flow: UInt32(truncatingIfNeeded: announced), port: 0)
            let number = UInt64(truncatingIfNeeded: announced)
            prepare(packets[position].unsafelyUnwrapped, choice, size: Transmitter.announcementSize, number: number)
            announced &+= 1
            position &+= 1
        }
        sequence = announced < bitmap.count ? sequence : job.limit
        if position < waiting { vd_mbuf_free_bulk(packets + position, UInt32(truncatingIfNeeded: waiting &- position)) }
        waiting = position
        return waiting > 0
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func prepare(_ packet: UnsafeMutablePointer<vd_mbuf>, _ choice: FlowChoice, size: UInt16, number: UInt64) {
        let frame = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        writer.write(to: frame, choice, size: UInt32(size))
        Stamp.write(frame + writer.layout.stamp, tag: job.tag, sequence: number)
        let byteCount = UInt32(truncatingIfNeeded: writer.layout.byteCount(size: Int(size)))
        packet.pointee.data_len = UInt16(truncatingIfNeeded: byteCount)
        packet.pointee.pkt_len = byteCount
    }

    @_noLocks @_noAllocation @inline(__always)
    private mutating func nextSize() -> UInt16 {
        let size = sizes[sizePosition]
        sizePosition &+= 1
        if sizePosition == sizeCount { sizePosition = 0 }
        return size
    }

    /// Stamps and transmits what waits.
    @_noLocks @_noAllocation @inline(__always)
    private mutating func send() {
        let stamp = writer.layout.stamp
        let now = vd_cycles()
        var bytes: UInt64 = 0
        var position = first
        let end = first &+ waiting
        while position < end {
            let packet = packets[position].unsafelyUnwrapped
            Stamp.write(UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off) + stamp, time: now)
            bytes &+= UInt64(packet.pointee.pkt_len)
            position &+= 1
        }
        let sent = Int(vd_tx_burst(port, 0, packets + first, UInt16(truncatingIfNeeded: waiting)))
        if sent < waiting { bytes &-= keep(from: first &+ sent, to: end) }
        first &+= sent
        waiting &-= sent
        counters.pointee.packets &+= UInt64(truncatingIfNeeded: sent)
        counters.pointee.bytes &+= bytes
        if sent > 0 { counters.pointee.lastCycle = now }
    }

    /// Bytes of the packets that the device did not take.
    @_noLocks @_noAllocation @inline(never)
    private mutating func keep(from start: Int, to end: Int) -> UInt64 {
        counters.pointee.refusals &+= 1
        var bytes: UInt64 = 0
        for position in start..<end { bytes &+= UInt64(packets[position].unsafelyUnwrapped.pointee.pkt_len) }
        return bytes
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func finish() -> Bool {
        counters.pointee.isDone = 1
        return false
    }

    /// While the loop does not run: gives back what waits.
    package mutating func dropWaiting() {
        if waiting > 0 { vd_mbuf_free_bulk(packets + first, UInt32(waiting)) }
        waiting = 0
    }
}
