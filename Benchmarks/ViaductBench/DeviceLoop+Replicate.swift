import CShims
import Dataplane

extension DeviceLoop {
    /// One round that transmits `copies` packets for each one received, each a small head before the payload that all share, as a flooding
    /// worker's are. Making them is a worker's work and not counted: only receiving and transmitting are, the device's freeing included.
    func replicate() {
        let start = vd_cycles()
        let count = Int(vd_rx_burst(source, 0, packets, UInt16(Worker.burst)))
        guard count > 0 else { return }
        var cycles = vd_cycles() &- start
        var queued = 0
        for i in 0..<count {
            let payload = packets[i].unsafelyUnwrapped
            for _ in 0..<copies {
                guard let copy = chain(payload) else { continue }
                queue[queued] = copy
                queued += 1
                if queued == Worker.burst { cycles &+= timedTransmit(&queued) }
            }
            vd_mbuf_free(payload)
        }
        if queued > 0 { cycles &+= timedTransmit(&queued) }
        book(count, cycles)
    }

    private func chain(_ payload: UnsafeMutablePointer<vd_mbuf>) -> UnsafeMutablePointer<vd_mbuf>? {
        guard let copy = vd_mbuf_alloc(pool) else { return nil }
        vd_mbuf_reference(payload)
        copy.pointee.data_len = UInt16(OuterHeader.byteCount + 12)
        copy.pointee.pkt_len = UInt32(copy.pointee.data_len) + payload.pointee.pkt_len
        copy.pointee.nb_segs = 2
        copy.pointee.next = payload
        return copy
    }

    private func timedTransmit(_ queued: inout Int) -> UInt64 {
        let start = vd_cycles()
        transmit(queue, queued, to: sink)
        queued = 0
        return vd_cycles() &- start
    }
}
