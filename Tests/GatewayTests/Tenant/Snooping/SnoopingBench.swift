import Dataplane
import Gateway

/// Network blue, which snoops: two ports, two VTEPs in the replication list. What workers have been told is looked up as they do it.
struct SnoopingBench {
    static let blue = VNI(10100)!
    static let lan0 = Destination.local(port: PortIndex(0), vlan: VLANID(100)), lan1 = Destination.local(port: PortIndex(1), vlan: nil)
    static let one = Destination.tunnel(TunnelIndex(1)), two = Destination.tunnel(TunnelIndex(2)),
        outside = Destination.tunnel(TunnelIndex(9))
    static let places = SnoopedPlaces(local: [lan0, lan1], remote: [one, two])
    static let all: Set = [lan0, lan1, one, two]

    var snooping = MulticastSnooping()
    var clock = Underlay.Clock()
    /// What workers know.
    private var known: [VNI: MulticastTargets] = [:]

    init(_ places: [VNI: SnoopedPlaces] = [blue: places]) { update(places) }

    mutating func update(_ places: [VNI: SnoopedPlaces]) {
        known = known.filter { places[$0.key] != nil }
        snooping.update(places)
        publish()
    }

    @discardableResult
    mutating func hear(_ frame: [UInt8], at place: Destination = lan0, network: VNI = blue) -> SnoopingEvent? {
        defer { publish() }
        return snooping.receive(frame, network: network, from: place, now: clock.now)
    }

    /// Ticks every 100 ms for `duration`.
    @discardableResult
    mutating func run(_ duration: Duration) -> [SnoopingEvent] {
        let end = clock.now + duration
        var events: [SnoopingEvent] = []
        while clock.now < end {
            clock.advance(.milliseconds(100))
            events += snooping.tick(now: clock.now)
            publish()
        }
        return events
    }

    private mutating func publish() { known.merge(snooping.takeChanges()) { _, new in new } }

    /// Where packets to a group go; all places of network blue where they are flooded.
    func reach(_ group: String, network: VNI = blue) -> Set<Destination> {
        guard let targets = known[network] else { return SnoopingBench.all }
        let address = Underlay.address(group)
        let family = address.isIPv4 ? targets.ipv4 : targets.ipv6
        let key = UnderlayAddress(high: address.high, low: address.low)
        return SnoopingBench.set(targets.groups[key] ?? family.routers)
    }

    /// Where reports of the newest versions go.
    func reachOfReports(isIPv4: Bool = true) -> Set<Destination> {
        SnoopingBench.set(known[SnoopingBench.blue].flatMap { isIPv4 ? $0.ipv4.reports : $0.ipv6.reports })
    }

    private static func set(_ places: MulticastTargets.Places?) -> Set<Destination> {
        guard let places else { return all }
        precondition(places.local.allSatisfy(\.isLocal) && places.remote.allSatisfy(\.isTunnel))
        return Set(places.local + places.remote)
    }

    func status(_ membershipProtocol: MembershipProtocol = .igmp) -> MulticastSnooping.Status {
        snooping.status(of: SnoopingBench.blue, now: clock.now).first { $0.membershipProtocol == membershipProtocol }!
    }
}

extension SnoopingBench {
    /// With a querier of both protocols at lan0 whose first queries have been answered by nobody: 125 seconds between queries, 10 for answers.
    static func asked() -> SnoopingBench {
        var bench = SnoopingBench()
        bench.ask()
        bench.run(.seconds(11))
        return bench
    }

    mutating func ask(at place: Destination = lan0) {
        hear(HeardMembership.igmpv3(), at: place)
        hear(HeardMembership.mldv2(), at: place)
    }

    /// Time passes, with queries every hundred seconds.
    mutating func runAsked(_ duration: Duration) {
        let end = clock.now + duration
        while clock.now < end {
            ask()
            run(min(.seconds(100), clock.now.duration(to: end)))
        }
    }
}
