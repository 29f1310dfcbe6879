import Dataplane

// IPv4 packets for our own addresses: the gateway answers ICMP echo requests (RFC 1122 section 3.2.2.6) and nothing else.
extension UnderlayHost {
    mutating func receiveIPv4(
        _ frame: [UInt8], behind ethernet: EthernetHeader, on port: UnderlayPort
    ) throws(PuntDropReason) -> [UnderlayAction] {
        guard ethernet.destination == port.mac else { throw .linkBroadcast }
        let request = try ICMPEchoRequest(frame: frame)
        guard port.owns(request.header.destination) else { throw .notOurAddress }
        guard request.header.source.isRemoteHost else { throw .sourceAddressInvalid }
        guard !isOwn(request.header.source, on: port) else { throw .ownSourceAddress }
        guard request.header.totalByteCount <= port.configuration.mtu else { throw .echoTooLarge }
        counters.echoReplies += 1
        return [.transmit(port: port.index, frame: request.reply(from: port.mac))]
    }

    /// Whether it is an address of ours on any port; a link-local one says nothing on another link (RFC 4007 section 5).
    func isOwn(_ address: IPAddress, on port: UnderlayPort) -> Bool {
        port.owns(address) || (!address.isLinkLocal && ports.values.contains { $0.owns(address) })
    }
}
