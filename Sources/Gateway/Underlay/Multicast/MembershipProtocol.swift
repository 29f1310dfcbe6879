import Dataplane

/// The protocol in which hosts tell routers and switches of a link which multicast groups they are in: IGMP for IPv4, MLD for IPv6. Both
/// say the same in the same order; they differ in the width of addresses and in the headers around.
package enum MembershipProtocol: String, CaseIterable, Comparable, Sendable {
    case igmp
    case mld

    package init(of address: IPAddress) { self = address.isIPv4 ? .igmp : .mld }

    /// Bytes of an address in messages.
    var addressByteCount: Int { self == .igmp ? 4 : 16 }

    /// What is spoken while no querier of an older version is about.
    package var newestVersion: MembershipVersion { self == .igmp ? .igmpv3 : .mldv2 }

    /// The group of all hosts, where general queries go: 224.0.0.1, ff02::1. Every host is in it, and nobody reports that.
    package var allHosts: IPAddress { self == .igmp ? IPAddress(ipv4: 0xE000_0001) : .allNodes }

    /// Where reports of the newest version go: 224.0.0.22 (RFC 3376 section 4.2.14), ff02::16 (RFC 3810 section 5.2.14).
    var allReportReceivers: IPAddress { self == .igmp ? IPAddress(ipv4: 0xE000_0016) : IPAddress(high: 0xFF02 << 48, low: 0x16) }

    /// Where older versions say that they leave: 224.0.0.2 (RFC 2236 section 9), ff02::2 (RFC 2710 section 4).
    var allRouters: IPAddress { self == .igmp ? IPAddress(ipv4: 0xE000_0002) : IPAddress(high: 0xFF02 << 48, low: 2) }

    /// Whether membership of `group` is reported: not that of ``allHosts`` (RFC 3376 section 5), nor of IPv6 groups that do not leave a host,
    /// whose scope is 0 or 1 (RFC 3810 section 6). False for what is no group of this protocol's family.
    package func reports(_ group: IPAddress) -> Bool {
        guard isGroup(group), group != allHosts else { return false }
        return self == .igmp || (group.high >> 48) & 0xF > 1
    }

    /// Whether `address`, read from a message of this protocol, is a multicast address.
    func isGroup(_ address: IPAddress) -> Bool { MembershipProtocol(of: address) == self && address.isMulticast }

    package static func < (a: MembershipProtocol, b: MembershipProtocol) -> Bool { a.rawValue < b.rawValue }
}

/// Versions of both protocols; of one protocol the older is the lesser.
package enum MembershipVersion: Int, CaseIterable, Comparable, Sendable {
    /// RFC 1112 appendix I
    case igmpv1
    /// RFC 2236
    case igmpv2
    /// RFC 3376
    case igmpv3
    /// RFC 2710
    case mldv1
    /// RFC 3810
    case mldv2

    package var membershipProtocol: MembershipProtocol { self < .mldv1 ? .igmp : .mld }

    /// Whether changes are told with repeats and many groups share a report; older versions have a report for each group, and a host whose
    /// group another one reports is silent.
    var isNewest: Bool { self == membershipProtocol.newestVersion }

    /// IGMPv1 hosts leave in silence.
    var tellsLeaves: Bool { self != .igmpv1 }

    package static func < (a: MembershipVersion, b: MembershipVersion) -> Bool { a.rawValue < b.rawValue }
}

extension MembershipVersion: CustomStringConvertible {
    /// `IGMPv3`
    package var description: String {
        switch self {
        case .igmpv1: "IGMPv1"
        case .igmpv2: "IGMPv2"
        case .igmpv3: "IGMPv3"
        case .mldv1: "MLDv1"
        case .mldv2: "MLDv2"
        }
    }
}

extension [UInt8] {
    /// Reads an address as wide as `membershipProtocol` has them. An IPv6 field may hold an IPv4-mapped address.
    func readAddress(of membershipProtocol: MembershipProtocol, at offset: Int) -> IPAddress {
        guard membershipProtocol == .mld else { return readIPv4(at: offset) }
        let words = stride(from: offset, to: offset + 16, by: 4).map { UInt64(readUInt32(at: $0)) }
        return IPAddress(high: words[0] << 32 | words[1], low: words[2] << 32 | words[3])
    }

    /// Appends an address as wide as `membershipProtocol` has them.
    mutating func append(_ address: IPAddress, of membershipProtocol: MembershipProtocol) {
        let bits = membershipProtocol == .mld ? [address.high, address.low] : [address.low << 32]
        let bytes = bits.flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) } }
        append(contentsOf: bytes.prefix(membershipProtocol.addressByteCount))
    }
}
