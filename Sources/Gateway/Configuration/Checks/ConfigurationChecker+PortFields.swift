extension ConfigurationChecker {
    /// Keys of an underlay port that need another one.
    func checkPortFields() {
        for port in underlays {
            if let priority = port.priority, !port.hasKey("vlan") {
                findings.error(
                    at: priority.position, "`priority` has no meaning without `vlan`: it is part of the 802.1Q tag",
                    advice: "add `vlan: 300` with the VLAN of the underlay, or remove it")
            }
            checkIPv6Fields(of: port)
        }
    }

    private func checkIPv6Fields(of port: Draft.Port) {
        for (direction, first) in repeats(in: port.udp6ZeroChecksum) {
            findings.error(
                at: direction.position, "`\(direction.value.rawValue)` is already listed on line \(first.line)",
                advice: "remove one of the two")
        }
        let speaksIPv6 = port.addresses.contains { !$0.value.address.isIPv4 }
        if let direction = port.udp6ZeroChecksum.first, !speaksIPv6, port.addresses.isComplete {
            findings.error(
                at: direction.position, "`udp6-zero-checksum` has no meaning on a port without an IPv6 address",
                advice: "remove it; for IPv4 see `vxlan: udp-checksum`")
        }
        if let mtu = port.mtu, speaksIPv6, mtu.value < Configuration.Limits.mtuIPv6 {
            findings.error(
                at: mtu.position,
                "MTU \(mtu.value) of \(port.named) is too small for IPv6, which needs \(Configuration.Limits.mtuIPv6) (RFC 8200 section 5)",
                advice: "set `mtu: \(Configuration.Limits.mtuIPv6)` or more, or remove the IPv6 addresses")
        }
    }
}

extension Draft.Port {
    /// The port as messages call it.
    var named: String { "underlay port \(quoted(name?.value ?? "?"))" }

    /// Whether the file has `key`, one of ``underlayOnlyKeys``, here, its value right or wrong.
    func hasKey(_ key: String) -> Bool { underlayKeys.contains { $0.value == key } }
}
