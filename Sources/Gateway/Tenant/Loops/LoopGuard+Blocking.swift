import Dataplane

// What follows from a probe that came back, and when a blocked port opens again.

extension LoopGuard {
    /// A frame that workers took for a probe of ours. `network`, `origin`: where it came back.
    package mutating func receive(_ frame: [UInt8], network: NetworkIndex, origin: Destination, now: MonotonicTime) -> [LoopAction] {
        guard let probe = LoopProbeFrame(frame: frame), probe.gateway == gateway, isCurrent(probe, now) else {
            counters.disregarded += 1
            return []
        }
        counters.returned += 1
        let loop = Loop(sent: probe.place, returned: origin, network: network)
        guard network == probe.place.network else { return tellOfJoin(loop, now) }
        returns[Path(from: probe.place.port, to: origin.port)] = now
        guard let port = portToBlock(loop) else { return [] }
        return block(port, loop, now)
    }

    /// Whether it was sent not long ago, through a membership that is still there.
    private func isCurrent(_ probe: LoopProbeFrame, _ now: MonotonicTime) -> Bool {
        // Probes tell whole milliseconds.
        let age = probe.sentAt.duration(to: now)
        return age >= .zero && age < timing.silence && guarded[probe.place.port]?.places.contains(probe.place) ?? false
    }

    /// `nil`: the loop is cut already.
    private func portToBlock(_ loop: Loop) -> PortIndex? {
        let ends = [loop.sent.port, loop.returned.port ?? loop.sent.port]
        guard ends.allSatisfy({ guarded[$0]?.block == nil }) else { return nil }
        return ends.filter { guarded[$0] != nil }.max { isOlder($0, $1) }
    }

    private mutating func block(_ port: PortIndex, _ loop: Loop, _ now: MonotonicTime) -> [LoopAction] {
        let isRelapse = guarded[port]?.openedAt.map { now < $0 + timing.relapse } ?? false
        let relapses = isRelapse ? min((guarded[port]?.relapses ?? 0) + 1, timing.relapsesMaximum) : 0
        blockCount += 1
        guarded[port]?.relapses = relapses
        guarded[port]?.block = Block(loop: loop, since: now)
        return [.block(port, loop)]
    }

    private mutating func tellOfJoin(_ loop: Loop, _ now: MonotonicTime) -> [LoopAction] {
        if let last = joinToldAt, now < last + timing.joinNotice { return [] }
        joinToldAt = now
        return [.networksJoined(loop)]
    }

    /// The oldest first; each that opens may be what keeps the next one blocked.
    mutating func openSilentPorts(_ now: MonotonicTime) -> [LoopAction] {
        var actions: [LoopAction] = []
        for index in guarded.keys.sorted(by: isOlder) {
            guard let state = guarded[index], let block = state.block else { continue }
            let silence = timing.silence * (1 << state.relapses) + patience(block)
            guard max(block.since, listeningSince, lastReturn(of: index) ?? block.since) + silence <= now else { continue }
            guarded[index]?.block = nil
            guarded[index]?.openedAt = now
            // Probed at once: a loop that still stands is cut again before much has gone round.
            guarded[index]?.roundStart = now
            guarded[index]?.sentInRound = 0
            actions.append(.open(index, block))
        }
        return actions
    }

    /// Zero, or up to ``LoopTiming/spread``: as random as the number of the gateway, and another one each time.
    private func patience(_ block: Block) -> Duration {
        guard block.loop.returned.isTunnel else { return .zero }
        var random = (gateway &+ blockCount) &* 0x9E37_79B9_7F4A_7C15
        random ^= random >> 32
        return timing.spread * (Double(random % 1024) / 1024)
    }

    /// When a probe last proved a loop that only the block of `port` cuts: one whose other end is open.
    private func lastReturn(of port: PortIndex) -> MonotonicTime? {
        let paths = returns.filter { path, _ in
            if path.from == port { return path.to == nil || path.to == port || guarded[path.to!]?.block == nil }
            return path.to == port && guarded[path.from]?.block == nil
        }
        return paths.values.max()
    }
}
