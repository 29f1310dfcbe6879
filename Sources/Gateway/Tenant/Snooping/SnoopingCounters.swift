import Dataplane

/// What was heard of multicast in all networks.
package struct SnoopingCounters: Equatable, Sendable {
    package internal(set) var queries: UInt64 = 0
    /// Reports, and messages of those who leave.
    package internal(set) var reports: UInt64 = 0
    /// Of PIM routers.
    package internal(set) var hellos: UInt64 = 0
    /// Malformed; nothing was learned from them.
    package internal(set) var invalid: UInt64 = 0
    /// From where nothing is flooded to: a VTEP that is not in the replication list.
    package internal(set) var misplaced: UInt64 = 0
    /// Memberships that there was no room for.
    package internal(set) var refused: UInt64 = 0

    package init() {}
}

/// What people are told of it.
package enum SnoopingEvent: Equatable, Sendable {
    case querierFound(VNI, MembershipVersion, IPAddress, Destination)
    case querierLost(VNI, MembershipProtocol)
    /// A membership had no room; its group is flooded.
    case full(VNI)
}
