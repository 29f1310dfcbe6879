import CShims
import Dataplane

/// Packets received and the cycles of the rounds that received them.
struct Totals {
    var packets: UInt64 = 0
    var busyCycles: UInt64 = 0
}

/// The devices alone: receives bursts from one port and transmits them unseen on the other, on the same core and with the same bookkeeping
/// as a worker. What a worker costs beyond this is its own.
struct DeviceLoop {
    let source: UInt16
    let sink: UInt16
    /// Packets that leave for each one received: more than one costs what receiving one and transmitting that many costs.
    let copies: Int
    let pool: UnsafeMutableRawPointer
    let packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    let queue: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    let counters: UnsafeMutablePointer<Totals>
    private let stopWord: UnsafeMutablePointer<UInt32>

    init(_ lane: Lane, pool: PacketPool, copies: Int) {
        source = lane.source.number
        sink = lane.sink.number
        self.copies = copies
        self.pool = pool.handle
        packets = .allocate(capacity: Worker.burst)
        queue = .allocate(capacity: Worker.burst)
        stopWord = .allocate(capacity: 1)
        stopWord.initialize(to: 0)
        counters = .allocate(capacity: 1)
        counters.initialize(to: Totals())
    }

    func run() {
        while vd_load_acquire_u32(stopWord) == 0 {
            if copies > 1 { replicate() } else { pass() }
        }
    }

    /// One round that forwards both ways, as a worker's does.
    private func pass() {
        let start = vd_cycles()
        let count = forward(from: source, to: sink) &+ forward(from: sink, to: source)
        if count > 0 { book(count, vd_cycles() &- start) }
    }

    private func forward(from: UInt16, to: UInt16) -> Int {
        let count = Int(vd_rx_burst(from, 0, packets, UInt16(Worker.burst)))
        if count > 0 { transmit(packets, count, to: to) }
        return count
    }

    @inline(__always)
    func transmit(_ packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>, _ count: Int, to port: UInt16) {
        var sent = Int(vd_tx_burst(port, 0, packets, UInt16(truncatingIfNeeded: count)))
        while sent < count {
            vd_mbuf_free(packets[sent].unsafelyUnwrapped)
            sent &+= 1
        }
    }

    @inline(__always)
    func book(_ count: Int, _ cycles: UInt64) {
        counters.pointee.packets &+= UInt64(truncatingIfNeeded: count)
        counters.pointee.busyCycles &+= cycles
    }

    func stop() { vd_store_release_u32(stopWord, 1) }

    func destroy() {
        packets.deallocate()
        queue.deallocate()
        stopWord.deallocate()
        counters.deallocate()
    }
}
