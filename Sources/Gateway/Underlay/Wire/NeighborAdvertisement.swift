import Dataplane

/// A neighbour advertisement (RFC 4861 section 4.4): "`target` is at `targetMAC`". The router flag is not set: the gateway does not route IPv6; nor is
/// it looked at on the underlay, whose routers are configured.
package struct NeighborAdvertisement: Equatable, Sendable {
    private static let flagRouter: UInt8 = 0x80
    private static let flagSolicited: UInt8 = 0x40
    private static let flagOverride: UInt8 = 0x20

    package let target: IPAddress
    package let targetMAC: MACAddress?
    /// Whom it is for: who asked, or all nodes.
    package let destination: IPAddress
    /// Answers a solicitation, and so confirms that the way there and back works.
    package let isSolicited: Bool
    /// Replaces the MAC that is known.
    package let isOverride: Bool
    /// Its sender is a router.
    package let isRouter: Bool
}

// What the gateway says.
extension NeighborAdvertisement {
    /// The answer to a solicitation: who has no address yet is told through all nodes (RFC 4861 section 7.2.4).
    package init(answering solicitation: NeighborSolicitation, at mac: MACAddress) {
        target = solicitation.target
        targetMAC = mac
        destination = solicitation.isProbe ? .allNodes : solicitation.source
        isSolicited = !solicitation.isProbe
        isOverride = true
        isRouter = false
    }

    /// Tells the whole link that `address` is at `mac` (RFC 4861 section 7.2.6).
    package init(announcing address: IPAddress, at mac: MACAddress) {
        target = address
        targetMAC = mac
        destination = .allNodes
        isSolicited = false
        isOverride = true
        isRouter = false
    }

    /// The advertisement in a frame from `source` to `destination`, which does not matter when it is for a group.
    package func frame(from source: MACAddress, to destination: MACAddress) -> [UInt8] {
        let flags = (isSolicited ? NeighborAdvertisement.flagSolicited : 0) | (isOverride ? NeighborAdvertisement.flagOverride : 0)
        let mac = self.destination.isMulticast ? MACAddress(group: self.destination) : destination
        return NeighborDiscoveryMessage(flags: flags, target: target, mac: targetMAC).frame(
            type: ICMPv6Message.MessageType.neighborAdvertisement, option: .target, from: LinkEnd(mac: source, address: target),
            to: LinkEnd(mac: mac, address: self.destination))
    }
}

// What the gateway hears.
extension NeighborAdvertisement {
    /// Reads a message of this type, as RFC 4861 section 7.1.2 asks.
    /// - Throws: one of the `nd` reasons of ``PuntDropReason``.
    package init(_ message: ICMPv6Message) throws(PuntDropReason) {
        let content = try NeighborDiscoveryMessage(message, option: .target)
        target = content.target
        targetMAC = content.mac
        destination = message.header.destination
        isSolicited = content.flags & NeighborAdvertisement.flagSolicited != 0
        isOverride = content.flags & NeighborAdvertisement.flagOverride != 0
        isRouter = content.flags & NeighborAdvertisement.flagRouter != 0
        guard !isSolicited || !destination.isMulticast else { throw .ndSolicitedMulticast }
    }
}
