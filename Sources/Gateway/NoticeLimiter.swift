import Dataplane

/// Keeps floods of one kind from becoming floods of lines in the log: about one matter there is a line at once, and then one in a minute; and of all matters there
/// are so many in a second at most.
package struct NoticeLimiter {
    /// What a line is about.
    package enum Matter: Hashable {
        case networkLimit(NetworkIndex)
        case portLimit(PortIndex)
        /// Frames that may not come from this place of the network.
        case violation(Event.Kind, NetworkIndex, Destination)
        case table, vtepRefused
        /// Each line is about another MAC: only the seconds count.
        case held, released

        fileprivate var isOneOfMany: Bool { self == .held || self == .released }
    }

    package init() {}

    private var told: [Matter: MonotonicTime] = [:]
    private var second = MonotonicTime(.zero)
    private var linesInSecond = 0
    /// Lines that were kept back.
    package private(set) var keptBack: UInt64 = 0

    static let linesPerSecond = 10
    static let pause = Duration.seconds(60)
    private static let mattersMaximum = 4096

    package mutating func mayTell(_ matter: Matter, _ now: MonotonicTime) -> Bool {
        if now >= second + .seconds(1) { (second, linesInSecond) = (now, 0) }
        if !matter.isOneOfMany, let last = told[matter], now < last + NoticeLimiter.pause { return refuse() }
        guard linesInSecond < NoticeLimiter.linesPerSecond else { return refuse() }
        if told.count >= NoticeLimiter.mattersMaximum { told = told.filter { now < $0.value + NoticeLimiter.pause } }
        guard matter.isOneOfMany || told.count < NoticeLimiter.mattersMaximum else { return refuse() }
        if !matter.isOneOfMany { told[matter] = now }
        linesInSecond += 1
        return true
    }

    private mutating func refuse() -> Bool {
        keptBack += 1
        return false
    }
}
