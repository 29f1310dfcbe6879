/// What a transmitter is to send in one run.
package struct TransmitJob: BitwiseCopyable {
    /// Stream and run, so that packets of another one are not taken for these.
    package var tag: UInt16
    /// Packets per second, `nil` for as many as go.
    package var rate: Double?
    /// Cycles after which it ends.
    package var cycles: UInt64
    /// Packets after which it ends.
    package var limit: UInt64
    /// Instead of traffic: one frame for each flow that is not in here.
    package var announces: FlowBitmap?

    package init(tag: UInt16, rate: Double?, cycles: UInt64 = .max, limit: UInt64 = .max, announces: FlowBitmap? = nil) {
        self.tag = tag
        self.rate = rate
        self.cycles = cycles
        self.limit = limit
        self.announces = announces
    }

    /// Nothing.
    package static var none: TransmitJob { TransmitJob(tag: 0, rate: nil, limit: 0) }
}
