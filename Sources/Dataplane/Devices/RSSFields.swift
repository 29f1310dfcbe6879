import CShims

/// Header fields that a device hashes to choose a receive queue: what it offers, what it is asked for, what it says it does.
package struct RSSFields: OptionSet, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// MAC addresses.
    package static let ethernet = RSSFields(rawValue: VD_RSS_ETHERNET)
    /// IPv4 and IPv6 addresses, of fragments too.
    package static let ip = RSSFields(rawValue: VD_RSS_IP)
    // Addresses and ports.
    package static let tcp = RSSFields(rawValue: VD_RSS_TCP)
    package static let udp = RSSFields(rawValue: VD_RSS_UDP)
    package static let sctp = RSSFields(rawValue: VD_RSS_SCTP)
    /// In tunnel packets, the fields of the inner headers.
    package static let innermost = RSSFields(rawValue: VD_RSS_INNERMOST)

    /// What to ask a device for that offers these fields, by the role of its port.
    ///
    /// What comes from a tunnel is best told apart by its inner headers: with the symmetric key the two directions of a flow, which enter
    /// by an access port and by a tunnel, then have the same hash, and meet the same worker with their MAC entries in its cache. Where the
    /// device does not look inside, the outer source port does as well for the spread: the sender makes it from the inner flow (RFC 7348
    /// section 5). The VNI is left out on purpose, since an access port cannot know it.
    package func wanted(isUnderlay: Bool) -> RSSFields {
        let flow: RSSFields = [.ethernet, .ip, .tcp, .udp, .sctp]
        guard isUnderlay else { return intersection(flow) }
        return contains(.innermost) ? intersection(flow.union(.innermost)) : intersection([.ip, .udp])
    }

    /// Everything that the device offers, at the depth that it prefers.
    var atDefaultDepth: RSSFields { subtracting(RSSFields(rawValue: VD_RSS_LEVELS)) }

    /// Names for people and programs, of those that are there at least in part: IPv4 alone is `ip` too.
    package var names: [String] {
        let all: [(String, RSSFields)] = [("ethernet", .ethernet), ("ip", .ip), ("tcp", .tcp), ("udp", .udp), ("sctp", .sctp)]
        return all.filter { !isDisjoint(with: $0.1) }.map(\.0)
    }

    var summary: String { (names + (contains(.innermost) ? ["of inner headers"] : [])).joined(separator: " ") }
}

/// The hash key for all devices: two bytes over and over, so that swapping source and destination leaves the hash as it is.
///
/// 0x6d5a has an odd number of ones. So the sixteen lowest bits of the hash are different for each value of the sixteen bits that
/// addresses and ports are folded into, and no queue is left out.
package enum SymmetricKey {
    /// What devices without a size of their own take.
    static let usualByteCount = 40

    /// 256 bytes, more than any device wants. DPDK keeps a pointer to the key for as long as it runs.
    package nonisolated(unsafe) static let bytes: UnsafePointer<UInt8> = {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        for position in 0..<256 { memory[position] = position % 2 == 0 ? 0x6d : 0x5a }
        return UnsafePointer(memory)
    }()

    static func byteCount(for info: DeviceInfo) -> Int { info.rssKeyByteCount > 0 ? info.rssKeyByteCount : usualByteCount }
}
