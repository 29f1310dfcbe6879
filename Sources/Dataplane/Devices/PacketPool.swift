import CShims

/// The packet buffers of the gateway. A handle: copies name the same pool.
package struct PacketPool: @unchecked Sendable {
    package let handle: UnsafeMutableRawPointer

    /// `count` buffers for frames of up to `frameMaximum` bytes beside the headroom, on NUMA node `node` (-1 = any).
    package static func make(name: String, count: Int, frameMaximum: Int, node: Int32 = -1) throws(DeviceError) -> PacketPool {
        let room = UInt16(max(2048, frameMaximum)) + VD_HEADROOM
        guard let handle = vd_pool_create(name, UInt32(count), 256, room, node) else {
            throw .memory(what: "\(count) packet buffers of \(room) bytes")
        }
        return PacketPool(handle: handle)
    }

    package func free() { vd_pool_free(handle) }
    package var size: Int { Int(vd_pool_size(handle)) }
    /// Buffers that nobody holds, those in the caches of workers included.
    package var available: Int { Int(vd_pool_available(handle)) }

    /// A new packet with these bytes, or `nil` when the pool is empty or the frame too large.
    package func packet(_ bytes: [UInt8]) -> UnsafeMutablePointer<vd_mbuf>? {
        guard let packet = vd_mbuf_alloc(handle) else { return nil }
        guard bytes.count <= Int(packet.pointee.buf_len - packet.pointee.data_off) else {
            vd_mbuf_free(packet)
            return nil
        }
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        bytes.withUnsafeBytes { start.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(start), byteCount: bytes.count) }
        packet.pointee.data_len = UInt16(bytes.count)
        packet.pointee.pkt_len = UInt32(bytes.count)
        return packet
    }

    /// The bytes of a packet, all segments.
    package static func bytes(_ packet: UnsafePointer<vd_mbuf>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(packet.pointee.pkt_len)) { buffer, count in
            vd_mbuf_gather(packet, buffer.baseAddress!)
            count = Int(packet.pointee.pkt_len)
        }
    }
}
