import Dataplane

/// A neighbour solicitation (RFC 4861 section 4.3): "who has `target`?"
package struct NeighborSolicitation: Equatable, Sendable {
    package let target: IPAddress
    /// :: in a probe, which asks whether an address is in use (RFC 4862 section 5.4.2).
    package let source: IPAddress
    /// Where the source is: always said when many are asked, and never in a probe.
    package let sourceMAC: MACAddress?

    private init(target: IPAddress, source: IPAddress, sourceMAC: MACAddress?) {
        self.target = target
        self.source = source
        self.sourceMAC = sourceMAC
    }

    package var isProbe: Bool { source.isUnspecified }
}

// What the gateway says.
extension NeighborSolicitation {
    package init(for target: IPAddress, from source: IPAddress, at mac: MACAddress) {
        self.init(target: target, source: source, sourceMAC: mac)
    }

    /// Asks whether anybody uses `target` already.
    package static func probe(for target: IPAddress) -> NeighborSolicitation {
        NeighborSolicitation(target: target, source: .unspecifiedIPv6, sourceMAC: nil)
    }

    /// The solicitation in a frame from `source`: to the one MAC that should still be the target's, or to the target's solicited-node group
    /// when `destination` is `nil` (RFC 4861 sections 7.2.2 and 7.3.3).
    package func frame(from source: MACAddress, to destination: MACAddress?) -> [UInt8] {
        let group = target.solicitedNode
        let end = destination.map { LinkEnd(mac: $0, address: target) } ?? LinkEnd(mac: MACAddress(group: group), address: group)
        return NeighborDiscoveryMessage(flags: 0, target: target, mac: sourceMAC).frame(
            type: ICMPv6Message.MessageType.neighborSolicitation, option: .source,
            from: LinkEnd(mac: source, address: self.source), to: end)
    }
}

// What the gateway hears.
extension NeighborSolicitation {
    /// Reads a message of this type, as RFC 4861 section 7.1.1 asks.
    /// - Throws: one of the `nd` reasons of ``PuntDropReason``.
    package init(_ message: ICMPv6Message) throws(PuntDropReason) {
        let content = try NeighborDiscoveryMessage(message, option: .source)
        self.init(target: content.target, source: message.header.source, sourceMAC: content.mac)
        guard isProbe else { return }
        guard message.header.destination.isSolicitedNode else { throw .ndProbeDestination }
        guard sourceMAC == nil else { throw .ndProbeLinkAddress }
    }
}
