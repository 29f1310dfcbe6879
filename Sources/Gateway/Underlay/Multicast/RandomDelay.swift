extension Duration {
    private var nanosecondCount: UInt64 {
        UInt64(clamping: components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }

    /// A random duration, evenly from zero up to `longest`, which is less than a century.
    static func random(upTo longest: Duration, using random: inout MulticastMembership.Randomness) -> Duration {
        .nanoseconds(Int64(random.next().multipliedFullWidth(by: longest.nanosecondCount + 1).high))
    }
}
