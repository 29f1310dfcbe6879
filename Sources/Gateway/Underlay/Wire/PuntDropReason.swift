/// Why a frame that a worker handed to control led to nothing. The codecs throw it and ``UnderlayHost`` counts it; the names
/// are stable, and equal those of the packet path where the meaning is the same.
package enum PuntDropReason: String, Error, CaseIterable, Sendable {
    case portUnknown = "port_unknown"

    case frameShort = "frame_short"
    case sourceMACInvalid = "source_mac_invalid"
    case ownFrame = "own_frame"
    case macNotOurs = "mac_not_ours"
    case etherType = "ethertype"

    case arpShort = "arp_short"
    case arpHardwareType = "arp_hardware_type"
    case arpProtocolType = "arp_protocol_type"
    case arpAddressLength = "arp_address_length"
    case arpOperation = "arp_operation"
    case arpSenderMAC = "arp_sender_mac"
    case arpSenderAddress = "arp_sender_address"
    case arpNotOurs = "arp_not_ours"
    case arpUnsolicited = "arp_unsolicited"

    case ipv4Short = "ipv4_short"
    case ipv4Version = "ipv4_version"
    case ipv4Length = "ipv4_length"
    case ipv4Options = "ipv4_options"
    case ipv4Checksum = "ipv4_checksum"
    case ipv4Fragment = "ipv4_fragment"
    case ipProtocol = "ip_protocol"
    case linkBroadcast = "link_broadcast"
    case notOurAddress = "not_our_address"
    case ownSourceAddress = "own_source_address"
    case sourceAddressInvalid = "source_address_invalid"

    case icmpShort = "icmp_short"
    case icmpType = "icmp_type"
    case icmpChecksum = "icmp_checksum"
    case echoTooLarge = "echo_too_large"
}

extension PuntDropReason {
    package var name: String { rawValue }

    /// One line for a person: what the frame was like.
    package var explanation: String {
        switch self {
        case .portUnknown: "from a port that is no underlay port (any more)"
        case .frameShort: "shorter than an Ethernet header"
        case .sourceMACInvalid: "source MAC is multicast or zero"
        case .ownFrame: "source MAC is our own: a loop"
        case .macNotOurs: "destination MAC is neither ours nor broadcast"
        case .etherType: "neither IPv4 nor ARP"
        case .arpShort: "too short for an ARP packet"
        case .arpHardwareType: "ARP for other hardware than Ethernet"
        case .arpProtocolType: "ARP for another protocol than IPv4"
        case .arpAddressLength: "ARP address lengths are not those of Ethernet and IPv4"
        case .arpOperation: "ARP operation is neither request nor reply"
        case .arpSenderMAC: "ARP sender MAC is multicast or zero"
        case .arpSenderAddress: "ARP sender address cannot be a host's"
        case .arpNotOurs: "ARP request for another host, from no next hop of ours"
        case .arpUnsolicited: "ARP reply from an address that is no next hop of ours"
        case .ipv4Short: "too short for an IPv4 header"
        case .ipv4Version: "EtherType says IPv4, the version field does not"
        case .ipv4Length: "IPv4 header or total length does not fit the frame"
        case .ipv4Options: "IPv4 header with options"
        case .ipv4Checksum: "wrong IPv4 header checksum"
        case .ipv4Fragment: "IPv4 fragment"
        case .ipProtocol: "IPv4, but not ICMP"
        case .linkBroadcast: "IPv4 for one host in a broadcast frame (RFC 1122 section 3.3.6)"
        case .notOurAddress: "destination IP is none of this port's addresses"
        case .ownSourceAddress: "source IP is our own: a loop or a spoof"
        case .sourceAddressInvalid: "source IP cannot be a host's"
        case .icmpShort: "too short for an ICMP echo"
        case .icmpType: "ICMP, but not an echo request"
        case .icmpChecksum: "wrong ICMP checksum"
        case .echoTooLarge: "echo request whose reply would exceed the port's MTU"
        }
    }
}
