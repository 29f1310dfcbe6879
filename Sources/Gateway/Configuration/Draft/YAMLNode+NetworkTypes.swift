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

    func ipv4Address() -> Located<IPAddress>? {
        guard !reportIPv6() else { return nil }
        return parsed("an IPv4 address", advice: "write it as in 192.0.2.1, without a prefix length") { IPAddress($0) }
    }

    /// An address of the gateway itself with the prefix length of its subnet.
    func interfaceAddress() -> Located<InterfaceAddress>? {
        guard !reportIPv6() else { return nil }
        let advice =
            scalar.flatMap { IPAddress($0) }.map { "add the prefix length of its subnet, for example \($0)/24" }
            ?? "write it as in 192.0.2.1/24"
        return parsed("an IPv4 address with a prefix length from 1 to 32", advice: advice) { text in
            InterfaceAddress(text).flatMap { $0.prefixLength > 0 ? $0 : nil }
        }
    }

    /// Reports an address of the family that no underlay port carries yet.
    private func reportIPv6() -> Bool {
        guard let scalar, scalar.contains(":"), IPAddress(String(scalar.prefix { $0 != "/" })) != nil else { return false }
        findings.error(
            at: position, "\(quoted(scalar)) is an IPv6 address: IPv6 on the underlay is not supported yet",
            advice: "use an IPv4 address; IPv6 inside the networks needs no configuration")
        return true
    }
}
