import Dataplane
import Gateway

/// A gateway on its link, with the time it lives in.
struct HostBench {
    var host: UnderlayHost
    var clock = Underlay.Clock()

    /// With its announcements already made, so that tests see only what they ask for.
    init(
        ports: [UnderlayPort] = [Underlay.port()], localAddresses: [String] = [],
        random: MulticastMembership.Randomness = SystemRandomNumberGenerator()
    ) {
        host = UnderlayHost(membership: MulticastMembership(random: random))
        _ = host.update(ports: ports, localAddresses: localAddresses.map(Underlay.address), now: clock.now)
        _ = run(.seconds(4))
    }

    mutating func receive(_ frame: [UInt8], on port: PortIndex = Underlay.wan0) -> [UnderlayAction] {
        host.receive(frame: frame, onPort: port, now: clock.now)
    }

    /// Ticks every 50 ms for `duration`, first at once.
    mutating func run(_ duration: Duration) -> [UnderlayAction] {
        let start = clock.now
        var actions: [UnderlayAction] = []
        while start.duration(to: clock.now) < duration {
            actions += host.tick(now: clock.now)
            clock.advance(.milliseconds(50))
        }
        return actions
    }

    mutating func update(_ ports: UnderlayPort..., localAddresses: [String] = []) -> [UnderlayAction] {
        host.update(ports: ports, localAddresses: localAddresses.map(Underlay.address), now: clock.now)
    }

    mutating func require(_ key: PortAddress = Underlay.hop) throws -> [UnderlayAction] {
        try host.require(key, now: clock.now)
    }
}

extension ARPPacket {
    /// An ARP request by the neighbour that the tests know.
    static func asked(
        _ target: IPAddress, by sender: IPAddress = Underlay.peer, at mac: MACAddress = Underlay.peerMAC
    ) -> ARPPacket {
        .request(for: target, from: sender, at: mac)
    }
}

extension HostBench {
    /// With one next hop that has just been heard from.
    static func resolved() throws -> HostBench {
        var bench = HostBench()
        _ = try bench.require()
        _ = bench.receive(ARPPacket.asked(Underlay.own).frame(to: .broadcast))
        return bench
    }

    /// On an IPv6 link, with one next hop that has just answered.
    static func resolved6() throws -> HostBench {
        var bench = HostBench(ports: [Underlay.port6()])
        _ = try bench.require(Underlay.hop6)
        _ = bench.run(.milliseconds(50))
        _ = bench.receive(NDFrames.confirmation)
        return bench
    }
}
