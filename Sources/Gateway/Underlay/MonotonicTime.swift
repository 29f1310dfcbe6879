/// A moment of a clock that never goes backwards, as the time since that clock's own zero. Control-plane state machines take
/// it as an argument and never read a clock themselves, so tests decide what time it is.
package struct MonotonicTime: InstantProtocol, Hashable, Sendable {
    package let sinceZero: Duration

    package init(_ sinceZero: Duration) { self.sinceZero = sinceZero }
    package init(nanoseconds: UInt64) { sinceZero = .nanoseconds(nanoseconds) }

    package func advanced(by duration: Duration) -> MonotonicTime { MonotonicTime(sinceZero + duration) }
    package func duration(to other: MonotonicTime) -> Duration { other.sinceZero - sinceZero }
    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime { time.advanced(by: duration) }
    package static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.sinceZero < b.sinceZero }
}
