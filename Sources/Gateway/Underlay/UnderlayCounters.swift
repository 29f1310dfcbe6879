/// What ``UnderlayHost`` did with the frames it was given, and what it sent of its own accord. Each frame received counts once
/// more: as a request answered, a neighbour heard, a conflict, a query or report heard, or under the reason why it led to nothing.
package struct UnderlayCounters: Equatable, Sendable {
    package internal(set) var received: UInt64 = 0
    /// ARP requests for our addresses, each answered.
    package internal(set) var arpReplies: UInt64 = 0
    /// Neighbour solicitations for our addresses, probes included, each answered.
    package internal(set) var ndReplies: UInt64 = 0
    /// ICMP and ICMPv6.
    package internal(set) var echoReplies: UInt64 = 0
    /// Packets that told about a next hop and asked nothing.
    package internal(set) var neighborsHeard: UInt64 = 0
    /// Packets from another host with our address.
    package internal(set) var conflicts: UInt64 = 0
    /// Queries and other hosts' reports about multicast groups; ``MulticastMembership/counters`` tells more.
    package internal(set) var membershipHeard: UInt64 = 0

    /// ARP requests and neighbour solicitations sent for next hops.
    package internal(set) var solicitations: UInt64 = 0
    /// Gratuitous ARP packets and unsolicited neighbour advertisements sent, those in defence included.
    package internal(set) var announcements: UInt64 = 0
    /// Neighbour solicitations sent to find out whether an address of ours is in use.
    package internal(set) var probes: UInt64 = 0

    private var drops: [PuntDropReason: UInt64] = [:]

    package init() {}

    /// Frames that led to nothing for `reason`.
    package subscript(reason: PuntDropReason) -> UInt64 { drops[reason] ?? 0 }

    /// Frames that led to nothing.
    package var dropped: UInt64 { drops.values.reduce(0, +) }

    mutating func countDrop(_ reason: PuntDropReason) { drops[reason, default: 0] += 1 }
}
