/// When our own addresses are to be announced (RFC 5227): twice when they come up, and once more when somebody else uses one.
/// It knows addresses and time; the frames are made elsewhere.
struct AddressAnnouncer: Sendable {
    /// RFC 5227 section 1.1: ANNOUNCE_NUM, ANNOUNCE_INTERVAL and DEFEND_INTERVAL.
    static let announcementsMax = 2
    static let announceInterval = Duration.seconds(2)
    static let defendInterval = Duration.seconds(10)

    private struct Schedule {
        var remaining = 0
        var due: MonotonicTime?
        var defendedAt: MonotonicTime?
    }

    private var schedules: [PortAddress: Schedule] = [:]

    /// Starts, or starts again, the announcements of an address with the next tick.
    mutating func announce(_ key: PortAddress, now: MonotonicTime) {
        schedules[key, default: Schedule()].remaining = AddressAnnouncer.announcementsMax
        schedules[key]?.due = now
    }

    /// The address is not ours any more.
    mutating func remove(_ key: PortAddress) { schedules[key] = nil }

    /// The addresses to announce now.
    mutating func tick(now: MonotonicTime) -> [PortAddress] {
        let dueKeys = schedules.filter { $0.value.due.map { $0 <= now } ?? false }.keys.sorted()
        for key in dueKeys {
            guard var schedule = schedules[key] else { continue }
            schedule.remaining -= 1
            schedule.due = schedule.remaining > 0 ? now + AddressAnnouncer.announceInterval : nil
            schedules[key] = schedule
        }
        return dueKeys
    }

    /// Somebody else uses the address. Whether to defend it now: at most once in ten seconds, lest two hosts that both insist
    /// fill the link (RFC 5227 section 2.4 (c)).
    mutating func defend(_ key: PortAddress, now: MonotonicTime) -> Bool {
        if let last = schedules[key]?.defendedAt, now < last + AddressAnnouncer.defendInterval { return false }
        schedules[key, default: Schedule()].defendedAt = now
        return true
    }
}
