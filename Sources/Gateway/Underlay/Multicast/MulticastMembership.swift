import Dataplane

/// The gateway as a multicast host on its underlay links (RFC 1112): it tells routers and snooping switches which groups it is in, by IGMP and
/// MLD, in the version that the link's querier speaks. Groups, frames and time go in, frames come out.
///
/// Nothing that arrives can add a group; queries schedule answers, which leave with ``tick(now:)`` in bounded number.
package struct MulticastMembership: Sendable {
    package typealias Randomness = any RandomNumberGenerator & Sendable

    /// Most groups of both families on a port. What exceeds it is not joined, and counted.
    package static let groupsPerPortMax = 4096
    /// Most packets of one protocol on one port in a tick. An older version with all groups has 4096 to send in ten seconds.
    package static let packetsPerTickMax = 64

    package private(set) var counters: [MembershipProtocol: MembershipCounters]
    private var random: Randomness
    private var ports: [PortIndex: UnderlayPort] = [:]
    private var portsDown: Set<PortIndex> = []
    private var wanted: [PortIndex: Set<IPAddress>] = [:]
    /// Both protocols of every underlay port: queriers are heard before there is a group.
    var links: [LinkKey: MembershipLink] = [:]

    struct LinkKey: Hashable, Comparable {
        let port: PortIndex
        let membershipProtocol: MembershipProtocol

        static func < (a: LinkKey, b: LinkKey) -> Bool { (a.port, a.membershipProtocol) < (b.port, b.membershipProtocol) }
    }

    /// - Parameter random: chooses delays (RFC 3376 sections 5.1 and 5.2).
    package init(random: Randomness = SystemRandomNumberGenerator()) {
        self.random = random
        counters = Dictionary(uniqueKeysWithValues: MembershipProtocol.allCases.map { ($0, MembershipCounters()) })
    }

    /// Whether groups that were left are still to be told of: a gateway that stops goes on with ``tick(now:)`` until not.
    package var isLeaving: Bool { links.values.contains { $0.groups.values.contains { !$0.isMember } } }
}

// What control wants.
extension MulticastMembership {
    /// Makes `groups` the groups that the gateway is in, port by port. What changes is told at once, and repeated with later ticks. What is never
    /// reported (``MembershipProtocol/reports(_:)``) may be among them, and is passed over, as are groups of ports that are none.
    package mutating func update(
        groups: [PortIndex: Set<IPAddress>], ports: [PortIndex: UnderlayPort], now: MonotonicTime
    ) -> [UnderlayAction] {
        updatePorts(ports, now: now)
        let before = wanted
        wanted = groups
        for index in ports.keys {
            let chosen = choose(index, wantedBefore: before[index] ?? [])
            for key in keys(of: index) {
                let family = chosen.filter { MembershipProtocol(of: $0) == key.membershipProtocol }
                guard let (joins, leaves) = links[key]?.setGroups(family, isUp: !portsDown.contains(index), now: now) else { continue }
                counters[key.membershipProtocol]?.joins += UInt64(joins)
                counters[key.membershipProtocol]?.leaves += UInt64(leaves)
            }
        }
        return send(now: now)
    }

    /// The same groups on other ports.
    package mutating func update(ports: [PortIndex: UnderlayPort], now: MonotonicTime) -> [UnderlayAction] {
        update(groups: wanted, ports: ports, now: now)
    }

    /// Leaves all groups, as a gateway that stops does. What is returned is to be sent at once; see ``isLeaving``.
    package mutating func leaveAll(now: MonotonicTime) -> [UnderlayAction] { update(groups: [:], ports: ports, now: now) }

    /// Ports that are gone take their groups along; one whose MAC changed is heard as another host.
    private mutating func updatePorts(_ wanted: [PortIndex: UnderlayPort], now: MonotonicTime) {
        links = links.filter { wanted[$0.key.port] != nil }
        portsDown.formIntersection(wanted.keys)
        for (index, port) in wanted {
            for key in keys(of: index) {
                if links[key] == nil { links[key] = MembershipLink(key.membershipProtocol) }
                if let before = ports[index], before.mac != port.mac { links[key]?.restart(now: now) }
            }
        }
        ports = wanted
    }

    /// The groups of a port that there is room for: those it is in already, then the others in ascending order.
    private mutating func choose(_ index: PortIndex, wantedBefore: Set<IPAddress>) -> Set<IPAddress> {
        let groups = (wanted[index] ?? []).filter { MembershipProtocol(of: $0).reports($0) }
        guard groups.count > MulticastMembership.groupsPerPortMax else { return groups }
        let members = keys(of: index).flatMap { links[$0]?.groups.filter(\.value.isMember).keys.map { $0 } ?? [] }
        let kept = groups.intersection(members)
        let others = groups.subtracting(kept).sorted()
        let places = MulticastMembership.groupsPerPortMax - kept.count
        for refused in others.dropFirst(places) where !wantedBefore.contains(refused) {
            counters[MembershipProtocol(of: refused)]?.refused += 1
        }
        return kept.union(others.prefix(places))
    }

    private func keys(of port: PortIndex) -> [LinkKey] {
        MembershipProtocol.allCases.map { LinkKey(port: port, membershipProtocol: $0) }
    }
}

// Packets, time, links.
extension MulticastMembership {
    /// Takes what a querier asks or another host reports; answers leave with later ticks.
    package mutating func receive(_ packet: MembershipPacket, onPort index: PortIndex, now: MonotonicTime) throws(PuntDropReason) {
        let key = LinkKey(port: index, membershipProtocol: packet.membershipProtocol)
        guard let port = ports[index], let isForUs = links[key].map({ packet.isFor(port, in: $0) }) else { throw .portUnknown }
        guard isForUs else { throw .notOurAddress }
        guard packet.source.isRemoteHost || packet.source.isUnspecified else { throw .sourceAddressInvalid }
        guard !ports.values.contains(where: { $0.owns(packet.source) || $0.linkLocal == packet.source }) else { throw .ownSourceAddress }
        switch packet.message {
        case .query(let query):
            links[key]?.hear(query, now: now, using: &random)
            counters[packet.membershipProtocol]?.queriesHeard += 1
        case .report(let group):
            let isSuppressed = links[key]?.hearReport(of: group, now: now) == true
            counters[packet.membershipProtocol]?.reportsHeard += 1
            counters[packet.membershipProtocol]?.reportsSuppressed += isSuppressed ? 1 : 0
        }
    }

    /// Sends what is due, up to ``packetsPerTickMax`` for each port and protocol. To be called a few times a second.
    package mutating func tick(now: MonotonicTime) -> [UnderlayAction] { send(now: now) }

    /// The link of a port went down or came up; ports start with their link up. After it came up all groups are joined anew, for the cable
    /// may lead elsewhere now.
    package mutating func linkChanged(onPort index: PortIndex, isUp: Bool, now: MonotonicTime) {
        guard ports[index] != nil else { return }
        if isUp {
            guard portsDown.remove(index) != nil else { return }
            for key in keys(of: index) { links[key]?.restart(now: now) }
        } else {
            portsDown.insert(index)
            for key in keys(of: index) { links[key]?.linkLost() }
        }
    }

    private mutating func send(now: MonotonicTime) -> [UnderlayAction] {
        links.keys.sorted().filter { !portsDown.contains($0.port) }.flatMap { send(on: $0, now: now) }
    }

    private mutating func send(on key: LinkKey, now: MonotonicTime) -> [UnderlayAction] {
        guard let port = ports[key.port], var link = links[key] else { return [] }
        links[key] = nil
        let room = MembershipReport.room(for: key.membershipProtocol, mtu: port.configuration.mtu)
        let reports = link.takeReports(limit: MulticastMembership.packetsPerTickMax, room: room, now: now, using: &random)
        links[key] = link
        for case .leave in reports { counters[key.membershipProtocol]?.leavesSent += 1 }
        counters[key.membershipProtocol]?.reportsSent += UInt64(reports.count { if case .leave = $0 { false } else { true } })
        return reports.map { .transmit(port: key.port, frame: $0.frame(in: link.version, from: port)) }
    }
}

extension MembershipPacket {
    /// Any address that the port has, all hosts' group and ours among them (RFC 3376 section 4.1.12).
    fileprivate func isFor(_ port: UnderlayPort, in link: MembershipLink) -> Bool {
        guard destination.isIPv4 == (membershipProtocol == .igmp) else { return false }
        guard !destination.isMulticast else {
            return destination == membershipProtocol.allHosts || link.groups[destination]?.isMember == true
        }
        return port.owns(destination) || destination == port.linkLocal
    }
}
