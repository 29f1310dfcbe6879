import Dataplane

/// Multicast inside the networks: who is in which group, learned from the IGMP and MLD that pass (RFC 4541). Frames, places and time go in; what workers are to
/// know comes out. Nothing is sent: questions are a querier's, on an access port or behind a VTEP.
package struct MulticastSnooping: Sendable {
    /// Most memberships, each a group and a place, of a network, and of all together. Most groups of a network and protocol are ``groupsMax``.
    package static let membershipsPerNetworkMax = 4096
    package static let membershipsMax = 65536
    package static let groupsMax = SnoopedProtocol.groupsMax

    struct Network: Sendable {
        var places: SnoopedPlaces
        var protocols = Dictionary(uniqueKeysWithValues: MembershipProtocol.allCases.map { ($0, SnoopedProtocol($0)) })
        /// What workers know; `nil` = perhaps something else.
        var published: MulticastTargets?

        var membershipCount: Int { protocols.values.reduce(0) { $0 + $1.membershipCount } }
    }

    package private(set) var counters = SnoopingCounters()
    var networks: [VNI: Network] = [:]
    private var membershipCount = 0
    /// Networks of which workers may know something old.
    private var changed: Set<VNI> = []

    package init() {}
}

// What control tells.
extension MulticastSnooping {
    /// Makes these the networks that snoop, with their places. The tables of all of them are told anew by ``takeChanges()``.
    package mutating func update(_ wanted: [VNI: SnoopedPlaces]) {
        networks = networks.filter { wanted[$0.key] != nil }
        for (vni, places) in wanted {
            let known = networks[vni]?.places
            let areNew = known.map { !places.local.isSubset(of: $0.local) || !places.remote.isSubset(of: $0.remote) } ?? false
            var network = networks[vni] ?? Network(places: places)
            network.places = places
            network.published = nil
            if places != known { for key in MembershipProtocol.allCases { network.protocols[key]?.keep(places, areNew: areNew) } }
            networks[vni] = network
            changed.insert(vni)
        }
        membershipCount = networks.values.reduce(0) { $0 + $1.membershipCount }
    }

    /// What workers are to know from now on, of the networks where that has changed.
    package mutating func takeChanges() -> [VNI: MulticastTargets] {
        var result: [VNI: MulticastTargets] = [:]
        for vni in changed {
            guard let network = networks[vni] else { continue }
            let targets = network.targets
            guard targets != network.published else { continue }
            networks[vni]?.published = targets
            result[vni] = targets
        }
        changed = []
        return result
    }
}

// Frames and time.
extension MulticastSnooping {
    /// A frame of a network that snoops, without tag. Frames that tell nothing of multicast are passed over.
    package mutating func receive(_ frame: [UInt8], network vni: VNI, from origin: Destination, now: MonotonicTime) -> SnoopingEvent? {
        guard networks[vni] != nil else { return nil }
        let message: SnoopedMessage?
        do { message = try SnoopedMessage(frame: frame) } catch {
            counters.invalid += 1
            return nil
        }
        guard let message else { return nil }
        guard let place = networks[vni]?.places.place(of: origin) else {
            counters.misplaced += 1
            return nil
        }
        changed.insert(vni)
        switch message {
        case .query(let query, let address):
            counters.queries += 1
            let membershipProtocol = query.version.membershipProtocol
            let isFirst = networks[vni]?.protocols[membershipProtocol]?.hear(query, from: address, at: place, now: now) == true
            return isFirst ? .querierFound(vni, query.version, address, place) : nil
        case .hello(let membershipProtocol, let holdTime):
            counters.hellos += 1
            networks[vni]?.protocols[membershipProtocol]?.addRouter(place, until: now + holdTime)
            return nil
        case .changes(let changes, let version):
            counters.reports += 1
            return take(changes, version, network: vni, at: place, now: now)
        }
    }

    private mutating func take(
        _ changes: [SnoopedMessage.Change], _ version: MembershipVersion, network vni: VNI, at place: Destination, now: MonotonicTime
    ) -> SnoopingEvent? {
        guard var network = networks[vni], var state = network.protocols[version.membershipProtocol] else { return nil }
        // One reference to each dictionary, so that neither is copied.
        networks[vni] = nil
        network.protocols[version.membershipProtocol] = nil
        let countOfOther = network.membershipCount
        let countOfOthers = membershipCount - countOfOther - state.membershipCount
        var event: SnoopingEvent?
        for change in changes where !change.group.underlay.isLinkScopeGroup && version.membershipProtocol.reports(change.group) {
            guard change.isMember else {
                state.leave(change.group, place, now: now)
                continue
            }
            let count = countOfOther + state.membershipCount
            let room = min(
                MulticastSnooping.membershipsPerNetworkMax - count, MulticastSnooping.membershipsMax - countOfOthers - count)
            guard !state.join(change.group, place, isSilent: version == .igmpv1, room: room, now: now) else { continue }
            counters.refused += 1
            event = .full(vni)
        }
        network.protocols[version.membershipProtocol] = state
        networks[vni] = network
        membershipCount = countOfOthers + network.membershipCount
        return event
    }

    /// To be called a few times a second.
    package mutating func tick(now: MonotonicTime) -> [SnoopingEvent] {
        var events: [SnoopingEvent] = []
        for vni in networks.keys {
            for key in MembershipProtocol.allCases {
                let outcome = networks[vni]?.protocols[key]?.tick(now: now) ?? .nothing
                if outcome == .nothing { continue }
                changed.insert(vni)
                if outcome == .querierLost { events.append(.querierLost(vni, key)) }
            }
        }
        if !changed.isEmpty { membershipCount = networks.values.reduce(0) { $0 + $1.membershipCount } }
        return events
    }
}

extension MulticastSnooping.Network {
    fileprivate var targets: MulticastTargets {
        var targets = MulticastTargets()
        if let state = protocols[.igmp] { targets.ipv4 = state.family(places) }
        if let state = protocols[.mld] { targets.ipv6 = state.family(places) }
        for state in protocols.values { state.addGroups(to: &targets, places) }
        return targets
    }
}
