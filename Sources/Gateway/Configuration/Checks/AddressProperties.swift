extension IPAddress {
    /// What an address is instead of that of one host; `nil` for one that a host may have (RFC 1122 section 3.2.1.3, RFC 4291 sections
    /// 2.5.2 to 2.7).
    var notAHost: String? {
        if isUnspecified { return "the unspecified address" }
        if let ipv4, ipv4 >> 24 == 0 { return "in 0.0.0.0/8, which no host has" }
        if isLoopback { return "a loopback address" }
        if isBroadcast { return "the broadcast address" }
        return isMulticast ? "a multicast address" : nil
    }

    /// Why no group of VTEPs can be reached under this address beyond one link; `nil` when one can.
    var notAGroup: String? {
        guard isMulticast else { return "is not a multicast address" }
        guard !isIPv4 else { return ipv4.map { $0 >> 8 } == 0xE00000 ? "is in 224.0.0.0/24, which is for protocols of one link" : nil }
        // The scope is the last digit of the first group (RFC 4291 section 2.7, RFC 7346).
        switch high >> 48 & 0xF {
        case 1: return "has interface-local scope: packets to it never leave the host"
        case 2: return "has link-local scope: routers do not forward it, and snooping switches may not either"
        case 0, 0xF: return "has a reserved scope"
        default: return nil
        }
    }

    /// 232.0.0.0/8 and ff3x::/32, whose members name the sources they want, which a VTEP cannot (RFC 4607 section 1).
    var isSourceSpecificGroup: Bool {
        isIPv4 ? ipv4.map { $0 >> 24 } == 232 : high >> 52 == 0xFF3 && high >> 32 & 0xFFFF == 0
    }

    var familyName: String { isIPv4 ? "IPv4" : "IPv6" }
}

extension InterfaceAddress {
    /// What `other` is in this subnet instead of a host. Subnets of one or two addresses have hosts only (RFC 3021, RFC 6164).
    func notAHost(_ other: IPAddress) -> String? {
        guard contains(other), prefixLength <= address.bitWidth - 2 else { return nil }
        if InterfaceAddress(other, prefixLength: prefixLength)?.prefix.address == other {
            return "the \(other.isIPv4 ? "network" : "subnet-router anycast") address of its /\(prefixLength) subnet"
        }
        guard let ipv4 = other.ipv4, ipv4 | UInt32.max << UInt32(32 - prefixLength) == .max else { return nil }
        return "the broadcast address of its /\(prefixLength) subnet"
    }

    /// Whether an address can be in both subnets.
    func overlaps(_ other: InterfaceAddress) -> Bool {
        prefixLength <= other.prefixLength ? contains(other.address) : other.contains(address)
    }

    /// Why no VTEP can have an address in this prefix; `nil` when one can.
    var holdsNoVTEP: String? {
        let parts: [(high: UInt64, low: UInt64, length: Int, what: String)] = [
            (0, 0xFFFF_E000_0000, 4, "are multicast addresses"), (0, 0xFFFF_7F00_0000, 8, "are loopback addresses"),
            (0xFF00 << 48, 0, 8, "are multicast addresses"), (0, 1, 128, "are loopback addresses"),
            (0xFE80 << 48, 0, 10, "are link-local addresses, of which each link has its own"),
        ]
        return parts.first { part in
            let whole = InterfaceAddress(IPAddress(high: part.high, low: part.low), prefixLength: part.length)
            return prefixLength >= part.length && whole?.contains(address) == true
        }?.what
    }
}
