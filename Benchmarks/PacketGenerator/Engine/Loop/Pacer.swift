/// A token bucket over the cycle counter: how many packets may go now.
///
/// It holds two bursts. A generator that lost its core for longer does not catch up, since the device under test would see a burst that
/// nobody asked for; it has then offered less than asked, and reports say how much.
package struct Pacer: BitwiseCopyable {
    /// Packets that may go at once after a pause.
    package static let depth: UInt64 = 64
    /// Credit is counted in packets with this many bits behind the point: a tenth of a percent even at 100 packets a second.
    private static let fractionBits: UInt64 = 40
    /// The longest time credited at once, so that the product below fits 64 bits.
    private static let elapsedMaximum: UInt64 = 1 << 24

    private let creditPerCycle: UInt64
    private let isUnlimited: Bool
    private var credit: UInt64 = 0
    private var last: UInt64

    /// `rate`: packets per second, `nil` for no limit.
    package init(rate: Double?, cyclesPerSecond: UInt64, now: UInt64) {
        isUnlimited = rate == nil
        // More than one packet a cycle is no limit either.
        let perCycle = min(1, (rate ?? 0) / Double(cyclesPerSecond))
        creditPerCycle = UInt64(perCycle * Double(UInt64(1) << Pacer.fractionBits))
        last = now
    }

    /// Packets that may go at time `now`.
    @_noLocks @_noAllocation @inline(__always)
    package mutating func allowance(_ now: UInt64) -> UInt64 {
        if isUnlimited { return Pacer.depth }
        let elapsed = min(now &- last, Pacer.elapsedMaximum)
        last = now
        credit = min(credit &+ elapsed &* creditPerCycle, Pacer.depth &<< Pacer.fractionBits)
        return credit &>> Pacer.fractionBits
    }

    /// Packets of the last allowance that are used.
    @_noLocks @_noAllocation @inline(__always)
    package mutating func take(_ count: UInt64) {
        if !isUnlimited { credit &-= count &<< Pacer.fractionBits }
    }
}
