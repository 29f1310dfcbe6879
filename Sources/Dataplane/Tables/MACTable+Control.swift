import CShims

// What only control does: configured entries, deleting, ageing, listing.

extension MACTable {
    /// Puts an entry of control's: replaces any entry of the same or a lower rank. Makes room by deleting a learned entry when the
    /// table is full. False when nothing but control's entries is left to delete, or one of higher rank is there.
    package func put(_ key: MACKey, _ destination: Destination, _ origin: MACOrigin, now: UInt32) -> Bool {
        defer { beginEpoch() }
        let fresh = MACEntry(destination, origin, lastSeen: now)
        let hash = hash(key)
        var evictionStart = 0
        while true {
            if let slot = slot(of: key, hash: hash) {
                let entry = MACEntry(rawValue: vd_load_acquire_u64(slot + 1))
                guard vd_load_acquire_u64(slot) == key.rawValue else { continue }
                if let rank = entry.origin, rank > origin { return false }
                // An equal entry may be a copy that its maker is about to take back: it takes no other.
                if entry == fresh {
                    _ = erase(slot, key, entry)
                } else if MACTable.replace(slot, key, entry, with: key, fresh) {
                    if entry.isLearned { quotas.giveBack(key, entry.destination) }
                    if fresh.isLearned { quotas.force(key, destination) }
                    return true
                }
            } else {
                switch insert(key, fresh, hash: hash) {
                case .inserted: return true
                case .full: if !makeRoom(for: key, from: &evictionStart) { return false }
                default: break
                }
            }
        }
    }

    /// Deletes `key`; the entry that it had, or `none`.
    @discardableResult
    package func remove(_ key: MACKey) -> MACEntry {
        defer { beginEpoch() }
        let hash = hash(key)
        var removed = MACEntry.none
        // Every slot, since more than one may hold the key for a moment; in the order in which a key is displaced.
        for bucket in [home(hash), alternate(hash)] {
            for position in 0..<MACTable.slotsPerBucket {
                let entry = erase(bucket + position * 2, key)
                if (entry.origin?.rawValue ?? 0) > (removed.origin?.rawValue ?? 0) { removed = entry }
            }
        }
        return removed
    }

    /// Deletes the entries that `matches` accepts, and tells each. Goes through the table twice: a worker that displaces an entry may carry
    /// it past the first walk, but an entry is never displaced again.
    package func removeAll(where matches: (MACKey, MACEntry) -> Bool, removed: (MACKey, MACEntry) -> Void = { _, _ in }) {
        removeAll(in: 0..<bucketCount, where: matches, removed: removed)
        removeAll(in: 0..<bucketCount, where: matches, removed: removed)
        beginEpoch()
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
        let isOld = { (entry: MACEntry) in Int64(now) - Int64(entry.lastSeen) >= Int64(ageing) }
        removeAll(in: range, where: { _, entry in entry.isLearned && isOld(entry) }, removed: removed)
    }

    /// Every entry of buckets `range`. What changes meanwhile may or may not be seen.
    package func forEach(in range: Range<Int>, _ body: (MACKey, MACEntry) -> Void) {
        forEachSlot(in: range) { _, key, entry in body(key, entry) }
    }

    package func forEach(_ body: (MACKey, MACEntry) -> Void) { forEach(in: 0..<bucketCount, body) }

    package var slotCount: Int { bucketCount * MACTable.slotsPerBucket }

    /// The entry in slot `slot` of 0..<``slotCount``, if there is one.
    package func entry(at slot: Int) -> (MACKey, MACEntry)? {
        let words = words + slot * 2
        let key = vd_load_acquire_u64(words)
        let entry = vd_load_acquire_u64(words + 1)
        guard key != 0, vd_load_acquire_u64(words) == key else { return nil }
        return (MACKey(rawValue: key), MACEntry(rawValue: entry))
    }

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
        var learned: [NetworkIndex: Int] = [:], onPort: [PortIndex: Int] = [:]
        forEach { key, entry in
            guard entry.isLearned else { return }
            learned[key.network, default: 0] += 1
            if let port = entry.destination.port { onPort[port, default: 0] += 1 }
        }
        for (network, count) in learned where quota(of: network).count != count {
            findings.append("network \(network.rawValue) has \(count) learned entries, its quota says \(quota(of: network).count)")
        }
        for index in 0..<PortTable.capacity {
            let port = PortIndex(UInt16(index))
            guard quota(of: port).count != onPort[port] ?? 0 else { continue }
            findings.append("port \(index) has \(onPort[port] ?? 0) learned entries, its quota says \(quota(of: port).count)")
        }
        if keys.count != count { findings.append("count is \(count), entries are \(keys.count)") }
        return findings
    }

    /// Deletes `count` learned entries of those that `matches` accepts: of the port or VTEP that has most of them, those that were silent for longest; when another
    /// comes to have most, of that one. The number deleted.
    @discardableResult
    package func evict(_ count: Int, where matches: (MACKey, MACEntry) -> Bool) -> Int {
        var holders: [UInt32: [(key: MACKey, entry: MACEntry)]] = [:]
        forEach { key, entry in
            guard entry.isLearned, matches(key, entry) else { return }
            holders[entry.destination.holder, default: []].append((key, entry))
        }
        // The oldest last.
        var lists = holders.values.map { $0.sorted { $0.entry.lastSeen > $1.entry.lastSeen } }
        var left = count, evicted = 0
        while left > 0, let largest = lists.indices.max(by: { lists[$0].count < lists[$1].count }), !lists[largest].isEmpty {
            let second = lists.indices.filter { $0 != largest }.map { lists[$0].count }.max() ?? 0
            for _ in 0..<min(left, max(1, lists[largest].count - second)) {
                guard let (key, entry) = lists[largest].popLast() else { break }
                left -= 1
                // An entry that was refreshed meanwhile is not silent.
                if let slot = slot(of: key, hash: hash(key)), erase(slot, key, entry) { evicted += 1 }
            }
        }
        beginEpoch()
        return evicted
    }

    private func forEachSlot(in range: Range<Int>, _ body: (Bucket, MACKey, MACEntry) -> Void) {
        for bucket in range {
            for position in 0..<MACTable.slotsPerBucket {
                let slot = bucket * MACTable.slotsPerBucket + position
                if let (key, entry) = entry(at: slot) { body(words + slot * 2, key, entry) }
            }
        }
    }

    private func erase(_ slot: Bucket, _ key: MACKey, _ entry: MACEntry) -> Bool {
        guard MACTable.replace(slot, key, entry, with: MACKey(rawValue: 0), .none) else { return false }
        release(key, entry)
        return true
    }

    /// Empties a slot if it holds `key`; the entry that it held.
    private func erase(_ slot: Bucket, _ key: MACKey) -> MACEntry {
        while vd_load_acquire_u64(slot) == key.rawValue {
            let entry = MACEntry(rawValue: vd_load_acquire_u64(slot + 1))
            if erase(slot, key, entry) { return entry }
        }
        return .none
    }

    /// Deletes one learned entry: one that is in the way of `key` if there is one, else, when the table is at its capacity or above a lowered
    /// one, any from bucket `start` on, where the next search goes on.
    private func makeRoom(for key: MACKey, from start: inout Int) -> Bool {
        let near = buckets(of: key)
        if evictLearned(near.home..<near.home + 1) != nil || evictLearned(near.alternate..<near.alternate + 1) != nil { return true }
        guard count >= capacity, let bucket = evictLearned(start..<bucketCount) else { return false }
        start = bucket
        return true
    }

    /// The bucket in which a learned entry was found and deleted.
    private func evictLearned(_ range: Range<Int>) -> Int? {
        for slot in range.lowerBound * MACTable.slotsPerBucket..<range.upperBound * MACTable.slotsPerBucket {
            if let (key, entry) = entry(at: slot), entry.isLearned, erase(words + slot * 2, key, entry) {
                return slot / MACTable.slotsPerBucket
            }
        }
        return nil
    }
}
