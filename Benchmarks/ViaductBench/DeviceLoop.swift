import CShims
import Dataplane

/// The devices alone: receives bursts from one port and transmits them unseen on the other, on the same core and with the same bookkeeping
/// as a worker. What a worker costs beyond this is its own.
struct DeviceLoop {
    private let source: UInt16
    private let sink: UInt16
    private let packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>
    private let stopWord: UnsafeMutablePointer<UInt32>
    private let counters: UnsafeMutablePointer<Totals>

    init(source: Device, sink: Device) {
        self.source = source.number
        self.sink = sink.number
        packets = .allocate(capacity: Worker.burst)
        stopWord = .allocate(capacity: 1)
        stopWord.initialize(to: 0)
        counters = .allocate(capacity: 1)
        counters.initialize(to: Totals())
    }

    func run() {
        while vd_load_acquire_u32(stopWord) == 0 {
            let start = vd_cycles()
            let count = forward(from: source, to: sink) &+ forward(from: sink, to: source)
            if count > 0 {
                counters.pointee.packets &+= UInt64(truncatingIfNeeded: count)
                counters.pointee.busyCycles &+= vd_cycles() &- start
            }
        }
    }

    private func forward(from: UInt16, to: UInt16) -> Int {
        let count = Int(vd_rx_burst(from, 0, packets, UInt16(Worker.burst)))
        guard count > 0 else { return 0 }
        var sent = Int(vd_tx_burst(to, 0, packets, UInt16(truncatingIfNeeded: count)))
        while sent < count {
            vd_mbuf_free(packets[sent].unsafelyUnwrapped)
            sent &+= 1
        }
        return count
    }

    var totals: Totals { counters.pointee }

    func stop() { vd_store_release_u32(stopWord, 1) }

    func destroy() {
        packets.deallocate()
        stopWord.deallocate()
        counters.deallocate()
    }
}
