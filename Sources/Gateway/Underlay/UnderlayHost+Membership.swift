import Dataplane

// Multicast groups on the underlay links: what ``MulticastMembership`` does, as part of the host.
extension UnderlayHost {
    /// Makes `groups` the multicast groups that the gateway is in: those of its networks, and the solicited-node groups of its IPv6 addresses
    /// (RFC 4291 section 2.8).
    package mutating func setGroups(_ groups: [PortIndex: Set<IPAddress>], now: MonotonicTime) -> [UnderlayAction] {
        membership.update(groups: groups, ports: ports, now: now)
    }

    /// Leaves all groups. A gateway that stops calls this, and then ``tick(now:)`` as long as it ``isLeavingGroups``.
    package mutating func leaveGroups(now: MonotonicTime) -> [UnderlayAction] { membership.leaveAll(now: now) }

    /// Whether leaves are still to be sent or repeated: for about a second after ``leaveGroups(now:)``.
    package var isLeavingGroups: Bool { membership.isLeaving }

    mutating func receiveMembership(
        _ packet: MembershipPacket, behind ethernet: EthernetHeader, on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        guard ethernet.destination == port.mac || ethernet.destination.isMulticast else { throw .macNotOurs }
        guard packet.destination.isMulticast || ethernet.destination == port.mac else { throw .linkBroadcast }
        try membership.receive(packet, onPort: port.index, now: now)
        counters.membershipHeard += 1
        return []
    }
}
