import CShims

/// An Ethernet port in memory (`net_ring`): frames put into `receive` arrive on the port, frames that the port transmits are taken from
/// `transmit`. For tests and benchmarks that need exact frames through a real device.
package struct MemoryPort: @unchecked Sendable {
    package let device: Device
    let rx: [UnsafeMutableRawPointer]
    let tx: [UnsafeMutableRawPointer]

    /// `ringSize`: a power of two; a ring holds one packet less.
    package static func make(name: String, queues: Int = 1, ringSize: UInt32 = 1024) throws(DeviceError) -> MemoryPort {
        var rx: [UnsafeMutableRawPointer] = []
        var tx: [UnsafeMutableRawPointer] = []
        for queue in 0..<queues {
            guard let r = vd_ring_create("\(name)-rx\(queue)", ringSize, -1, false, false),
                let t = vd_ring_create("\(name)-tx\(queue)", ringSize, -1, false, false)
            else { throw .memory(what: "the rings of port \(name)") }
            rx.append(r)
            tx.append(t)
        }
        let number = vd_memory_port_create(name, rx, tx, UInt32(queues), 0)
        guard number >= 0 else { throw .attach(device: name, reason: EAL.describe(number)) }
        return MemoryPort(device: Device(number: UInt16(number), arguments: "net_ring_\(name)"), rx: rx, tx: tx)
    }

    /// False when the ring is full; the packet is then still the caller's.
    package func receive(_ packet: UnsafeMutablePointer<vd_mbuf>, queue: Int = 0) -> Bool { vd_ring_enqueue(rx[queue], packet) }

    /// The next packet that the port has transmitted.
    package func transmitted(queue: Int = 0) -> UnsafeMutablePointer<vd_mbuf>? {
        var packet: UnsafeMutablePointer<vd_mbuf>?
        return vd_ring_dequeue_burst(tx[queue], &packet, 1) == 1 ? packet : nil
    }

    /// Closes the port and frees the rings and what is left in them.
    package func close() {
        for ring in rx + tx {
            var packet: UnsafeMutablePointer<vd_mbuf>?
            while vd_ring_dequeue_burst(ring, &packet, 1) == 1 { vd_mbuf_free(packet!) }
        }
        device.close()
        for ring in rx + tx { vd_ring_free(ring) }
    }
}
