/// The pair of hosts and the UDP flow between them that the next frame belongs to.
package struct FlowChoice: Equatable, BitwiseCopyable {
    package var flow: UInt32
    package var port: UInt32

    @_noLocks @_noAllocation @inline(__always)
    package init(flow: UInt32, port: UInt32) {
        self.flow = flow
        self.port = port
    }
}

/// The order in which frames visit the flows: round robin, all pairs before the next UDP flow of each, or at random with a seed.
package struct FlowSequence: BitwiseCopyable {
    private let flows: UInt64
    private let ports: UInt64
    private let isRandom: Bool
    private var generator: SplitMix64
    private var position = FlowChoice(flow: 0, port: 0)

    /// `salt` keeps the streams of one run apart.
    package init(_ plan: FlowPlan, salt: UInt64 = 0) {
        flows = UInt64(plan.flows)
        ports = UInt64(plan.udpFlows)
        isRandom = plan.isRandom
        generator = SplitMix64(seed: plan.seed &+ salt &* 0x6A09_E667_F3BC_C909)
    }

    @_noLocks @_noAllocation @inline(__always)
    package mutating func next() -> FlowChoice {
        if isRandom {
            // A 32-bit fraction times a count, upper half: uniform without a division.
            let random = generator.next()
            let flow = ((random &>> 32) &* flows) &>> 32
            let port = ((random & 0xFFFF_FFFF) &* ports) &>> 32
            return FlowChoice(flow: UInt32(truncatingIfNeeded: flow), port: UInt32(truncatingIfNeeded: port))
        }
        let choice = position
        position.flow &+= 1
        if UInt64(position.flow) == flows {
            position.flow = 0
            position.port &+= 1
            if UInt64(position.port) == ports { position.port = 0 }
        }
        return choice
    }
}
