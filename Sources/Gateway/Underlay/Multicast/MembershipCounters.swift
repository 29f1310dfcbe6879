/// What happened to group membership in one protocol, over all ports.
package struct MembershipCounters: Equatable, Sendable {
    /// Groups joined and left, once for each port.
    package internal(set) var joins: UInt64 = 0
    package internal(set) var leaves: UInt64 = 0
    /// Groups that a port had no room for (``MulticastMembership/groupsPerPortMax``).
    package internal(set) var refused: UInt64 = 0
    package internal(set) var queriesHeard: UInt64 = 0
    /// Other hosts' reports of groups that we are in as well.
    package internal(set) var reportsHeard: UInt64 = 0
    /// Reports of ours that another host's made needless.
    package internal(set) var reportsSuppressed: UInt64 = 0
    /// Packets sent that say what we are in, and those of the newest versions that say what we have left.
    package internal(set) var reportsSent: UInt64 = 0
    /// Packets of older versions sent that say what we have left.
    package internal(set) var leavesSent: UInt64 = 0

    package init() {}
}
