import CShims

extension MACTable {
    /// The entry of `key` if it is in its home bucket.
    @_noLocks @_noAllocation @inline(__always)
    func lookupHome(_ key: MACKey, hash: UInt64) -> MACEntry { MACTable.read(key, in: home(hash)) }

    /// The entry of `key`, or ``MACEntry/none``. `hash` is its ``hash(_:)``, whose home bucket was best prefetched before.
    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ key: MACKey, hash: UInt64) -> MACEntry {
        let first = MACTable.read(key, in: home(hash))
        if _fastPath(!first.isNone) { return first }
        return MACTable.read(key, in: alternate(hash))
    }

    @_noLocks @_noAllocation
    package func lookup(_ key: MACKey) -> MACEntry { lookup(key, hash: hash(key)) }

    /// Looks up `count` keys, hashing and prefetching all of them before reading the first.
    @_noLocks @_noAllocation
    package func lookup(
        _ keys: UnsafePointer<MACKey>, count: Int, hashes: UnsafeMutablePointer<UInt64>, into entries: UnsafeMutablePointer<MACEntry>
    ) {
        var i = 0
        while i < count {
            hashes[i] = hash(keys[i])
            vd_prefetch(home(hashes[i]))
            i &+= 1
        }
        i = 0
        while i < count {
            entries[i] = lookup(keys[i], hash: hashes[i])
            i &+= 1
        }
    }

    /// The entry of `key` in one bucket, between two looks at the key: see the note on memory order.
    @_noLocks @_noAllocation @inline(__always)
    private static func read(_ key: MACKey, in bucket: Bucket) -> MACEntry {
        let slot = candidate(key, in: bucket)
        let before = vd_load_acquire_u64(slot)
        let entry = vd_load_acquire_u64(slot + 1)
        let after = vd_load_relaxed_u64(slot)
        return (before ^ key.rawValue) | (after ^ key.rawValue) == 0 ? MACEntry(rawValue: entry) : .none
    }

    /// The slot that holds `key` now, for a writer that is about to replace it.
    @_noLocks @_noAllocation @inline(__always)
    func slot(of key: MACKey, hash: UInt64) -> Bucket? {
        let first = MACTable.candidate(key, in: home(hash))
        if vd_load_acquire_u64(first) == key.rawValue { return first }
        let second = MACTable.candidate(key, in: alternate(hash))
        return vd_load_acquire_u64(second) == key.rawValue ? second : nil
    }
}
