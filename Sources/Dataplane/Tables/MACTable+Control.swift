import CShims

// What only control does: configured entries, deleting, ageing, listing.

extension MACTable {
    /// Puts an entry of control's: replaces any entry of the same or a lower rank. Makes room by deleting a learned entry when the
    /// table is full. False when nothing but configured entries is left to delete, or one of higher rank is there.
    package func put(_ key: MACKey, _ destination: Destination, _ origin: MACOrigin, now: UInt32) -> Bool {
        let fresh = MACEntry(destination, origin, lastSeen: now)
        let hash = hash(key)
        while true {
            if let slot = slot(of: key, hash: hash) {
                let entry = MACEntry(rawValue: vd_load_acquire_u64(slot + 1))
                if let rank = entry.origin, rank > origin { return false }
                if !entry.isNone, MACTable.replace(slot, key, entry, with: key, fresh) { return true }
            } else {
                switch insert(key, fresh, hash: hash) {
                case .inserted: return true
                case .full: if !evictLearned(hash: hash) { return false }
                default: break
                }
            }
        }
    }

    /// Deletes `key`; the entry that it had, or `none`.
    @discardableResult
    package func remove(_ key: MACKey) -> MACEntry {
        let hash = hash(key)
        var removed = MACEntry.none
        // More than one slot may hold the key for a moment: see displace.
        while let slot = slot(of: key, hash: hash) {
            let entry = MACEntry(rawValue: vd_load_acquire_u64(slot + 1))
            if erase(slot, key, entry) { removed = entry }
        }
        return removed
    }

    /// Deletes the entries that `matches` accepts in buckets `range`, and tells each.
    package func removeAll(
        in range: Range<Int>, where matches: (MACKey, MACEntry) -> Bool, removed: (MACKey, MACEntry) -> Void = { _, _ in }
    ) {
        forEachSlot(in: range) { slot, key, entry in
            if matches(key, entry), erase(slot, key, entry) { removed(key, entry) }
        }
    }

    /// Deletes learned entries last seen `ageing` seconds ago or earlier, in buckets `range`, so that a large table can be aged in steps.
    package func age(in range: Range<Int>, now: UInt32, ageing: UInt32, removed: (MACKey, MACEntry) -> Void) {
        removeAll(in: range, where: { _, entry in entry.isLearned && Int64(now) - Int64(entry.lastSeen) >= Int64(ageing) }, removed: removed)
    }

    /// Every entry of buckets `range`. What changes meanwhile may or may not be seen.
    package func forEach(in range: Range<Int>, _ body: (MACKey, MACEntry) -> Void) {
        forEachSlot(in: range) { _, key, entry in body(key, entry) }
    }

    package func forEach(_ body: (MACKey, MACEntry) -> Void) { forEach(in: 0..<bucketCount, body) }

    /// Empty when the table is sound: no key twice or in a bucket that is not its own, and the count right. For a table at rest.
    package func brokenInvariants() -> [String] {
        var findings: [String] = []
        var keys = Set<MACKey>()
        forEachSlot(in: 0..<bucketCount) { slot, key, entry in
            if !keys.insert(key).inserted { findings.append("\(key) is there twice") }
            let bucket = words + (slot - words) / MACTable.wordsPerBucket * MACTable.wordsPerBucket
            let hash = hash(key)
            if bucket != home(hash), bucket != alternate(hash) { findings.append("\(key) is in a bucket that is not its own") }
            if entry.origin == nil { findings.append("\(key) has no origin") }
        }
        if keys.count != count { findings.append("count is \(count), entries are \(keys.count)") }
        return findings
    }

    private func forEachSlot(in range: Range<Int>, _ body: (Bucket, MACKey, MACEntry) -> Void) {
        for bucket in range {
            for position in 0..<MACTable.slotsPerBucket {
                let slot = words + bucket * MACTable.wordsPerBucket + position * 2
                let key = vd_load_acquire_u64(slot)
                let entry = vd_load_acquire_u64(slot + 1)
                if key != 0, vd_load_acquire_u64(slot) == key { body(slot, MACKey(rawValue: key), MACEntry(rawValue: entry)) }
            }
        }
    }

    private func erase(_ slot: Bucket, _ key: MACKey, _ entry: MACEntry) -> Bool {
        guard MACTable.replace(slot, key, entry, with: MACKey(rawValue: 0), .none) else { return false }
        release()
        return true
    }

    /// Deletes one learned entry: one in the way of `hash` if there is one, else any.
    private func evictLearned(hash: UInt64) -> Bool {
        let near = [home(hash), alternate(hash)].map { ($0 - words) / MACTable.wordsPerBucket }
        for range in near.map({ $0..<$0 + 1 }) + [0..<bucketCount] {
            var done = false
            removeAll(in: range, where: { _, entry in !done && entry.isLearned }, removed: { _, _ in done = true })
            if done { return true }
        }
        return false
    }
}
