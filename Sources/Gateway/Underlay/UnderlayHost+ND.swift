import Dataplane

// Address resolution on IPv6 links: neighbour discovery (RFC 4861 section 7) with duplicate address detection (RFC 4862 section 5.4).
extension UnderlayHost {
    /// The groups in which our IPv6 addresses of each port are solicited; a port without IPv6 addresses has no entry. Switches that snoop MLD
    /// pass solicitations on only to members.
    package var solicitedNodeGroups: [PortIndex: Set<IPAddress>] {
        ports.mapValues(\.solicitedNodeGroups).filter { !$0.value.isEmpty }
    }

    /// First what it tells of its sender, then the answer. Unlike an ARP request, a solicitation does not confirm that its sender hears us
    /// (RFC 4861 section 7.2.3).
    mutating func receiveSolicitation(
        _ message: ICMPv6Message, behind ethernet: EthernetHeader, on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        let solicitation = try NeighborSolicitation(message)
        guard solicitation.isProbe || solicitation.source.isRemoteHost else { throw .sourceAddressInvalid }
        let sourceMAC = solicitation.sourceMAC ?? ethernet.source
        guard !isOwn(sourceMAC) else { throw .ownFrame }
        let source = PortAddress(port: port.index, address: solicitation.source)
        if port.owns(solicitation.source) { return conflict(over: source, with: sourceMAC, now: now) }
        guard port.owns(solicitation.target) else { throw .ndNotOurs }

        let claim = NeighborClaim(solicitation.sourceMAC, isSolicited: false, isOverride: true)
        let learned = actions(for: neighbors.hear(source, claim, now: now) ?? [])
        let answer = NeighborAdvertisement(answering: solicitation, at: port.mac)
        counters.ndReplies += 1
        return learned + [.transmit(port: port.index, frame: answer.frame(from: port.mac, to: sourceMAC))]
    }

    mutating func receiveAdvertisement(
        _ message: ICMPv6Message, behind ethernet: EthernetHeader, on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        let advertisement = try NeighborAdvertisement(message)
        guard message.header.source.isRemoteHost else { throw .sourceAddressInvalid }
        let targetMAC = advertisement.targetMAC ?? ethernet.source
        guard !isOwn(targetMAC) else { throw .ownFrame }
        let target = PortAddress(port: port.index, address: advertisement.target)
        if port.owns(advertisement.target) { return conflict(over: target, with: targetMAC, now: now) }

        guard neighbors.state(of: target) != nil else { throw .ndUnsolicited }
        guard advertisement.targetMAC != nil || neighbors.mac(of: target) != nil else { throw .ndNoLinkAddress }
        let claim = NeighborClaim(
            advertisement.targetMAC, isSolicited: advertisement.isSolicited, isOverride: advertisement.isOverride)
        counters.neighborsHeard += 1
        return actions(for: neighbors.hear(target, claim, now: now) ?? [])
    }

    /// A solicitation from the port's address on the neighbour's subnet, else from its link-local one; `nil` while it has no IPv6 address.
    func ndSolicitation(of address: IPAddress, at mac: MACAddress?, from port: UnderlayPort) -> [UInt8]? {
        guard let source = port.solicitationSource(for: address) else { return nil }
        return NeighborSolicitation(for: address, from: source, at: port.mac).frame(from: port.mac, to: mac)
    }

    func ndProbe(for address: IPAddress, from port: UnderlayPort) -> [UInt8] {
        NeighborSolicitation.probe(for: address).frame(from: port.mac, to: nil)
    }

    /// To all nodes, whose MAC the frame has.
    func ndAnnouncement(of address: IPAddress, from port: UnderlayPort) -> [UInt8] {
        NeighborAdvertisement(announcing: address, at: port.mac).frame(from: port.mac, to: .broadcast)
    }
}
