import CShims

/// Outer source address (IPv4) -> tunnel, for packets from the underlay: which remote VTEP they came from.
///
/// Layout of a snapshot: a header of two 64-bit words, multiplier and shift; then an open-addressed table of 64-bit words, address in the upper half, tunnel
/// index in the lower; 0 = free. At most a quarter full, linear probing, and the multiplier is chosen for the addresses that are in it: the
/// one of many that leaves the most of them at the first place that a worker looks at. Few VTEPs are all there, so that the branch behind that look
/// is predicted. Never changed after it is published: control builds another and frees this one after a quiescent state.
/// Only configured addresses are in it, so its probe lengths are not for a sender to choose.
package struct VTEPMap: @unchecked Sendable {
    /// Holds the pointer to the current snapshot.
    let current: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    private static let headerWords = 2

    static func make() -> VTEPMap {
        let current = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
        current.initialize(to: makeSnapshot([:]))
        return VTEPMap(current: current)
    }

    func destroy() {
        current.pointee?.deallocate()
        current.deallocate()
    }

    /// What holds now. Workers take it once a burst, and hold it no longer.
    @inline(__always)
    var snapshot: Snapshot {
        let words = vd_load_acquire_pointer(current).unsafelyUnwrapped.assumingMemoryBound(to: UInt64.self)
        return Snapshot(slots: words + VTEPMap.headerWords, multiplier: words[0], shift: words[1])
    }

    struct Snapshot {
        let slots: UnsafeMutablePointer<UInt64>
        let multiplier: UInt64
        let shift: UInt64

        /// `addressBE` as it stands in the packet; 0 = no such VTEP.
        @_noLocks @_noAllocation @inline(__always)
        func lookup(_ addressBE: UInt32) -> UInt16 {
            let position = Int(truncatingIfNeeded: (UInt64(addressBE) &* multiplier) &>> shift)
            let word = slots[position]
            if _fastPath(UInt32(truncatingIfNeeded: word &>> 32) == addressBE) { return UInt16(truncatingIfNeeded: word) }
            return search(addressBE, after: position)
        }

        /// Goes on where the first look has found another address.
        @_noLocks @_noAllocation @inline(never)
        private func search(_ addressBE: UInt32, after start: Int) -> UInt16 {
            let mask = (1 &<< (64 &- Int(truncatingIfNeeded: shift))) &- 1
            var position = start
            while slots[position] != 0 {
                position = (position &+ 1) & mask
                let word = slots[position]
                if UInt32(truncatingIfNeeded: word &>> 32) == addressBE { return UInt16(truncatingIfNeeded: word) }
            }
            return 0
        }
    }

    /// Replaces the whole map (addresses as numbers, host order). The memory that it returns is to be freed after a quiescent state.
    package func publish(_ tunnels: [UInt32: TunnelIndex]) -> UnsafeMutableRawPointer? {
        let old = current.pointee
        vd_store_release_pointer(current, VTEPMap.makeSnapshot(tunnels))
        return old
    }

    package subscript(address: UInt32) -> TunnelIndex { TunnelIndex(snapshot.lookup(address.bigEndian)) }

    private static func makeSnapshot(_ tunnels: [UInt32: TunnelIndex]) -> UnsafeMutableRawPointer {
        var bits = 6
        while 1 << bits < 4 * tunnels.count { bits += 1 }
        let slotCount = 1 << bits
        let shift = UInt64(64 - bits)
        let addresses = tunnels.keys.map(\.bigEndian)
        let multiplier = bestMultiplier(addresses, shift: shift)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * (headerWords + slotCount), alignment: 64)
        let words = memory.bindMemory(to: UInt64.self, capacity: headerWords + slotCount)
        words.initialize(repeating: 0, count: headerWords + slotCount)
        words[0] = multiplier
        words[1] = shift
        for (address, tunnel) in tunnels {
            var position = Int((UInt64(address.bigEndian) &* multiplier) >> shift)
            while words[headerWords + position] != 0 { position = (position + 1) & (slotCount - 1) }
            words[headerWords + position] = UInt64(address.bigEndian) << 32 | UInt64(tunnel.rawValue)
        }
        return memory
    }

    /// The one of 64 odd multipliers under which the fewest addresses share their first position.
    private static func bestMultiplier(_ addresses: [UInt32], shift: UInt64) -> UInt64 {
        var candidate: UInt64 = 0x9E37_79B9_7F4A_7C15
        var best = (multiplier: candidate, crowded: Int.max)
        var attempts = 64
        while attempts > 0, best.crowded > 0 {
            let positions = Set(addresses.map { (UInt64($0) &* candidate) >> shift })
            let crowded = addresses.count - positions.count
            if crowded < best.crowded { best = (candidate, crowded) }
            candidate = (candidate &* 0xD134_2543_DE82_EF95 &+ 1) | 1
            attempts -= 1
        }
        return best.multiplier
    }
}
