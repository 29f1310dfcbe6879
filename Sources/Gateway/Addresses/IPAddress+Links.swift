import Dataplane

// Addresses that follow from others on an Ethernet link.

extension IPAddress {
    /// The link-local address of an interface: fe80::/64 with the modified EUI-64 of its MAC (RFC 4291 section 2.5.1 and appendix A).
    package init(linkLocalOf mac: MACAddress) {
        let octets = mac.octets.map(UInt64.init)
        let upper = (octets[0] ^ 0x02) << 56 | octets[1] << 48 | octets[2] << 40 | 0xFF << 32
        self.init(high: 0xFE80 << 48, low: upper | 0xFE << 24 | octets[3] << 16 | octets[4] << 8 | octets[5])
    }

    /// The group that a host with this IPv6 address is solicited in: ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1).
    package var solicitedNode: IPAddress { IPAddress(high: 0xFF02 << 48, low: 0x0001_FF00_0000 | low & 0xFF_FFFF) }

    /// ff02::1:ff00:0/104, the groups that hosts are solicited in.
    package var isSolicitedNode: Bool { high == 0xFF02 << 48 && low >> 24 == 0x0001_FF }

    /// fe80::/10.
    package var isLinkLocal: Bool { high >> 54 == 0x3FA }

    /// ff02::1, all nodes of a link.
    package static let allNodes = IPAddress(high: 0xFF02 << 48, low: 1)

    /// ::, the source of packets from a host that has no address yet.
    package static let unspecifiedIPv6 = IPAddress(high: 0, low: 0)
}

extension MACAddress {
    /// The MAC that frames to a multicast group have: 01:00:5e and 23 bits (RFC 1112 section 6.4), or 33:33 and 32 bits (RFC 2464 section 7).
    package init(group: IPAddress) {
        let low = group.low
        let last = (UInt8(truncatingIfNeeded: low >> 16), UInt8(truncatingIfNeeded: low >> 8), UInt8(truncatingIfNeeded: low))
        if group.isIPv4 {
            self.init(0x01, 0x00, 0x5E, last.0 & 0x7F, last.1, last.2)
        } else {
            self.init(0x33, 0x33, UInt8(truncatingIfNeeded: low >> 24), last.0, last.1, last.2)
        }
    }
}
