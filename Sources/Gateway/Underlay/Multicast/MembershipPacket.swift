import Dataplane

/// A packet of IGMP or MLD that tells a host something, with all that its headers must say checked.
package struct MembershipPacket: Equatable, Sendable {
    package enum Message: Equatable, Sendable {
        case query(MembershipQuery)
        /// Another host says, in an older version, that it is in the group. Reports of the newest versions go to routers and switches alone.
        case report(IPAddress)
    }

    package let membershipProtocol: MembershipProtocol
    package let source: IPAddress
    package let destination: IPAddress
    package let message: Message

    /// `nil` when `frame` holds something else. MLD without a hop-by-hop header, which lacks the Router Alert, is MLD nevertheless.
    /// - Throws: one of the `ipv4`, `igmp` or `mld` reasons of ``PuntDropReason``.
    package init?(frame: [UInt8], behind ethernet: EthernetHeader) throws(PuntDropReason) {
        if ethernet.etherType == EthernetHeader.typeIPv4, IGMPFormat.isCarried(by: frame) {
            try self.init(igmp: frame)
        } else if ethernet.etherType == MLDFormat.etherType, MLDFormat.isCarried(by: frame) {
            try self.init(mld: frame)
        } else {
            return nil
        }
    }

    /// The checked headers of either family.
    struct Headers {
        let source: IPAddress
        let destination: IPAddress
        let messageRange: Range<Int>
    }

    init(_ membershipProtocol: MembershipProtocol, _ headers: Headers, _ message: Message) {
        self.membershipProtocol = membershipProtocol
        source = headers.source
        destination = headers.destination
        self.message = message
    }
}
