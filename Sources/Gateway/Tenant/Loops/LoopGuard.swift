import Dataplane

/// Finds loops behind access ports and cuts them: sends probes through every membership of the ports that it guards; one that comes back proves a loop, and one
/// of its two ports is blocked until none comes back any more. Time and frames in, actions out.
///
/// - Of two ports the younger is blocked: the one whose link came up later, else the later one in the configuration. Only guarded ports are ever blocked.
/// - A probe that comes back through a tunnel blocks the port that it was sent through.
/// - Probes pass blocked ports in both directions, so that a loop that stands is seen all the time. A port opens when none that concerns it has
///   come back for ``LoopTiming/silence``; when it has to be blocked again soon, for twice that, and so on.
/// - A probe that comes back in another network proves no loop: two networks are joined, which is told.
package struct LoopGuard: Sendable {
    /// A membership of an access port.
    package struct Place: Hashable, Sendable {
        package var port: PortIndex
        package var tags: MemberTags
        package var network: NetworkIndex

        package init(port: PortIndex, tags: MemberTags, network: NetworkIndex) {
            self.port = port
            self.tags = tags
            self.network = network
        }
    }

    /// A port to be guarded.
    package struct Port: Equatable, Sendable {
        package var index: PortIndex
        /// Source of its probes.
        package var mac: MACAddress
        package var places: [Place]

        package init(index: PortIndex, mac: MACAddress, places: [Place]) {
            self.index = index
            self.mac = mac
            self.places = places
        }
    }

    /// A probe that came back.
    package struct Loop: Equatable, Sendable {
        package var sent: Place
        /// Where it came back: a port with a tag or without, or a tunnel.
        package var returned: Destination
        /// Network in which it came back.
        package var network: NetworkIndex
    }

    package struct Block: Equatable, Sendable {
        package var loop: Loop
        package var since: MonotonicTime
    }

    struct Guarded: Sendable {
        var port: Port
        var places: Set<Place>
        /// When the present round through the places began, and how many of them had their turn.
        var roundStart: MonotonicTime
        var sentInRound = 0
        var block: Block?
        var openedAt: MonotonicTime?
        /// How often in a row it had to be blocked again soon.
        var relapses = 0
    }

    /// The way of a probe: from a port to a port, or to any tunnel.
    struct Path: Hashable, Sendable {
        var from: PortIndex
        /// `nil` = a tunnel.
        var to: PortIndex?
    }

    /// Number in our probes: random, so that no other gateway's pass for ours.
    package let gateway: UInt64
    package let timing: LoopTiming
    var guarded: [PortIndex: Guarded] = [:]
    /// When links came up that have been down; of ports that are down, `nil` in it.
    var linkUpAt: [PortIndex: MonotonicTime?] = [:]
    /// When a probe last took a way. One for each pair of ports at most.
    var returns: [Path: MonotonicTime] = [:]
    /// Probes that may still be sent now; grows with time.
    var allowance = 0.0
    var lastTick: MonotonicTime?
    /// Since when there was no gap between ticks.
    var listeningSince = MonotonicTime(.zero)
    /// The port whose turn it is first.
    var turn = 0
    var joinToldAt: MonotonicTime?
    /// Ports blocked so far.
    var blockCount: UInt64 = 0
    package var counters = LoopCounters()

    /// `gateway`: random, not 0.
    package init(gateway: UInt64, timing: LoopTiming = LoopTiming()) {
        self.gateway = gateway
        self.timing = timing
    }

    package var isGuarding: Bool { !guarded.isEmpty }
    package var blocks: [PortIndex: Block] { guarded.compactMapValues(\.block) }

    /// The ports to be guarded from now on. What is known of those that stay is kept; those that are not guarded any more are opened.
    package mutating func guardPorts(_ ports: [Port], now: MonotonicTime) -> [LoopAction] {
        let wanted = Dictionary(uniqueKeysWithValues: ports.map { ($0.index, $0) })
        var actions: [LoopAction] = []
        for (index, state) in guarded.sorted(by: { $0.key < $1.key }) where wanted[index] == nil {
            if let block = state.block { actions.append(.open(index, block)) }
            guarded[index] = nil
        }
        for port in ports {
            if guarded[port.index]?.port == port { continue }
            var state = guarded[port.index] ?? Guarded(port: port, places: [], roundStart: now)
            if port.places.isEmpty, let block = state.block {
                // Nothing passes it any more, and no probe could tell when the loop is gone.
                state.block = nil
                actions.append(.open(port.index, block))
            }
            state.port = port
            state.places = Set(port.places)
            state.roundStart = now
            state.sentInRound = 0
            guarded[port.index] = state
        }
        returns = returns.filter { guarded[$0.key.from] != nil }
        return actions
    }

    /// A port whose link comes up is the youngest, and probed at once.
    package mutating func linkChanged(_ port: PortIndex, isUp: Bool, now: MonotonicTime) {
        linkUpAt[port] = .some(isUp ? now : nil)
        guarded[port]?.roundStart = now
        guarded[port]?.sentInRound = 0
    }

    func isUp(_ port: PortIndex) -> Bool { linkUpAt[port].map { $0 != nil } ?? true }

    /// The older of two ports first.
    func isOlder(_ a: PortIndex, _ b: PortIndex) -> Bool {
        let start = MonotonicTime(.zero)
        let times = [a, b].map { linkUpAt[$0].flatMap { $0 } ?? start }
        return times[0] == times[1] ? a < b : times[0] < times[1]
    }
}

package enum LoopAction: Equatable, Sendable {
    /// A probe to be sent through a membership, blocked or not. Without VLAN tag.
    case send([UInt8], LoopGuard.Place)
    case block(PortIndex, LoopGuard.Loop)
    case open(PortIndex, LoopGuard.Block)
    /// A probe came back in another network than it was sent in.
    case networksJoined(LoopGuard.Loop)
}

package struct LoopCounters: Equatable, Sendable {
    /// Probes sent; those that came back and were heeded; those that came back and said what cannot be, or too late.
    package var sent: UInt64 = 0
    package var returned: UInt64 = 0
    package var disregarded: UInt64 = 0
}

package struct LoopTiming: Equatable, Sendable {
    /// Each membership is probed once in this time, as long as ``probesPerSecond`` suffices for all.
    package var interval: Duration = .seconds(1)
    package var probesPerSecond = 1000
    /// Without a returning probe for so long, a blocked port is opened. A probe that comes back later than this is disregarded.
    package var silence: Duration = .seconds(3)
    /// Blocked again within this time after it was opened, a port stays blocked for twice as long as before.
    package var relapse: Duration = .seconds(600)
    /// A port that was blocked because of a tunnel stays so for up to this time longer, by chance: at its other end may be another gateway, which has seen the same at
    /// the same moment. Were both to open together, both would block again together.
    package var spread: Duration = .seconds(2)
    /// Most such doublings: 3 seconds become 96.
    package var relapsesMaximum = 5
    /// Networks that are joined are told at most once in this time.
    package var joinNotice: Duration = .seconds(60)

    package init() {}
}
