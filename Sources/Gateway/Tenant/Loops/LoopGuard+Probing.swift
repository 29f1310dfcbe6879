import Dataplane

// Sending probes: through each membership in turn, evenly over a round of a second, so many a second at most. Ports with few memberships are not kept waiting by
// those with many.

extension LoopGuard {
    /// Does what is due: opens ports, sends probes. Ten times a second is often enough.
    package mutating func tick(now: MonotonicTime) -> [LoopAction] {
        guard isGuarding else {
            lastTick = now
            return []
        }
        let pause = (lastTick ?? now).duration(to: now)
        lastTick = now
        // Who has not listened knows nothing of silence.
        if pause >= timing.interval { listeningSince = now }
        return openSilentPorts(now) + sendProbes(now, pause)
    }

    private mutating func sendProbes(_ now: MonotonicTime, _ pause: Duration) -> [LoopAction] {
        let rate = Double(timing.probesPerSecond)
        allowance = min(rate / 5, allowance + pause / .seconds(1) * rate)
        let order = guarded.keys.sorted()
        var actions: [LoopAction] = []
        var idle = 0
        while allowance >= 1, idle < order.count {
            turn = (turn + 1) % order.count
            if let probe = nextProbe(order[turn], now) {
                actions.append(probe)
                allowance -= 1
                idle = 0
            } else {
                idle += 1
            }
        }
        return actions
    }

    /// The next probe of a port that is due.
    private mutating func nextProbe(_ index: PortIndex, _ now: MonotonicTime) -> LoopAction? {
        guard var state = guarded[index], !state.port.places.isEmpty, isUp(index) else { return nil }
        let count = state.port.places.count
        if state.sentInRound >= count, state.roundStart + timing.interval <= now {
            // The next round begins where the last should have ended, unless that is long ago.
            let next = state.roundStart + timing.interval
            state.roundStart = next + timing.interval > now ? next : now
            state.sentInRound = 0
        }
        let share = min(1, state.roundStart.duration(to: now) / timing.interval)
        guard state.sentInRound < min(count, Int(share * Double(count)) + 1) else { return nil }
        let place = state.port.places[state.sentInRound]
        state.sentInRound += 1
        guarded[index] = state
        counters.sent += 1
        let probe = LoopProbeFrame(gateway: gateway, place: place, sentAt: now)
        return .send(probe.frame(from: state.port.mac), place)
    }
}
