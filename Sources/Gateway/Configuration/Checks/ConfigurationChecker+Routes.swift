extension ConfigurationChecker {
    /// Static routes: each prefix once, with next hops of its family on the links of underlay ports.
    func checkRoutes() {
        for (prefix, first) in repeats(in: draft.routes.compactMap(\.prefix)) {
            findings.error(
                at: prefix.position, "there is already a route to \(prefix.value) on line \(first.line)",
                advice: "put the next hops of both into one entry")
        }
        for route in draft.routes {
            if let prefix = route.prefix, let problem = prefix.value.holdsNoVTEP {
                findings.error(
                    at: prefix.position, "the addresses of \(prefix.value) \(problem): no route leads to them",
                    advice: "remove the route; for multicast groups see `group-port` of a network")
            }
            for (hop, first) in repeats(in: route.nextHops) {
                findings.error(
                    at: hop.position, "next hop \(hop.value) is already listed on line \(first.line)", advice: "remove one of the two")
            }
            for hop in route.nextHops { checkNextHop(hop, of: route) }
        }
    }

    private func checkNextHop(_ hop: Located<IPAddress>, of route: Draft.Route) {
        let subnet = underlays.lazy.compactMap { $0.subnet(of: hop.value) }.first
        if let prefix = route.prefix?.value, prefix.address.isIPv4 != hop.value.isIPv4 {
            findings.error(
                at: hop.position, "next hop \(hop.value) is \(hop.value.familyName), and \(prefix) is \(prefix.address.familyName)",
                advice: "give a router of the prefix's family")
        } else if isOwn(hop.value) {
            findings.error(
                at: hop.position, "next hop \(hop.value) is an address of this gateway", advice: "give the address of the router")
        } else if hop.value.isLinkLocal {
            findings.error(
                at: hop.position, "next hop \(hop.value) is link-local, and which port it is behind is not known",
                advice: "give its global address, or make it the `gateway` of its port")
        } else if let problem = hop.value.notAHost ?? subnet?.notAHost(hop.value) {
            findings.error(at: hop.position, "next hop \(hop.value) is \(problem)", advice: "give the address of the router")
        } else if subnet == nil, addressesAreComplete {
            let subnets = underlays.flatMap(\.addresses).map(\.value)
            findings.error(
                at: hop.position, "next hop \(hop.value) is in no subnet of an underlay port",
                advice: subnets.isEmpty ? "add a port with `role: underlay`" : "their subnets are those of \(listed(subnets))")
        }
    }

    func isOwn(_ address: IPAddress) -> Bool {
        draft.vxlan.local.contains { $0.value == address } || underlays.contains { $0.owns(address) }
    }

    /// Whether a subnet that is not found is really missing, rather than that of a port or address with a finding of its own.
    var addressesAreComplete: Bool {
        draft.ports.isComplete && draft.ports.allSatisfy { $0.role != nil }
            && underlays.allSatisfy { $0.addresses.isComplete && !$0.addresses.isEmpty }
    }
}
