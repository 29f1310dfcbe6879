import CShims

/// Which sources a worker has seen in the current second, and where: what spares it the look into the MAC table that would tell the same.
///
/// Layout: buckets of four 32-bit fingerprints, 16 bytes; a source's bucket comes from the hash of its key, its fingerprint from hash, origin, second
/// and ``MACTable/epoch``. When one of the latter changes, so do all fingerprints, and each source is looked up once more: that refreshes its entry,
/// and learns again what control has deleted. One worker writes and reads; nobody else.
///
/// A hit is wrong with a probability of 2^-30; then a source is learned up to a second late. A miss is never wrong, only slower. With as many fingerprints
/// as the MAC table has entries, a worker's sources fill half of it or less, in a quarter of the MAC table's cache lines or fewer.
struct SourceFilter {
    private let buckets: UnsafeMutablePointer<SIMD4<UInt32>>
    private let mask: UInt64

    static func make(capacity: Int, node: Int32) -> SourceFilter {
        var count = 64
        while count * 4 < capacity { count *= 2 }
        return SourceFilter(
            buckets: TableMemory.allocate(SIMD4<UInt32>.self, count: count, node: node), mask: UInt64(truncatingIfNeeded: count - 1))
    }

    func destroy() { TableMemory.free(buckets, count: Int(mask) + 1) }

    /// What all fingerprints of a burst have in common.
    @_noLocks @_noAllocation @inline(__always)
    static func stamp(now: UInt32, epoch: UInt64) -> UInt64 { (UInt64(now) &<< 32 ^ epoch) &* 0x9E37_79B9_7F4A_7C15 }

    @_noLocks @_noAllocation @inline(__always)
    func bucket(_ hash: UInt64) -> UnsafeMutablePointer<SIMD4<UInt32>> { buckets + Int(truncatingIfNeeded: hash & mask) }

    @_noLocks @_noAllocation @inline(__always)
    func contains(hash: UInt64, origin: Destination, stamp: UInt64) -> Bool {
        vd_any_equal_u32x4(bucket(hash), SourceFilter.fingerprint(hash, origin, stamp))
    }

    /// In the place of the oldest in its bucket.
    @_noLocks @_noAllocation @inline(__always)
    func insert(hash: UInt64, origin: Destination, stamp: UInt64) {
        let bucket = bucket(hash)
        let old = bucket.pointee
        bucket.pointee = SIMD4(SourceFilter.fingerprint(hash, origin, stamp), old.x, old.y, old.z)
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func fingerprint(_ hash: UInt64, _ origin: Destination, _ stamp: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (((hash ^ stamp) &+ UInt64(origin.rawValue)) &* 0xD6E8_FEB8_6659_FD93) &>> 32)
    }
}
