import Dataplane

// Address resolution on IPv4 links: RFC 826, with the conflict detection of RFC 5227.
extension UnderlayHost {
    /// In the order of RFC 826: first what the packet tells of its sender, then what it asks of us.
    mutating func receiveARP(
        _ frame: [UInt8], on port: UnderlayPort, now: MonotonicTime
    ) throws(PuntDropReason) -> [UnderlayAction] {
        let packet = try ARPPacket(frame: frame)
        guard !isOwn(packet.senderMAC) else { throw .ownFrame }
        let sender = PortAddress(port: port.index, address: packet.senderAddress)
        if port.owns(packet.senderAddress) { return conflict(over: sender, with: packet.senderMAC, now: now) }

        let heard = neighbors.confirm(sender, at: packet.senderMAC, now: now)
        let learned = actions(for: heard ?? [])
        if packet.operation == .request, port.owns(packet.targetAddress) {
            counters.arpReplies += 1
            return learned + [.transmit(port: port.index, frame: packet.reply(from: port.mac).frame(to: packet.senderMAC))]
        }
        guard heard != nil else { throw packet.operation == .request ? .arpNotOurs : .arpUnsolicited }
        counters.neighborsHeard += 1
        return learned
    }

    /// A request from the port's address on the neighbour's subnet; `nil` while the port has no IPv4 address.
    func arpSolicitation(of address: IPAddress, at mac: MACAddress?, from port: UnderlayPort) -> [UInt8]? {
        guard let source = port.configuration.sourceAddress(towards: address) else { return nil }
        return ARPPacket.request(for: address, from: source, at: port.mac).frame(to: mac ?? .broadcast)
    }

    func arpAnnouncement(of address: IPAddress, from port: UnderlayPort) -> [UInt8] {
        ARPPacket.announcement(of: address, at: port.mac).frame(to: .broadcast)
    }
}
