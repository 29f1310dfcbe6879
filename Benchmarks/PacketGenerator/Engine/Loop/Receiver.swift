import CShims
import Dataplane

/// What a receiver waits for in one run.
package struct ReceiveJob: BitwiseCopyable {
    package var tag: UInt16
    /// Marks the flows whose announcements come through, instead of tracking sequence numbers.
    package var confirms: FlowBitmap?

    package init(tag: UInt16, confirms: FlowBitmap? = nil) {
        self.tag = tag
        self.confirms = confirms
    }

    /// Nothing: tags of runs are not 0.
    package static var none: ReceiveJob { ReceiveJob(tag: 0) }
}

/// Receives on a port, tells the stream's packets from others, and notes what became of each. The clock is read once a burst.
package struct Receiver {
    static let burst = 32

    private let port: UInt16
    private let layout: FrameLayout
    private let check: PlaceCheck
    private let packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    /// Packets of the last burst that are not ours, for the loop to look at and free.
    let foreign: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    private var job = ReceiveJob.none
    private var tracker = SequenceTracker.make()
    package let latency = LatencyRecorder.make()
    package let counters: UnsafeMutablePointer<ReceiveCounters>

    package init(port: UInt16, layout: FrameLayout, check: PlaceCheck) {
        self.port = port
        self.layout = layout
        self.check = check
        packets = .allocate(capacity: Receiver.burst)
        packets.initialize(repeating: nil, count: Receiver.burst)
        foreign = .allocate(capacity: Receiver.burst)
        foreign.initialize(repeating: nil, count: Receiver.burst)
        counters = .allocate(capacity: 1)
        counters.initialize(to: ReceiveCounters())
    }

    package func destroy() {
        packets.deallocate()
        foreign.deallocate()
        tracker.destroy()
        latency.destroy()
        counters.deallocate()
    }

    /// While the loop does not run: what to wait for next. Counts start at 0.
    package mutating func begin(_ job: ReceiveJob) {
        self.job = job
        tracker.reset()
        latency.reset()
        counters.pointee = ReceiveCounters()
    }

    /// Takes a burst and frees it, foreign packets apart. Returns how many of those there are.
    @_noLocks @_noAllocation @inline(__always)
    mutating func receive() -> Int {
        let count = Int(vd_rx_burst(port, 0, packets, UInt16(Receiver.burst)))
        guard count > 0 else { return 0 }
        let now = vd_cycles()
        prefetch(count)
        var own = 0
        var others = 0
        var position = 0
        while position < count {
            let packet = packets[position].unsafelyUnwrapped
            if note(packet, now) {
                packets[own] = packet
                own &+= 1
            } else {
                foreign[others] = packet
                others &+= 1
            }
            position &+= 1
        }
        if own > 0 { vd_mbuf_free_bulk(packets, UInt32(truncatingIfNeeded: own)) }
        return others
    }

    @_noLocks @_noAllocation @inline(__always)
    private func prefetch(_ count: Int) {
        var position = 0
        while position < count {
            let packet = packets[position].unsafelyUnwrapped
            vd_prefetch(packet.pointee.buf_addr + Int(packet.pointee.data_off) + layout.stamp)
            position &+= 1
        }
    }

    /// False for what is not ours.
    @_noLocks @_noAllocation @inline(__always)
    private mutating func note(_ packet: UnsafeMutablePointer<vd_mbuf>, _ now: UInt64) -> Bool {
        guard Int(packet.pointee.data_len) >= layout.stamp &+ Stamp.byteCount else { return false }
        let frame = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let stamp = frame + layout.stamp
        let head = Stamp.head(stamp)
        guard Stamp.isValid(head) else { return false }
        guard Stamp.tag(head) == job.tag else {
            counters.pointee.strays &+= 1
            return true
        }
        let sequence = Stamp.sequence(stamp, head: head)
        if let bitmap = job.confirms {
            confirm(sequence, in: bitmap)
            return true
        }
        switch tracker.note(sequence) {
        case .duplicate:
            counters.pointee.duplicates &+= 1
            return true
        case .reordered: counters.pointee.reordered &+= 1
        case .inOrder: break
        }
        counters.pointee.packets &+= 1
        counters.pointee.bytes &+= UInt64(packet.pointee.pkt_len)
        counters.pointee.lastCycle = now
        latency.record((now &- Stamp.time(stamp)) & Stamp.mask)
        if _slowPath(!check.accepts(frame)) { counters.pointee.misplaced &+= 1 }
        return true
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func confirm(_ flow: UInt64, in bitmap: FlowBitmap) {
        if bitmap.insert(flow) { counters.pointee.packets &+= 1 } else { counters.pointee.duplicates &+= 1 }
    }
}
