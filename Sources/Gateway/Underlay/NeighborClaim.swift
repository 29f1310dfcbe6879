import Dataplane

/// What a packet says of a neighbour's MAC, by the flags of a neighbour advertisement (RFC 4861 section 4.4). A solicitation's source claims
/// its MAC unsolicited, and overrides (section 7.2.3).
package struct NeighborClaim: Equatable, Sendable {
    /// `nil`: none is said, the known one is meant.
    package let mac: MACAddress?
    /// Answers our question: the way there and back works.
    package let isSolicited: Bool
    /// To be used in place of another MAC that is known.
    package let isOverride: Bool

    package init(_ mac: MACAddress?, isSolicited: Bool, isOverride: Bool) {
        self.mac = mac
        self.isSolicited = isSolicited
        self.isOverride = isOverride
    }
}
