extension IPAddress {
    /// What an IPv4 address is instead of that of one host; `nil` for one that a host may have (RFC 1122 section 3.2.1.3).
    var notAHost: String? {
        guard let ipv4 else { return nil }
        if isUnspecified { return "the unspecified address" }
        if ipv4 >> 24 == 0 { return "in 0.0.0.0/8, which no host has" }
        if isLoopback { return "a loopback address" }
        if isBroadcast { return "the broadcast address" }
        return isMulticast ? "a multicast address" : nil
    }
}

extension InterfaceAddress {
    /// What `other` is in this IPv4 subnet instead of a host. Subnets of one or two addresses have hosts only (RFC 3021).
    func notAHost(_ other: IPAddress) -> String? {
        guard contains(other), prefixLength <= 30, let ipv4 = other.ipv4 else { return nil }
        let hostMask = UInt32.max >> UInt32(prefixLength)
        if ipv4 & hostMask == 0 { return "the network address of its /\(prefixLength) subnet" }
        return ipv4 & hostMask == hostMask ? "the broadcast address of its /\(prefixLength) subnet" : nil
    }

    /// Whether an address can be in both subnets.
    func overlaps(_ other: InterfaceAddress) -> Bool {
        prefixLength <= other.prefixLength ? contains(other.address) : other.contains(address)
    }
}
