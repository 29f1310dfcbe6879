import Dataplane
import Gateway

/// Delays that tests choose: every one is the same part of what is allowed.
struct FixedRandom: RandomNumberGenerator, Sendable {
    private let value: UInt64

    static let earliest = FixedRandom(value: 0)
    static let half = FixedRandom(value: 1 << 63)
    static let latest = FixedRandom(value: .max)

    mutating func next() -> UInt64 { value }
}

/// Group membership on the test link, with the time it lives in. The port has an address of each family.
struct MembershipBench {
    var membership: MulticastMembership
    var clock = Underlay.Clock()
    var ports: [PortIndex: UnderlayPort]
    private var groups: [PortIndex: Set<IPAddress>] = [:]

    static let port = Underlay.port(addresses: ["192.0.2.1/24", "2001:db8::1/64"])
    static let tick = Duration.milliseconds(100)

    init(random: MulticastMembership.Randomness = FixedRandom.half, ports: [UnderlayPort] = [MembershipBench.port]) {
        membership = MulticastMembership(random: random)
        self.ports = Dictionary(uniqueKeysWithValues: ports.map { ($0.index, $0) })
        _ = membership.update(ports: self.ports, now: clock.now)
    }

    /// Makes `texts` the groups of a port; what is said at once.
    mutating func setGroups(_ texts: String..., on port: PortIndex = Underlay.wan0) -> [String] {
        setGroups(Set(texts.map(Underlay.address)), on: port)
    }

    mutating func setGroups(_ wanted: Set<IPAddress>, on port: PortIndex = Underlay.wan0) -> [String] {
        groups[port] = wanted
        return membership.update(groups: groups, ports: ports, now: clock.now).map(\.said)
    }

    mutating func setPorts(_ ports: UnderlayPort...) -> [String] {
        self.ports = Dictionary(uniqueKeysWithValues: ports.map { ($0.index, $0) })
        return membership.update(ports: self.ports, now: clock.now).map(\.said)
    }

    mutating func hear(_ frame: [UInt8], on port: PortIndex = Underlay.wan0) throws {
        let packet = try MembershipPacket(frame: frame, behind: EthernetHeader(frame: frame))
        try membership.receive(packet!, onPort: port, now: clock.now)
    }

    mutating func setLink(isUp: Bool, port: PortIndex = Underlay.wan0) {
        membership.linkChanged(onPort: port, isUp: isUp, now: clock.now)
    }

    /// Ticks every 100 ms for `duration`, first at once; what is sent, with the time since the start in milliseconds.
    mutating func actions(for duration: Duration) -> [(milliseconds: Int, action: UnderlayAction)] {
        let start = clock.now
        var actions: [(Int, UnderlayAction)] = []
        while start.duration(to: clock.now) < duration {
            let elapsed = start.duration(to: clock.now).milliseconds
            actions += membership.tick(now: clock.now).map { (elapsed, $0) }
            clock.advance(MembershipBench.tick)
        }
        return actions
    }

    /// The same as lines: `500 IGMPv3 join 239.1.1.1`.
    mutating func run(_ duration: Duration) -> [String] { actions(for: duration).map { "\($0.milliseconds) \($0.action.said)" } }

    var states: [String] { membership.status.map { "\($0.group) \($0.version) \($0.state)" } }
    func counters(_ membershipProtocol: MembershipProtocol) -> MembershipCounters { membership.counters[membershipProtocol]! }
}

extension Duration {
    var milliseconds: Int { Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) }
}
