extension ConfigurationChecker {
    /// The gateway's own addresses: each must be that of a host, exist once, and have a subnet that no other port reaches.
    func checkAddresses() {
        for address in underlays.flatMap(\.addresses) {
            reportUnusable(
                address.map(\.address), as: address.value.notAHost(address.value.address), advice: "give the port the address of a host")
        }
        for (address, first) in repeats(in: underlays.flatMap(\.addresses).map { $0.map(\.address) }) {
            findings.error(
                at: address.position, "address \(address.value) is already used on line \(first.line)",
                advice: "remove one of the two")
        }
        for (index, port) in underlays.enumerated() {
            for other in underlays[..<index] { checkOverlap(of: port, with: other) }
        }
        checkLocal()
    }

    /// Source addresses for all ports. They need no subnet, and may repeat the address of a port.
    private func checkLocal() {
        for address in draft.vxlan.local { reportUnusable(address, as: nil, advice: "give an address that is routed to this gateway") }
        for (address, first) in repeatedFamilies(in: draft.vxlan.local) {
            findings.error(
                at: address.position, "there is already an \(address.value.familyName) address on line \(first.line)",
                advice: "keep one of each family: a tunnel has one source address")
        }
    }

    /// `problem` is what an address is in its subnet instead of a host.
    private func reportUnusable(_ address: Located<IPAddress>, as problem: String?, advice: String) {
        if let problem = address.value.notAHost ?? problem {
            findings.error(at: address.position, "\(address.value) is \(problem)", advice: advice)
        } else if address.value.isLinkLocal {
            findings.error(
                at: address.position, "\(address.value) is a link-local address, which every port has of its own",
                advice: "give a global or unique local address")
        }
    }

    /// Each of `addresses` whose family an earlier one has, and where that is.
    func repeatedFamilies(
        in addresses: some Sequence<Located<IPAddress>>
    ) -> [(address: Located<IPAddress>, first: Configuration.Position)] {
        var first: [Bool: Configuration.Position] = [:]
        return addresses.compactMap { address in
            if let earlier = first[address.value.isIPv4] { return (address, earlier) }
            first[address.value.isIPv4] = address.position
            return nil
        }
    }

    private func checkOverlap(of port: Draft.Port, with other: Draft.Port) {
        for address in port.addresses {
            let rival = other.addresses.first { $0.value.overlaps(address.value) && $0.value.address != address.value.address }
            guard let rival else { continue }
            findings.error(
                at: address.position,
                "the subnet of \(address.value) overlaps that of \(rival.value) on line \(rival.position.line)",
                advice: "use separate subnets, or put both addresses on one port")
        }
    }

    func listed(_ values: some Collection<some CustomStringConvertible>) -> String {
        values.prefix(4).map(\.description).joined(separator: ", ") + (values.count > 4 ? ", ..." : "")
    }
}

extension Draft.Port {
    func owns(_ address: IPAddress) -> Bool { addresses.contains { $0.value.address == address } }

    func has(familyOf other: IPAddress) -> Bool { addresses.contains { $0.value.address.isIPv4 == other.isIPv4 } }

    /// The first of its subnets that holds `address`.
    func subnet(of address: IPAddress) -> InterfaceAddress? { addresses.first { $0.value.contains(address) }?.value }

    /// Whether a host with `address` is on the port's link: a link-local one is wherever IPv6 is spoken.
    func isOnLink(_ address: IPAddress) -> Bool { subnet(of: address) != nil || address.isLinkLocal && has(familyOf: address) }
}
