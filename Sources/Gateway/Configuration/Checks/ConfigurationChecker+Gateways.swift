extension ConfigurationChecker {
    /// Gateways are other hosts on the link of their port, one of each family. Those of several ports are used side by side.
    func checkGateways() {
        for port in underlays {
            for gateway in port.gateways { checkGateway(gateway, of: port) }
            for (gateway, first) in repeatedFamilies(in: port.gateways) {
                findings.error(
                    at: gateway.position, "the port already has an \(gateway.value.familyName) gateway on line \(first.line)",
                    advice: "keep one; several next hops on one link go into `routes`")
            }
        }
        for isIPv4 in [true, false] {
            let gateways = underlays.compactMap { port in port.gateways.first { $0.value.isIPv4 == isIPv4 } }
            guard gateways.count > Configuration.Limits.nextHops else { continue }
            let extra = gateways[Configuration.Limits.nextHops]
            findings.error(
                at: extra.position,
                "this is \(extra.value.familyName) gateway number \(Configuration.Limits.nextHops + 1): at most \(Configuration.Limits.nextHops) are possible",
                advice: "remove this one and those after it")
        }
    }

    private func checkGateway(_ gateway: Located<IPAddress>, of port: Draft.Port) {
        if port.owns(gateway.value) {
            findings.error(
                at: gateway.position, "gateway \(gateway.value) is the port's own address",
                advice: "give the address of the router")
        } else if let problem = gateway.value.notAHost ?? port.subnet(of: gateway.value)?.notAHost(gateway.value) {
            findings.error(
                at: gateway.position, "gateway \(gateway.value) is \(problem)", advice: "give the address of the router")
        } else if !port.isOnLink(gateway.value), port.addresses.isComplete, !port.addresses.isEmpty {
            reportOffLink(gateway, "gateway", of: port, advice: "its subnets are those of \(listed(port.addresses.map(\.value)))")
        }
    }

    /// Reports an address that is not on the link of its port.
    func reportOffLink(_ address: Located<IPAddress>, _ what: String, of port: Draft.Port, advice: String) {
        if address.value.isLinkLocal {
            findings.error(
                at: address.position, "\(what) \(address.value) is link-local, and the port has no IPv6 address",
                advice: "add an IPv6 address to `addresses`")
        } else {
            findings.error(at: address.position, "\(what) \(address.value) is in no subnet of the port", advice: advice)
        }
    }
}
