import CShims

/// What became of an attempt to learn.
package enum LearnOutcome: UInt8, Sendable {
    /// The entry was there already, seen again.
    case known
    case inserted
    case moved
    /// An entry of higher rank says otherwise.
    case violation
    case full
    /// As many entries as its network may have, or its port.
    case networkLimit
    case portLimit
    /// Another writer was faster; the next frame will tell.
    case busy
}

extension MACTable {
    /// Whether `entry`, just looked up for the source of a frame from `destination`, says all there is to say: learned and seen in
    /// this very second, or put there by control. Refreshing on every packet would make all workers write the same cache lines.
    @_noLocks @_noAllocation @inline(__always)
    static func isCurrent(_ entry: MACEntry, from destination: Destination, now: UInt32) -> Bool {
        entry.rawValue == MACEntry.learned(destination, lastSeen: now).rawValue
            || (!entry.isLearned && entry.destination.rawValue == destination.rawValue && !entry.isNone)
    }

    package func learn(_ key: MACKey, _ destination: Destination, now: UInt32, previous: inout Destination) -> LearnOutcome {
        learn(key, destination, now: now, hash: hash(key), previous: &previous)
    }

    /// Learns that `key`, whose hash is `hash`, is behind `destination`. `previous` is where it was, when it moved. Workers only; never waits.
    @_noLocks @_noAllocation @inline(never)
    func learn(
        _ key: MACKey, _ destination: Destination, now: UInt32, hash: UInt64, previous: inout Destination
    ) -> LearnOutcome {
        let fresh = MACEntry.learned(destination, lastSeen: now)
        guard let slot = slot(of: key, hash: hash) else { return insert(key, fresh, hash: hash) }
        let entry = MACEntry(rawValue: vd_load_acquire_u64(slot + 1))
        // The slot may be another key's by now.
        if vd_load_relaxed_u64(slot) != key.rawValue { return .busy }
        if entry.destination == destination {
            // Only learned entries age, so only theirs is refreshed.
            if entry.isLearned { _ = MACTable.replace(slot, key, entry, with: key, fresh) }
            return .known
        }
        guard entry.isLearned, !isKept(entry.destination) else { return .violation }
        return move(slot, key, entry, to: fresh, previous: &previous)
    }

    /// Whether what has been learned there stays there.
    @_noLocks @_noAllocation @inline(__always)
    private func isKept(_ destination: Destination) -> Bool {
        guard let port = quotas.port(destination) else { return false }
        return port.pointee.isSticky != 0
    }

    @_noLocks @_noAllocation @inline(__always)
    private func move(_ slot: Bucket, _ key: MACKey, _ entry: MACEntry, to fresh: MACEntry, previous: inout Destination) -> LearnOutcome {
        let old = quotas.port(entry.destination), new = quotas.port(fresh.destination)
        if let new, new != old, !MACQuotas.take(new) { return .portLimit }
        let isMoved = MACTable.replace(slot, key, entry, with: key, fresh)
        if new != old, let left = isMoved ? old : new { MACQuotas.giveBack(left) }
        previous = entry.destination
        return isMoved ? .moved : .busy
    }

    /// Inserts a key that was not found.
    @_noLocks @_noAllocation
    func insert(_ key: MACKey, _ entry: MACEntry, hash: UInt64) -> LearnOutcome {
        if let refusal = reserve(key, entry) { return refusal }
        let home = home(hash)
        let alternate = alternate(hash)
        if let slot = claim(in: home, key, entry) ?? claim(in: alternate, key, entry) {
            return settle(key, entry, in: slot, home: home, alternate: alternate)
        }
        var room = displace(from: home, key, entry, depth: MACTable.displacementDepth)
        if case .none = room { room = displace(from: alternate, key, entry, depth: MACTable.displacementDepth) }
        switch room {
        case .made(let slot):
            return settle(key, entry, in: slot, home: home, alternate: alternate)
        case .none:
            release(key, entry)
            return .full
        case .lost(let victim, let victimEntry):
            // The room counted for the key is the victim's now.
            if entry.isLearned { quotas.giveBack(key, entry.destination) }
            if victimEntry.isLearned { quotas.force(victim, victimEntry.destination) }
            return .busy
        }
    }

    /// Counts one slot more, unless the table is at its capacity, or the network or the port at its limit; then says which. The counts follow the slots, not the
    /// keys: who fills a slot has counted it before, who empties one counts it off. So they stay right whoever of several writers wins a slot.
    @_noLocks @_noAllocation @inline(__always)
    private func reserve(_ key: MACKey, _ entry: MACEntry) -> LearnOutcome? {
        if entry.isLearned, let refusal = quotas.take(key, entry.destination) { return refusal }
        let limit = vd_load_relaxed_u64(limitWord)
        if vd_load_relaxed_u64(countWord) < limit {
            if vd_fetch_add_u64(countWord, 1) < limit { return nil }
            _ = vd_fetch_add_u64(countWord, UInt64.max)
        }
        if entry.isLearned { quotas.giveBack(key, entry.destination) }
        return .full
    }

    /// Counts off a slot that held an entry.
    @_noLocks @_noAllocation @inline(__always)
    func release(_ key: MACKey, _ entry: MACEntry) {
        _ = vd_fetch_add_u64(countWord, UInt64.max)
        if entry.isLearned { quotas.giveBack(key, entry.destination) }
    }

    /// Takes a free slot of a bucket.
    @_noLocks @_noAllocation @inline(__always)
    private func claim(in bucket: Bucket, _ key: MACKey, _ entry: MACEntry) -> Bucket? {
        var slot = bucket
        let end = bucket + MACTable.wordsPerBucket
        while slot < end {
            if vd_load_relaxed_u64(slot) == 0, MACTable.replace(slot, MACKey(rawValue: 0), .none, with: key, entry) { return slot }
            slot += 2
        }
        return nil
    }

    private enum Room {
        /// The key is in this slot.
        case made(Bucket)
        /// Nothing in the bucket can move.
        case none
        /// Another writer changed a copy of this key on its way, so that it stays or went without us: the slot counted for the key is used up.
        case lost(MACKey, MACEntry)
    }

    /// How many keys may move to make room for the one that moves. With 0, of tables with 4096 entries one in 30,000 lacked room for its last
    /// key; with 1, none of 630,000 tables with 512 to 1,048,576 entries did, random or serial keys.
    private static var displacementDepth: Int { @_noLocks @_noAllocation @inline(__always) get { 1 } }

    /// Makes room in a full bucket: a key that is at home there is copied to its alternate bucket, then replaced by `key`.
    @_noLocks @_noAllocation
    private func displace(from bucket: Bucket, _ key: MACKey, _ entry: MACEntry, depth: Int) -> Room {
        var slot = bucket
        let end = bucket + MACTable.wordsPerBucket
        while slot < end {
            let own = slot
            slot += 2
            let victim = MACKey(rawValue: vd_load_acquire_u64(own))
            let victimEntry = MACEntry(rawValue: vd_load_acquire_u64(own + 1))
            let victimHash = hash(victim)
            guard victim.rawValue != 0, vd_load_relaxed_u64(own) == victim.rawValue, home(victimHash) == bucket else { continue }
            switch room(in: alternate(victimHash), victim, victimEntry, depth: depth) {
            case .made(let copy):
                if MACTable.replace(own, victim, victimEntry, with: key, entry) { return .made(own) }
                // The victim was refreshed, moved or deleted meanwhile: what holds is in its old slot.
                if !MACTable.replace(copy, victim, victimEntry, with: MACKey(rawValue: 0), .none) {
                    return .lost(victim, victimEntry)
                }
            case .none:
                break
            case .lost(let lost, let lostEntry):
                return .lost(lost, lostEntry)
            }
        }
        return .none
    }

    @_noLocks @_noAllocation
    private func room(in bucket: Bucket, _ key: MACKey, _ entry: MACEntry, depth: Int) -> Room {
        if let slot = claim(in: bucket, key, entry) { return .made(slot) }
        return depth == 0 ? .none : displace(from: bucket, key, entry, depth: depth &- 1)
    }

    /// Two writers may insert the same key at once, each in a slot of its own. Both then look again, and both keep the slot that
    /// readers find first; a worker yields to control wherever its entry is. What control finds of its own is the copy that a worker
    /// has just made to displace it.
    @_noLocks @_noAllocation
    private func settle(_ key: MACKey, _ entry: MACEntry, in own: Bucket, home: Bucket, alternate: Bucket) -> LearnOutcome {
        var ownSeen = false
        var step = 0
        while step < 2 * MACTable.slotsPerBucket {
            let slot = (step < MACTable.slotsPerBucket ? home : alternate) + (step & 3) &* 2
            step &+= 1
            guard vd_load_acquire_u64(slot) == key.rawValue else { continue }
            if slot == own {
                ownSeen = true
                continue
            }
            let other = MACEntry(rawValue: vd_load_acquire_u64(slot + 1))
            if !ownSeen || (entry.isLearned && !other.isLearned) {
                if MACTable.replace(own, key, entry, with: MACKey(rawValue: 0), .none) { release(key, entry) }
                return .busy
            }
            if other.isLearned, MACTable.replace(slot, key, other, with: MACKey(rawValue: 0), .none) { release(key, other) }
        }
        return .inserted
    }

    /// One slot, key and entry together, if it still holds what was read.
    @_noLocks @_noAllocation @inline(__always)
    static func replace(_ slot: Bucket, _ key: MACKey, _ entry: MACEntry, with newKey: MACKey, _ newEntry: MACEntry) -> Bool {
        vd_compare_exchange_pair(slot, key.rawValue, entry.rawValue, newKey.rawValue, newEntry.rawValue)
    }
}
