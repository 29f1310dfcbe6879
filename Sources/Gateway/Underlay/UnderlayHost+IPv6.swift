import Dataplane

// IPv6 packets for our own addresses and groups: neighbour discovery, ICMPv6 echo (RFC 4443 section 4.2), and nothing else.
extension UnderlayHost {
    mutating func receiveIPv6(
        _ frame: [UInt8], behind ethernet: EthernetHeader, on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        let header = try IPv6Header(frame: frame)
        guard header.destination.isMulticast || ethernet.destination == port.mac else { throw .linkBroadcast }
        switch header.nextHeader {
        case IPv6Header.nextHeaderICMPv6:
            guard port.isFor(header.destination) else { throw .notOurAddress }
            return try receiveICMPv6(ICMPv6Message(frame: frame, header: header), behind: ethernet, on: port, now: now)
        // MLD (RFC 3810 section 5) is for whoever keeps the groups, and its queries go to any group.
        case IPv6Header.nextHeaderHopByHop: throw .ipv6HopByHop
        default: throw .ipProtocol
        }
    }

    private mutating func receiveICMPv6(
        _ message: ICMPv6Message, behind ethernet: EthernetHeader, on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        switch message.type {
        case ICMPv6Message.MessageType.neighborSolicitation:
            return try receiveSolicitation(message, behind: ethernet, on: port, now: now)
        case ICMPv6Message.MessageType.neighborAdvertisement:
            return try receiveAdvertisement(message, behind: ethernet, on: port, now: now)
        case ICMPv6Message.MessageType.routerAdvertisement: throw .ndRouterAdvertisement
        case ICMPv6Message.MessageType.redirect: throw .ndRedirect
        default: return try receiveEcho(message, on: port)
        }
    }

    private mutating func receiveEcho(_ message: ICMPv6Message, on port: UnderlayPort) throws(PuntDropReason) -> [UnderlayAction] {
        let request = try ICMPv6EchoRequest(message)
        guard !message.header.destination.isMulticast else { throw .echoMulticast }
        guard message.header.source.isRemoteHost else { throw .sourceAddressInvalid }
        guard !isOwn(message.header.source, on: port) else { throw .ownSourceAddress }
        guard request.totalByteCount <= port.configuration.mtu else { throw .echoTooLarge }
        counters.echoReplies += 1
        return [.transmit(port: port.index, frame: request.reply(from: port.mac))]
    }
}

extension UnderlayPort {
    /// Our addresses, the groups they are solicited in, and all nodes (RFC 4291 section 2.8).
    fileprivate func isFor(_ destination: IPAddress) -> Bool {
        guard destination.isMulticast else { return owns(destination) }
        let groups = solicitedNodeGroups
        return groups.contains(destination) || (destination == .allNodes && !groups.isEmpty)
    }
}
