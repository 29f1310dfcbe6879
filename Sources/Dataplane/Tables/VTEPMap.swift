import CShims

/// Outer source IPv4 address -> tunnel: who a VXLAN packet came from.
///
/// Layout: an open-addressed table of 64-bit words, address in the upper half, tunnel index in the lower; 0 = free. At most half full,
/// linear probing. Never changed after it is published: control builds another and frees this one after a quiescent state.
/// Only configured addresses are in it, so its probe lengths are not for a sender to choose.
package struct VTEPMap: @unchecked Sendable {
    /// Holds the pointer to the current snapshot: first word the mask, then the slots.
    let current: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    static func make() -> VTEPMap {
        let current = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
        current.initialize(to: snapshot([:]))
        return VTEPMap(current: current)
    }

    func destroy() {
        current.pointee?.deallocate()
        current.deallocate()
    }

    /// `addressBE` as it stands in the packet; 0 = no such VTEP.
    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ addressBE: UInt32) -> UInt16 {
        guard let memory = vd_load_acquire_pointer(current) else { return 0 }
        let words = memory.assumingMemoryBound(to: UInt64.self)
        let mask = Int(truncatingIfNeeded: words[0])
        var position = VTEPMap.start(addressBE) & mask
        while true {
            let word = words[1 &+ position]
            if word == 0 { return 0 }
            if UInt32(truncatingIfNeeded: word >> 32) == addressBE { return UInt16(truncatingIfNeeded: word) }
            position = (position &+ 1) & mask
        }
    }

    /// Replaces the whole map (addresses as numbers, host order). The memory that it returns is to be freed after a quiescent state.
    package func publish(_ tunnels: [UInt32: TunnelIndex]) -> UnsafeMutableRawPointer? {
        let old = current.pointee
        vd_store_release_pointer(current, VTEPMap.snapshot(tunnels))
        return old
    }

    package subscript(address: UInt32) -> TunnelIndex { TunnelIndex(lookup(address.bigEndian)) }

    @_noLocks @_noAllocation @inline(__always)
    private static func start(_ addressBE: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(addressBE) &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }

    private static func snapshot(_ tunnels: [UInt32: TunnelIndex]) -> UnsafeMutableRawPointer {
        var slotCount = 16
        while slotCount < 2 * tunnels.count { slotCount *= 2 }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * (slotCount + 1), alignment: 64)
        let words = memory.bindMemory(to: UInt64.self, capacity: slotCount + 1)
        words.initialize(repeating: 0, count: slotCount + 1)
        words[0] = UInt64(slotCount - 1)
        for (address, tunnel) in tunnels {
            var position = start(address.bigEndian) & (slotCount - 1)
            while words[1 + position] != 0 { position = (position + 1) & (slotCount - 1) }
            words[1 + position] = UInt64(address.bigEndian) << 32 | UInt64(tunnel.rawValue)
        }
        return memory
    }
}
