/// When our own addresses are to be announced (RFC 5227, RFC 4861 section 7.2.6): twice when they come up, and once more when somebody else
/// uses one. IPv6 addresses are probed before (RFC 4862 section 5.4), but used at once: remote VTEPs send to them whatever the answer is.
/// It knows addresses and time; the frames are made elsewhere.
struct AddressAnnouncer: Sendable {
    enum Output: Equatable {
        /// Ask whether somebody else uses the address.
        case probe(PortAddress)
        case announce(PortAddress)
    }

    /// RFC 4862 section 5.1, DupAddrDetectTransmits, and the wait for an answer: RetransTimer of RFC 4861 section 10.
    static let probesMaxIPv6 = 1
    static let probeInterval = Duration.seconds(1)
    /// RFC 5227 section 1.1: ANNOUNCE_NUM, ANNOUNCE_INTERVAL and DEFEND_INTERVAL; within the limits of RFC 4861 section 7.2.6.
    static let announcementsMax = 2
    static let announceInterval = Duration.seconds(2)
    static let defendInterval = Duration.seconds(10)

    fileprivate struct Schedule {
        var probesRemaining = 0
        var remaining = 0
        var due: MonotonicTime?
        var defendedAt: MonotonicTime?
    }

    private var schedules: [PortAddress: Schedule] = [:]

    /// Starts, or starts again, the probes and announcements of an address with the next tick.
    mutating func announce(_ key: PortAddress, now: MonotonicTime) {
        var schedule = schedules[key] ?? Schedule()
        schedule.probesRemaining = key.address.isIPv4 ? 0 : AddressAnnouncer.probesMaxIPv6
        schedule.remaining = AddressAnnouncer.announcementsMax
        schedule.due = now
        schedules[key] = schedule
    }

    /// The address is not ours any more.
    mutating func remove(_ key: PortAddress) { schedules[key] = nil }

    /// The addresses to probe or announce now.
    mutating func tick(now: MonotonicTime) -> [Output] {
        let dueKeys = schedules.filter { $0.value.due.map { $0 <= now } ?? false }.keys.sorted()
        return dueKeys.compactMap { key in schedules[key]?.next(key, now: now) }
    }

    /// Somebody else uses the address. Whether to defend it now: at most once in ten seconds, lest two hosts that both insist
    /// fill the link (RFC 5227 section 2.4 (c)).
    mutating func defend(_ key: PortAddress, now: MonotonicTime) -> Bool {
        if let last = schedules[key]?.defendedAt, now < last + AddressAnnouncer.defendInterval { return false }
        schedules[key, default: Schedule()].defendedAt = now
        return true
    }
}

extension AddressAnnouncer.Schedule {
    /// The step that is due, and when the next one is.
    fileprivate mutating func next(_ key: PortAddress, now: MonotonicTime) -> AddressAnnouncer.Output {
        guard probesRemaining == 0 else {
            probesRemaining -= 1
            due = now + AddressAnnouncer.probeInterval
            return .probe(key)
        }
        remaining -= 1
        due = remaining > 0 ? now + AddressAnnouncer.announceInterval : nil
        return .announce(key)
    }
}
