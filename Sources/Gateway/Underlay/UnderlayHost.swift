import Dataplane

/// The gateway as a host on its underlay links: it answers for its addresses, announces and defends them, keeps the MACs
/// of the next hops, and reports the multicast groups that it is in. Bytes and time go in, actions come out; it does no input or
/// output of its own.
///
/// What belongs to one protocol is in an extension: ARP and ICMP for IPv4, ND and ICMPv6 for IPv6.
package struct UnderlayHost: Sendable {
    package internal(set) var counters = UnderlayCounters()
    package internal(set) var neighbors: NeighborTable
    package internal(set) var membership: MulticastMembership
    var announcer = AddressAnnouncer()
    var ports: [PortIndex: UnderlayPort] = [:]
    /// Ports on whose links nothing can be sent.
    var portsDown: Set<PortIndex> = []

    /// Without ports: ``update(ports:localAddresses:now:)`` brings them.
    package init(neighbors: NeighborTable = NeighborTable(), membership: MulticastMembership = MulticastMembership()) {
        self.neighbors = neighbors
        self.membership = membership
    }
}

// Frames and time.
extension UnderlayHost {
    /// Takes a frame that a worker handed to control: any bytes, from any port.
    package mutating func receive(frame: [UInt8], onPort port: PortIndex, now: MonotonicTime) -> [UnderlayAction] {
        counters.received += 1
        do throws(PuntDropReason) {
            guard let port = ports[port] else { throw .portUnknown }
            return try dispatch(frame, on: port, now: now)
        } catch {
            counters.countDrop(error)
            return []
        }
    }

    /// Does what is due. To be called a few times a second at a steady pace: it sends a bounded number of requests each time.
    package mutating func tick(now: MonotonicTime) -> [UnderlayAction] {
        let ours = announcer.tick(now: now).flatMap { output in
            switch output {
            case .probe(let key): probe(key)
            case .announce(let key): announce(key)
            }
        }
        return ours + actions(for: neighbors.tick(now: now)) + membership.tick(now: now)
    }

    private mutating func dispatch(
        _ frame: [UInt8], on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        let ethernet = try EthernetHeader(frame: frame)
        guard !ethernet.source.isMulticast, !ethernet.source.isZero else { throw .sourceMACInvalid }
        guard !isOwn(ethernet.source) else { throw .ownFrame }
        if let packet = try MembershipPacket(frame: frame, behind: ethernet) {
            return try receiveMembership(packet, behind: ethernet, on: port, now: now)
        }
        guard ethernet.destination == port.mac || isForEverybody(ethernet) else { throw .macNotOurs }
        switch ethernet.etherType {
        case EthernetHeader.typeARP: return try receiveARP(frame, on: port, now: now)
        case EthernetHeader.typeIPv4: return try receiveIPv4(frame, behind: ethernet, on: port)
        case EthernetHeader.typeIPv6: return try receiveIPv6(frame, behind: ethernet, on: port, now: now)
        default: throw .etherType
        }
    }

    /// IPv6 has groups where IPv4 has broadcasts; the packet's own destination says which one.
    private func isForEverybody(_ ethernet: EthernetHeader) -> Bool {
        ethernet.destination == .broadcast || (ethernet.destination.isMulticast && ethernet.etherType == EthernetHeader.typeIPv6)
    }

    /// Two underlay ports may share a link, so the MAC of any port is our own.
    func isOwn(_ mac: MACAddress) -> Bool { ports.values.contains { $0.mac == mac } }
}

// Next hops, as the remote VTEPs need them.
extension UnderlayHost {
    /// Counts one more remote VTEP behind a next hop. What is refused must not be released.
    package mutating func require(
        _ nextHop: PortAddress, now: MonotonicTime
    ) throws(NeighborTable.Full) -> [UnderlayAction] {
        actions(for: try neighbors.require(nextHop, now: now))
    }

    /// Takes back one ``require(_:now:)``. A reload requires what is new before it releases what is old, so that a next hop of
    /// both keeps its MAC.
    package mutating func release(_ nextHop: PortAddress) { neighbors.release(nextHop) }
}

// From decisions to actions.
extension UnderlayHost {
    mutating func actions(for outputs: [NeighborTable.Output]) -> [UnderlayAction] {
        outputs.compactMap { output in
            switch output {
            case .solicit(let key, let mac):
                return solicit(key, at: mac)
            case .changed(let key, let mac):
                return .neighborChanged(port: key.port, address: key.address, mac: mac)
            case .unreachable(let key):
                return .event(.neighborUnreachable(port: key.port, address: key.address))
            }
        }
    }

    private mutating func solicit(_ key: PortAddress, at mac: MACAddress?) -> UnderlayAction? {
        guard let port = sendingPort(key.port), let frame = solicitation(of: key.address, at: mac, from: port) else {
            return nil
        }
        counters.solicitations += 1
        return .transmit(port: key.port, frame: frame)
    }

    mutating func announce(_ key: PortAddress) -> [UnderlayAction] {
        guard let port = sendingPort(key.port) else { return [] }
        counters.announcements += 1
        return [.transmit(port: key.port, frame: announcement(of: key.address, from: port))]
    }

    /// Only IPv6 addresses are probed.
    private mutating func probe(_ key: PortAddress) -> [UnderlayAction] {
        guard let port = sendingPort(key.port) else { return [] }
        counters.probes += 1
        return [.transmit(port: key.port, frame: ndProbe(for: key.address, from: port))]
    }

    /// Another host claims our address. Remote VTEPs send to this address, so it is defended without end rather than given up:
    /// RFC 5227 section 2.4 (c). For IPv6 as well, where RFC 4862 section 5.4.5 would have the address given up.
    mutating func conflict(over own: PortAddress, with mac: MACAddress, now: MonotonicTime) -> [UnderlayAction] {
        counters.conflicts += 1
        guard announcer.defend(own, now: now) else { return [] }
        return announce(own) + [.event(.addressConflict(port: own.port, address: own.address, mac: mac))]
    }

    private func sendingPort(_ index: PortIndex) -> UnderlayPort? { portsDown.contains(index) ? nil : ports[index] }

    private func solicitation(of address: IPAddress, at mac: MACAddress?, from port: UnderlayPort) -> [UInt8]? {
        address.isIPv4
            ? arpSolicitation(of: address, at: mac, from: port) : ndSolicitation(of: address, at: mac, from: port)
    }

    private func announcement(of address: IPAddress, from port: UnderlayPort) -> [UInt8] {
        address.isIPv4 ? arpAnnouncement(of: address, from: port) : ndAnnouncement(of: address, from: port)
    }
}
