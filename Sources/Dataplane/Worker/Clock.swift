import CShims

/// The gateway's own clock: seconds since it started, from the cycle counter. Starts at 1, so that 0 never is a time.
package struct Clock: Sendable {
    package let cyclesPerSecond: UInt64
    private let start: UInt64

    /// After EAL has started.
    package init() {
        cyclesPerSecond = max(1, vd_cycles_per_second())
        start = vd_cycles()
    }

    package var seconds: UInt32 { UInt32(truncatingIfNeeded: (vd_cycles() &- start) / cyclesPerSecond) &+ 1 }

    /// Milliseconds since the start.
    package var milliseconds: UInt64 { (vd_cycles() &- start) / (cyclesPerSecond / 1000) }

    func cycles(atSecond second: UInt32) -> UInt64 { start &+ UInt64(second &- 1) &* cyclesPerSecond }
}
