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

    /// Looks up `count` keys in the order of a worker: all are hashed and their home buckets sent for, then all home buckets are read, then the
    /// alternate buckets of the few keys that were not there. `hashes` is room for as many words.
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
        var missingCount = 0
        i = 0
        while i < count {
            let hash = hashes[i]
            let entry = lookupHome(keys[i], hash: hash)
            entries[i] = entry
            if _slowPath(entry.isNone) {
                vd_prefetch(alternate(hash))
                // Behind the words that are still to be read: at most as many are missing as have been read.
                hashes[missingCount] = UInt64(truncatingIfNeeded: i)
                missingCount &+= 1
            }
            i &+= 1
        }
        while missingCount > 0 {
            missingCount &-= 1
            let position = Int(truncatingIfNeeded: hashes[missingCount])
            entries[position] = lookup(keys[position])
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
