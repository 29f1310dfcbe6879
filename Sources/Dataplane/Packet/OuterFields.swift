/// What of a tunnel's outer headers is configured, beside addresses and UDP port.
package struct OuterFields: Equatable, Sendable {
    package enum DontFragment: BitwiseCopyable, Sendable { case set, unset, inherit }
    /// `none`: zero. `software`: computed by the worker. `device`: left to the device.
    package enum UDPChecksum: BitwiseCopyable, Sendable { case none, software, device }

    /// IPv4 TTL or IPv6 hop limit.
    package var timeToLive: UInt8 = 64
    /// DSCP in its place in the traffic class: its upper six bits.
    package var dscp: UInt8 = 0
    /// The inner packet's DSCP instead; ECN is always the inner packet's (RFC 6040 section 4.1, normal mode).
    package var copiesDSCP = false
    /// The class selector of the frame's 802.1p priority instead (RFC 2474 section 4.2.2), 0 where it has no tag.
    package var dscpFollowsPriority = false
    /// IPv4 only.
    package var dontFragment = DontFragment.set
    package var udpChecksum = UDPChecksum.none
    /// The device computes the IPv4 header checksum.
    package var deviceIPv4Checksum = false
    /// 802.1Q tag control of the outer tag: priority and VLAN ID; `nil` = untagged.
    package var tag: UInt16?
    /// The tag's priority is the upper three bits of the DSCP instead (RFC 2474 section 4.2.2).
    package var priorityFollowsDSCP = false

    package init() {}

    /// Bits of the inner packet's traffic class that become the outer one's.
    var copiedBits: UInt8 { copiesDSCP ? 0xFF : 0x03 }
    /// Bits of the outer traffic class that are the frame's priority.
    var priorityBits: UInt8 { dscpFollowsPriority ? 0xE0 : 0 }
    /// The others.
    var fixedBits: UInt8 { hasFixedDSCP ? dscp & 0xFC : 0 }

    var hasFixedDSCP: Bool { !copiesDSCP && !dscpFollowsPriority }

    /// The tag control, as far as it is the same in all packets.
    var tagControl: UInt16? { tag.map { priorityFollowsDSCP ? $0 & 0x1FFF | UInt16(fixedBits & 0xE0) << 8 : $0 } }

    /// Whether an IPv4 header with them is the plain one, which differs between packets in lengths, source port and ECN only.
    var isPlain: Bool { dontFragment == .set && udpChecksum == .none && tag == nil && hasFixedDSCP }

    /// The same of an IPv6 header; flow label and UDP checksum differ as well.
    var isPlainIPv6: Bool { tag == nil && hasFixedDSCP }
}
