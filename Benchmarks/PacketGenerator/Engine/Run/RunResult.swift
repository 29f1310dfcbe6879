import Histogram

/// What became of one direction's packets.
package struct DirectionResult {
    package let name: String
    /// Packets per second asked for; `nil` for as many as go.
    package let askedRate: Double?
    package let sent: TransmitCounters
    /// `nil` when nobody looked where it comes out.
    package let received: ReceiveCounters?
    /// Cycles.
    package let latency: Histogram<UInt64>?
    package let cyclesPerSecond: UInt64

    package init(
        name: String, askedRate: Double?, sent: TransmitCounters, received: ReceiveCounters?, latency: Histogram<UInt64>?,
        cyclesPerSecond: UInt64
    ) {
        self.name = name
        self.askedRate = askedRate
        self.sent = sent
        self.received = received
        self.latency = latency
        self.cyclesPerSecond = cyclesPerSecond
    }

    package var lost: UInt64 { received.map { sent.packets - min($0.packets, sent.packets) } ?? 0 }
    package var lossRatio: Double { sent.packets == 0 ? 0 : Double(lost) / Double(sent.packets) }
    package var seconds: Double { Double(sent.lastCycle &- sent.firstCycle) / Double(cyclesPerSecond) }

    /// Packets per second.
    package var sentRate: Double { seconds > 0 ? Double(sent.packets) / seconds : 0 }

    /// On the wire, with preamble, FCS and gap.
    package var sentBitsPerSecond: Double {
        let overhead = Double(sent.packets) * (Rate.gapBytes + Double(FrameLayout.fcsBytes))
        return seconds > 0 ? 8 * (Double(sent.bytes) + overhead) / seconds : 0
    }

    package var receivedRate: Double {
        guard let received, received.lastCycle > sent.firstCycle else { return 0 }
        return Double(received.packets) * Double(cyclesPerSecond) / Double(received.lastCycle - sent.firstCycle)
    }

    /// Nanoseconds of so many cycles.
    package func nanoseconds(_ cycles: Double) -> Double { cycles * 1e9 / Double(cyclesPerSecond) }
}

package struct RunResult {
    package var directions: [DirectionResult]
    package var wasInterrupted: Bool

    package init(directions: [DirectionResult], wasInterrupted: Bool = false) {
        self.directions = directions
        self.wasInterrupted = wasInterrupted
    }

    package var seconds: Double { directions.map(\.seconds).max() ?? 0 }
    package var outcome: TrialOutcome {
        TrialOutcome(rate: directions.map(\.sentRate).min() ?? 0, lossRatio: directions.map(\.lossRatio).max() ?? 0)
    }
}
