/// Why a packet was dropped. Counted per worker; the names are the same in code, API, metrics and command line.
package enum DropReason: UInt8, CaseIterable, Sendable {
    // From an access port.
    case frameShort
    case vlanUnknown
    case untaggedRefused
    case vlanStacked
    case sourceMACInvalid
    case linkLocal

    // From an underlay port: outer headers.
    case underlayFrameShort
    case underlayMACNotOurs
    case underlayVLAN
    case underlayEtherType
    case ipv4Version
    case ipv4Length
    case ipv4Options
    case ipv4Checksum
    case ipv4Fragment
    case ipv6Version
    case ipv6Length
    case ipv6Extension
    case notOurAddress
    case ownSourceAddress
    case ipProtocol
    case udpLength
    case udpPort
    case udpChecksum
    case udpChecksumZero

    // From an underlay port: VXLAN and the frame inside.
    case vxlanShort
    case vxlanFlags
    case vxlanReserved
    case vniUnknown
    case vtepUnknown
    case innerShort
    case innerSourceMAC
    case innerVLANTag
    case innerLinkLocal
    case congestionUnheeded

    // Forwarding.
    case portBlocked
    case loopProbe
    case bpdu
    case pause
    case lacp
    case lldp
    case staticMACViolation
    case macLocked
    case macLimit
    case samePort
    case portIsolated
    case splitHorizon
    case neighborAtOrigin
    case stormBroadcast
    case stormUnknownUnicast
    case stormMulticast
    case noMember
    case noListener
    case mtuExceeded
    case nextHopUnresolved

    // Resources.
    case noMbuf
    case transmitFull
    case puntRingFull

    package static let count = Int(DropReason.puntRingFull.rawValue) + 1
}

/// The part of the packet walk that drops for a reason.
package enum DropStage: String, Sendable {
    case access, underlay, decapsulation, forwarding, resources
}

extension DropReason {
    /// Stable name for people and programs.
    package var name: String { description.name }
    package var stage: DropStage { description.stage }
    /// One line for a person: what the packet was like.
    package var explanation: String { description.explanation }

    private var description: (name: String, stage: DropStage, explanation: String) {
        switch self {
        case .frameShort: ("frame_short", .access, "shorter than an Ethernet header and its tag")
        case .vlanUnknown: ("vlan_unknown", .access, "tagged with a VLAN that is no member of a network on this port")
        case .untaggedRefused: ("untagged_refused", .access, "untagged, on a port without an untagged member")
        case .vlanStacked: ("vlan_stacked", .access, "a second VLAN tag behind the first")
        case .sourceMACInvalid: ("source_mac_invalid", .access, "source MAC is multicast or zero")
        case .linkLocal: ("link_local", .access, "to 01:80:c2:00:00:0x, of no protocol that may be carried")
        case .underlayFrameShort: ("underlay_frame_short", .underlay, "too short for Ethernet and IP headers")
        case .underlayMACNotOurs: ("underlay_mac_not_ours", .underlay, "destination MAC is another host's")
        case .underlayVLAN: ("underlay_vlan", .underlay, "outer VLAN tag missing, or not that of the port")
        case .underlayEtherType: ("underlay_ethertype", .underlay, "neither IPv4, IPv6 nor ARP")
        case .ipv4Version: ("ipv4_version", .underlay, "EtherType says IPv4, the version field does not")
        case .ipv4Length: ("ipv4_length", .underlay, "IPv4 header or total length does not fit the frame")
        case .ipv4Options: ("ipv4_options", .underlay, "IPv4 header with options")
        case .ipv4Checksum: ("ipv4_checksum", .underlay, "wrong IPv4 header checksum")
        case .ipv4Fragment: ("ipv4_fragment", .underlay, "IPv4 fragment (RFC 7348 4.3: VTEPs do not reassemble)")
        case .ipv6Version: ("ipv6_version", .underlay, "EtherType says IPv6, the version field does not")
        case .ipv6Length: ("ipv6_length", .underlay, "IPv6 payload length does not fit the frame")
        case .ipv6Extension: ("ipv6_extension", .underlay, "IPv6 extension header, a fragment's among them")
        case .notOurAddress: ("not_our_address", .underlay, "destination IP is none of ours, nor a group that we are in")
        case .ownSourceAddress: ("own_source_address", .underlay, "source IP is our own: a loop or a spoof")
        case .ipProtocol: ("ip_protocol", .underlay, "neither UDP, ICMP nor IGMP")
        case .udpLength: ("udp_length", .underlay, "UDP length differs from the IP payload's")
        case .udpPort: ("udp_port", .underlay, "UDP to another port than VXLAN's")
        case .udpChecksum: ("udp_checksum", .underlay, "UDP checksum present and wrong")
        case .udpChecksumZero: ("udp_checksum_zero", .underlay, "no UDP checksum over IPv6, and the port does not allow that")
        case .vxlanShort: ("vxlan_short", .decapsulation, "no room for a VXLAN header")
        case .vxlanFlags: ("vxlan_flags", .decapsulation, "I flag unset: no valid VNI (RFC 7348 section 5)")
        case .vxlanReserved: ("vxlan_reserved", .decapsulation, "reserved bits set that the configuration refuses")
        case .vniUnknown: ("vni_unknown", .decapsulation, "VNI is of no network here")
        case .vtepUnknown: ("vtep_unknown", .decapsulation, "sender is no VTEP that may send to us")
        case .innerShort: ("inner_short", .decapsulation, "inner frame shorter than an Ethernet header")
        case .innerSourceMAC: ("inner_source_mac", .decapsulation, "inner source MAC is multicast or zero")
        case .innerVLANTag: ("inner_vlan_tag", .decapsulation, "inner frame carries a VLAN tag (RFC 7348 6.1)")
        case .innerLinkLocal: ("inner_link_local", .decapsulation, "inner frame to 01:80:c2:00:00:0x, of no protocol that may be carried")
        case .congestionUnheeded:
            ("congestion_unheeded", .decapsulation, "outer header says congestion, the inner packet knows no ECN (RFC 6040 4.2)")
        case .portBlocked: ("port_blocked", .forwarding, "from or to a port that is blocked because it is part of a loop")
        case .loopProbe: ("loop_probe", .forwarding, "a loop probe of our own that came back")
        case .bpdu: ("link_local_bpdu", .forwarding, "spanning tree, which its network does not carry")
        case .pause: ("link_local_pause", .forwarding, "pause or other MAC control, which its network does not carry")
        case .lacp: ("link_local_lacp", .forwarding, "LACP or another slow protocol, which its network does not carry")
        case .lldp: ("link_local_lldp", .forwarding, "LLDP, which its network does not carry")
        case .staticMACViolation:
            ("static_mac_violation", .forwarding, "source MAC is held elsewhere: configured, sticky, or moved too often")
        case .macLocked: ("mac_locked", .forwarding, "source MAC is not configured behind its port, which is locked")
        case .macLimit: ("mac_limit", .forwarding, "source MAC is new, and its network or port has as many as it may")
        case .samePort: ("same_port", .forwarding, "destination is where the frame came from")
        case .portIsolated: ("port_isolated", .forwarding, "from a port that its egress port is kept apart from")
        case .splitHorizon: ("split_horizon", .forwarding, "from a tunnel, towards a tunnel")
        case .neighborAtOrigin:
            ("neighbor_at_origin", .forwarding, "ARP or ND request for a known host that is where the request came from, and has heard it")
        case .stormBroadcast: ("storm_broadcast", .forwarding, "more broadcasts than the port or the network may have flooded")
        case .stormUnknownUnicast:
            ("storm_unknown_unicast", .forwarding, "more frames to unknown MACs than the port or the network may have flooded")
        case .stormMulticast: ("storm_multicast", .forwarding, "more multicasts than the port or the network may have flooded")
        case .noMember: ("no_member", .forwarding, "to be flooded, but the network has no other member")
        case .noListener: ("no_listener", .forwarding, "to a multicast group that nobody elsewhere in the network has asked for")
        case .mtuExceeded: ("mtu_exceeded", .forwarding, "larger than the egress port's MTU allows")
        case .nextHopUnresolved: ("next_hop_unresolved", .forwarding, "no MAC yet for the next hop to the remote VTEP")
        case .noMbuf: ("no_mbuf", .resources, "no packet buffer for a copy, or no room before the frame for its headers")
        case .transmitFull: ("transmit_full", .resources, "the egress device took no more packets")
        case .puntRingFull: ("punt_ring_full", .resources, "too many packets for the control path at once")
        }
    }
}
