import CShims

// The stages of a worker one at a time, on a burst that the caller has put into `arrivals`: for benchmarks, and for the guard of their
// instructions (scripts/check-instructions), which knows the functions by name. No worker calls them. A burst passes them in the order of
// ``Worker/Stage``.

extension Worker {
    package enum Stage: CaseIterable, Sendable {
        /// What calling a stage and reading the clock costs.
        case nothing
        case classify, validate
        case lookup, act, transmit
    }

    /// Where a burst is put before its first stage.
    package var arrivals: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?> { received }

    /// Has the worker's time stand still, so that the same frames always have the same effect.
    package mutating func holdClock() { nextSecond = UInt64.max }

    /// Runs one stage over `count` frames that came from `port`; the number that go on to the next. `act` transmits when its queue is full:
    /// give it one frame less than a burst to see it alone.
    package mutating func runStage(_ stage: Stage, _ port: PortIndex, _ count: Int) -> Int {
        switch stage {
        case .nothing: stageNothing(port, count)
        case .classify: stageClassify(port, count)
        case .validate: stageValidate(port, count)
        case .lookup: stageLookup(port, count)
        case .act: stageAct(port, count)
        case .transmit: stageTransmit(port, count)
        }
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func stageNothing(_ port: PortIndex, _ count: Int) -> Int { count }

    @_noLocks @_noAllocation @inline(never)
    private mutating func stageClassify(_ port: PortIndex, _ count: Int) -> Int {
        classifyAccess(tables.ports.records + Int(port.rawValue), index: port.rawValue, count: count)
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func stageValidate(_ port: PortIndex, _ count: Int) -> Int {
        validateUnderlay(tables.ports.records + Int(port.rawValue), index: port.rawValue, count: count)
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func stageLookup(_ port: PortIndex, _ count: Int) -> Int {
        lookUp(count)
        return count
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func stageAct(_ port: PortIndex, _ count: Int) -> Int {
        if tables.ports.records[Int(port.rawValue)].isUnderlay != 0 { actOnTunnelFrames(count) } else { actOnAccessFrames(count) }
        return count
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func stageTransmit(_ port: PortIndex, _ count: Int) -> Int {
        flushAll()
        return count
    }
}
