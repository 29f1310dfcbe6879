extension ConfigurationChecker {
    /// The gateway's own addresses: each must be that of a host, exist once, and have a subnet that no other port reaches.
    func checkAddresses() {
        for address in underlays.flatMap(\.addresses) {
            guard let problem = address.value.address.notAHost ?? address.value.notAHost(address.value.address) else { continue }
            findings.error(
                at: address.position, "\(address.value.address) is \(problem)", advice: "give the port the address of a host")
        }
        for (address, first) in repeats(in: underlays.flatMap(\.addresses).map { $0.map(\.address) }) {
            findings.error(
                at: address.position, "address \(address.value) is already used on line \(first.line)",
                advice: "remove one of the two")
        }
        for (index, port) in underlays.enumerated() {
            for other in underlays[..<index] { checkOverlap(of: port, with: other) }
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

    func checkGateways() {
        for port in underlays {
            if let gateway = port.gateway { checkGateway(gateway, of: port) }
        }
        let gateways = underlays.compactMap(\.gateway)
        for gateway in gateways.dropFirst() {
            findings.error(
                at: gateway.position, "there is already a gateway on line \(gateways[0].position.line)",
                advice: "keep one: it is the way to every address that is on no subnet")
        }
    }

    private func checkGateway(_ gateway: Located<IPAddress>, of port: Draft.Port) {
        if port.addresses.contains(where: { $0.value.address == gateway.value }) {
            findings.error(
                at: gateway.position, "gateway \(gateway.value) is the port's own address",
                advice: "give the address of the router")
        } else if let subnet = port.addresses.first(where: { $0.value.contains(gateway.value) }) {
            guard let problem = gateway.value.notAHost ?? subnet.value.notAHost(gateway.value) else { return }
            findings.error(
                at: gateway.position, "gateway \(gateway.value) is \(problem)", advice: "give the address of the router")
        } else if port.addresses.isComplete, !port.addresses.isEmpty {
            findings.error(
                at: gateway.position, "gateway \(gateway.value) is in no subnet of the port",
                advice: "its subnets are those of \(listed(port.addresses.map(\.value)))")
        }
    }

    func listed(_ values: some Collection<some CustomStringConvertible>) -> String {
        values.prefix(4).map(\.description).joined(separator: ", ") + (values.count > 4 ? ", ..." : "")
    }
}
