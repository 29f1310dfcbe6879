import Dataplane

/// What the gateway itself says in networks that suppress ARP and ND: it asks hosts whether they are still there, from one MAC, and answers them when they ask
/// back.
package struct NeighborProber: Sendable {
    package let mac: MACAddress

    package init(mac: MACAddress) { self.mac = mac }

    /// The gateway has no address in its networks. Over IPv6 its link-local address will do, over IPv4 it asks as one that has none yet (RFC 5227 section 2.1.1).
    package var linkLocal: IPAddress { IPAddress(linkLocalOf: mac) }

    /// "Are you still there?", to one host.
    package func probe(_ address: IPAddress, at host: MACAddress) -> [UInt8] {
        if address.isIPv4 { return ARPPacket.request(for: address, from: IPAddress(ipv4: 0), at: mac).frame(to: host) }
        return NeighborSolicitation(for: address, from: linkLocal, at: mac).frame(from: mac, to: host)
    }

    /// The answer to a solicitation for the gateway's own address: a host asks whether the one that probed it is still there. `nil` for all else.
    package func answer(to frame: [UInt8]) -> [UInt8]? {
        guard let ethernet = try? EthernetHeader(frame: frame), ethernet.etherType == EthernetHeader.typeIPv6,
            let header = try? IPv6Header(frame: frame), header.nextHeader == IPv6Header.nextHeaderICMPv6,
            let message = try? ICMPv6Message(frame: frame, header: header),
            message.type == ICMPv6Message.MessageType.neighborSolicitation,
            let solicitation = try? NeighborSolicitation(message), solicitation.target == linkLocal, !solicitation.isProbe
        else { return nil }
        return NeighborAdvertisement(answering: solicitation, at: mac).frame(from: mac, to: ethernet.source)
    }
}
