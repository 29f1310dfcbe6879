import CShims

/// (network, MAC) -> destination, for workers and control at once.
///
/// Layout: buckets of one cache line, four slots each; a slot is a pair of 64-bit words, key and entry, 16-byte aligned. A key
/// lives in one of two buckets, `home` or `alternate`, chosen by a hash that is seeded at start so that nobody can aim at a bucket.
/// There are at least twice as many slots as the capacity, so that nearly every key is found in its home bucket: one cache line.
///
/// Who writes: workers insert and move what they learn; control inserts configured entries and is the only one that deletes.
/// Who reads: workers, the destination of each packet and each source once a second (``SourceFilter``).
///
/// Memory order: every change replaces a whole slot, key and entry together, with one 16-byte compare-and-swap, so a writer can
/// never change an entry of a key that has just left the slot. A reader loads the key, then the entry (acquire), then the
/// key again: if both keys match, the entry was that key's, unless the key left the slot and came back to it between these three loads.
/// Nobody waits for anybody.
///
/// Capacity: exact. When both buckets of a key are full, one of their keys moves from its home to its alternate bucket, copy first: a reader
/// looks in that order too, so it cannot miss the key meanwhile. A key moves at most once.
///
/// Cost: see docs/PERFORMANCE.md.
package struct MACTable: @unchecked Sendable {
    let words: UnsafeMutablePointer<UInt64>
    let bucketMask: UInt64
    let seed: UInt64
    let multiplier: UInt64
    /// Entries in the table, on a cache line of its own.
    let countWord: UnsafeMutablePointer<UInt64>
    /// Most entries that may be in it, and the epoch, beside the count on a line that is rarely written; the limit is changed by reload.
    let limitWord: UnsafeMutablePointer<UInt64>
    /// Non-zero: frames from sources that find the table full are dropped.
    private let dropsWord: UnsafeMutablePointer<UInt64>
    private let epochWord: UnsafeMutablePointer<UInt64>
    /// Of learned entries.
    let quotas: MACQuotas

    static let slotsPerBucket = 4
    static let wordsPerBucket = 8

    /// A table with room for `capacity` entries, at least 16, on NUMA node `node` (-1 = any). `seed` is random but in tests.
    package static func make(capacity: Int, node: Int32 = -1, seed: UInt64 = vd_random()) -> MACTable {
        MACTable(buckets: bucketCount(capacity: capacity), capacity: capacity, node: node, seed: seed)
    }

    /// Twice the slots of the capacity, rounded up to a power of two; never so few that chance could crowd them.
    static func bucketCount(capacity: Int) -> Int {
        var buckets = 256
        while buckets * slotsPerBucket < 2 * capacity { buckets *= 2 }
        return buckets
    }

    init(buckets: Int, capacity: Int, node: Int32, seed: UInt64) {
        words = TableMemory.allocate(UInt64.self, count: buckets * MACTable.wordsPerBucket, node: node)
        countWord = TableMemory.allocate(UInt64.self, count: 16, node: node)
        limitWord = countWord + 8
        epochWord = countWord + 9
        dropsWord = countWord + 10
        quotas = .make(node: node)
        limitWord.pointee = UInt64(capacity)
        bucketMask = UInt64(buckets - 1)
        self.seed = seed
        multiplier = (seed &* 0x9E37_79B9_7F4A_7C15) | 0x1000_0000_0000_0001
    }

    /// Gives the memory back; no worker may use the table any more.
    package func destroy() {
        TableMemory.free(words, count: bucketCount * MACTable.wordsPerBucket)
        TableMemory.free(countWord, count: 16)
        quotas.destroy()
    }

    package var bucketCount: Int { Int(bucketMask) + 1 }
    package var count: Int { Int(vd_load_relaxed_u64(countWord)) }
    package var capacity: Int { Int(vd_load_relaxed_u64(limitWord)) }
    /// Largest capacity that this table's memory serves.
    package var capacityMaximum: Int { bucketCount * MACTable.slotsPerBucket / 2 }

    /// Control only: `capacity` at most ``capacityMaximum``. Entries above a lowered capacity stay until they age, or
    /// until control needs room for its own.
    package func setCapacity(_ capacity: Int) { vd_store_relaxed_u64(limitWord, UInt64(capacity)) }

    package func setDropsWhenFull(_ value: Bool) { vd_store_relaxed_u64(dropsWord, value ? 1 : 0) }

    package var dropsWhenFull: Bool { @_noLocks @_noAllocation @inline(__always) get { vd_load_relaxed_u64(dropsWord) != 0 } }
}

// MARK: - What workers remember

extension MACTable {
    /// Changes when an entry has moved, or control has put or deleted some: what a worker has seen before is then worth nothing (``SourceFilter``).
    @inline(__always)
    var epoch: UInt64 { vd_load_acquire_u64(epochWord) }

    /// Has workers look at each source once more.
    package func forgetSeen() { beginEpoch() }

    @_noLocks @_noAllocation @inline(__always)
    func beginEpoch() { _ = vd_fetch_add_u64(epochWord, 1) }
}

// MARK: - Where a key lives

extension MACTable {
    /// First word of a bucket.
    typealias Bucket = UnsafeMutablePointer<UInt64>

    /// Two 64 x 64 -> 128 bit multiplications with secret operands, folded. One would not do: with an unlucky seed it leaves the steps between
    /// serial MACs so regular that their buckets overflow.
    @_noLocks @_noAllocation @inline(__always)
    package func hash(_ key: MACKey) -> UInt64 {
        let first = (key.rawValue ^ seed).multipliedFullWidth(by: multiplier)
        let second = (first.high ^ first.low ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB ^ seed)
        return second.high ^ second.low
    }

    @_noLocks @_noAllocation @inline(__always)
    func home(_ hash: UInt64) -> Bucket { words + Int(truncatingIfNeeded: (hash & bucketMask) &* 8) }

    /// Never the home bucket: the lowest bit of the bucket number differs.
    @_noLocks @_noAllocation @inline(__always)
    func alternate(_ hash: UInt64) -> Bucket { words + Int(truncatingIfNeeded: ((hash ^ (hash >> 32 | 1)) & bucketMask) &* 8) }

    /// Positions of both buckets that `key` may be in.
    package func buckets(of key: MACKey) -> (home: Int, alternate: Int) {
        let hash = hash(key)
        return ((home(hash) - words) / MACTable.wordsPerBucket, (alternate(hash) - words) / MACTable.wordsPerBucket)
    }

    /// The slot that holds `key` if the bucket does: chosen without a branch, to be checked once by the caller.
    @_noLocks @_noAllocation @inline(__always)
    static func candidate(_ key: MACKey, in bucket: Bucket) -> Bucket {
        let second = vd_load_relaxed_u64(bucket + 2) == key.rawValue ? 2 : 0
        let third = vd_load_relaxed_u64(bucket + 4) == key.rawValue ? 4 : 0
        let fourth = vd_load_relaxed_u64(bucket + 6) == key.rawValue ? 6 : 0
        return bucket + (second | third | fourth)
    }
}
