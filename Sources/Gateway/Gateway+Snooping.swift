import Dataplane

// Multicast inside of networks.

extension Gateway {
    /// Networks, their places or what they ask for have changed.
    func followSnooping() {
        snooping.update(reconciler.snoopedPlaces)
        publishSnooping()
    }

    /// A frame that a worker has shown.
    func snoop(_ frame: TenantFrame) {
        guard reconciler.tables.networks.features(frame.network).contains(.multicastSnooping),
            let vni = reconciler.tables.networks.vni(frame.network)
        else { return }
        if let event = snooping.receive(frame.frame, network: vni, from: frame.origin, now: now) { tell(event) }
    }

    /// Ends what is over, and tells workers what has changed: fifty times a second at most, however many join and leave.
    func keepSnooping(_ now: MonotonicTime) {
        guard now >= housekeeping.snoopingDue else { return }
        housekeeping.snoopingDue = now + .milliseconds(20)
        for event in snooping.tick(now: now) { tell(event) }
        publishSnooping()
    }

    private func publishSnooping() {
        let changes = snooping.takeChanges()
        if !changes.isEmpty { reconciler.publishMulticast(changes) }
    }

    private func tell(_ event: SnoopingEvent) {
        switch event {
        case .querierFound(let vni, let version, let address, let origin):
            logger.notice(
                "network \(name(vni)): \(version) querier \(address) at \(place(origin)); once its query is answered, multicast goes to members only"
            )
        case .querierLost(let vni, let membershipProtocol):
            logger.warning(
                "network \(name(vni)): the \(membershipProtocol.rawValue.uppercased()) querier is silent; multicast is flooded until there is one"
            )
        case .full(let vni):
            guard now >= housekeeping.snoopingFullDue else { return }
            housekeeping.snoopingFullDue = now + .seconds(1)
            logger.warning("network \(name(vni)) has no room for more groups, or members of groups: what has none is flooded to everyone")
        }
    }

    private func name(_ vni: VNI) -> String { reconciler.networks[vni]?.name ?? "\(vni)" }

    package func multicast() -> [MulticastStatus] {
        let now = now
        return configuration.networks.flatMap { network in
            snooping.status(of: network.vni, now: now).map { status in
                MulticastStatus(
                    network: network.name, membershipProtocol: status.membershipProtocol,
                    state: status.isFiltering ? .filtering : .flooding,
                    querier: status.querier?.address, version: status.querier.map { "\($0.version)" },
                    querierExpirySeconds: status.querier.map { seconds($0.endsIn) }, routers: status.routers.map(member),
                    groups: status.groups.map { .init(group: $0.address, flooded: $0.isFlooded, members: $0.members.map(member)) })
            }
        }
    }

    private func member(_ member: MulticastSnooping.Status.Member) -> MulticastStatus.Member {
        let remote = member.place.tunnel.flatMap { tunnel in reconciler.tunnels.first { $0.value.index == tunnel }?.key.address }
        return MulticastStatus.Member(
            port: member.place.port.map { reconciler.ports[$0].name }, serviceVLAN: member.place.tags?.service,
            vlan: member.place.tags?.vlan,
            remote: remote, expirySeconds: seconds(member.endsIn))
    }

    private func seconds(_ duration: Duration) -> Int { max(0, Int(duration / .seconds(1))) }

    /// What was heard of multicast and not heeded.
    var snoopingLosses: [DropStatus] {
        [
            DropStatus(
                reason: "control_snooping_invalid", stage: "control", packets: snooping.counters.invalid,
                explanation: "no packet: an IGMP, MLD or PIM message in a network that says nothing valid; it was forwarded"),
            DropStatus(
                reason: "control_snooping_misplaced", stage: "control", packets: snooping.counters.misplaced,
                explanation: "no packet: a report or query from a VTEP that nothing is flooded to; it was forwarded"),
            DropStatus(
                reason: "control_snooping_full", stage: "control", packets: snooping.counters.refused,
                explanation: "no packet: a member of a group for which there was no room; the group is flooded"),
        ]
    }
}
