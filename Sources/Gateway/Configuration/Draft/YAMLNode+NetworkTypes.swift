import Dataplane

// Scalars of the field: names, MAC addresses and IP addresses.

extension YAMLNode {
    /// A name that tables, metrics and command lines can carry as it is.
    func identifier() -> Located<String>? {
        parsed(
            "1 to \(Configuration.Limits.nameByteCount.upperBound) letters, digits, dots, dashes or underscores, the first one a "
                + "letter or digit",
            advice: "choose a name such as lan0"
        ) { text in
            let isPlain = text.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: index > 0 && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_"))
                }
            }
            return isPlain && Configuration.Limits.nameByteCount.contains(text.utf8.count) ? text : nil
        }
    }

    /// The address of one station.
    func unicastMAC() -> Located<MACAddress>? {
        let address: Located<MACAddress>? = parsed(
            "a MAC address", advice: "write six hexadecimal octets, as in \"02:00:00:00:00:01\"", { MACAddress($0) })
        guard let address else { return nil }
        let problem =
            address.value == .broadcast ? "the broadcast address" : address.value.isMulticast ? "a multicast address" : "all zero"
        guard address.value.isMulticast || address.value.isZero else { return address }
        findings.error(
            at: position, "the MAC address \(address.value) is \(problem)",
            advice: "give the address of one station: its first octet is even")
        return nil
    }

    func vlanID() -> Located<VLANID>? {
        integer(in: Configuration.Limits.vlan).flatMap { number in
            VLANID(UInt16(number.value)).map { Located($0, at: number.position) }
        }
    }

    func udpPort() -> Located<UInt16>? { integer(in: Configuration.Limits.udpPort)?.map(UInt16.init) }

    /// Of outer headers.
    func dscp() -> Located<Configuration.DSCP>? {
        if scalar == "priority" { return Located(.priority, at: position) }
        return number(
            in: Configuration.Limits.dscp, or: "copy",
            advice: "write `copy` for the DSCP of the inner packet, or `priority` for the frame's 802.1p priority")?
            .map { $0.map(Configuration.DSCP.fixed) ?? .copy }
    }

    /// An IPv4 or IPv6 address.
    func ipAddress() -> Located<IPAddress>? {
        guard !reportMapped() else { return nil }
        return parsed("an IP address", advice: "write it as in 192.0.2.1 or \"2001:db8::1\", without a prefix length") { IPAddress($0) }
    }

    /// An address of the gateway itself with the prefix length of its subnet.
    func interfaceAddress() -> Located<InterfaceAddress>? {
        guard !reportMapped() else { return nil }
        let advice =
            scalar.flatMap { IPAddress($0) }
            .map { "add the prefix length of its subnet, for example \($0)/\($0.isIPv4 ? 24 : 64)" }
            ?? "write it as in 192.0.2.1/24 or \"2001:db8::1/64\""
        return parsed("an IP address with a prefix length from 1 to 32, or to 128 for IPv6", advice: advice) { text in
            InterfaceAddress(text).flatMap { $0.prefixLength > 0 ? $0 : nil }
        }
    }

    /// All addresses that begin alike, for routes and filters.
    func prefix() -> Located<InterfaceAddress>? {
        guard !reportMapped() else { return nil }
        let prefix: Located<InterfaceAddress>? = parsed(
            "a prefix", advice: "write it as in 203.0.113.0/24 or \"2001:db8::/32\"", { InterfaceAddress($0) })
        guard let prefix, prefix.value != prefix.value.prefix else { return prefix }
        findings.error(
            at: position, "the prefix \(prefix.value) has bits beyond its length",
            advice: "write \(prefix.value.prefix), or \(prefix.value.address)/\(prefix.value.address.bitWidth) for the one address")
        return nil
    }

    /// Reports an IPv4 address in the clothes of an IPv6 one: they are the same to the gateway, but a prefix length would not be.
    private func reportMapped() -> Bool {
        guard let scalar, scalar.contains(":") else { return false }
        guard let address = IPAddress(String(scalar.prefix { $0 != "/" })), address.isIPv4 else { return false }
        findings.error(
            at: position, "\(quoted(scalar)) is an IPv4-mapped IPv6 address, which no packet may have",
            advice: "write the IPv4 address, \(address)")
        return true
    }
}
