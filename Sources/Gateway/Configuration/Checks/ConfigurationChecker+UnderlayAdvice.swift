// What is possible on the underlay but unwise: warnings only.

extension ConfigurationChecker {
    func adviseOnUnderlay() {
        adviseOnLocal()
        adviseOnRoutes()
        adviseOnSources()
        for network in draft.networks { adviseOnGroup(of: network) }
    }

    /// Hosts on a link ask for the MAC address of what is in its subnet, and only the addresses of the port are answered for.
    private func adviseOnLocal() {
        for local in draft.vxlan.local where !underlays.contains(where: { $0.owns(local.value) }) {
            guard let subnet = underlays.lazy.flatMap(\.addresses).first(where: { $0.value.contains(local.value) }) else { continue }
            findings.warning(
                at: local.position,
                "\(local.value) is in the subnet of \(subnet.value) on line \(subnet.position.line), but is no address of that port: nobody answers for it on the link",
                advice: "add it to the `addresses` of the port, or choose one that routers send here")
        }
    }

    private func adviseOnRoutes() {
        for prefix in draft.routes.compactMap(\.prefix) {
            if let subnet = underlays.lazy.flatMap(\.addresses).first(where: { $0.value.prefix == prefix.value }) {
                findings.warning(
                    at: prefix.position,
                    "the route to \(prefix.value) is not used: that is the subnet of \(subnet.value) on line \(subnet.position.line)",
                    advice: "remove it; a longer prefix would go before the subnet")
            }
            guard prefix.value.prefixLength == 0 else { continue }
            for gateway in underlays.lazy.flatMap(\.gateways) where gateway.value.isIPv4 == prefix.value.address.isIPv4 {
                findings.warning(
                    at: gateway.position,
                    "gateway \(gateway.value) is not used: the route to \(prefix.value) on line \(prefix.position.line) goes before it",
                    advice: "remove one of the two, or add the gateway to the next hops of the route")
            }
        }
    }

    /// One finding for all tunnels that leave alike.
    private func adviseOnSources() {
        var seen: Set<[String]> = []
        for remote in draft.networks.lazy.flatMap(\.allRemotes) where draft.vxlan.local.isComplete {
            guard let way = ways[remote.value], !draft.vxlan.local.contains(where: { $0.value == way.source }) else { continue }
            let names = ways.ports(of: way).map { quoted($0.name?.value ?? "?") }
            guard names.count > 1, seen.insert([remote.value.familyName] + names).inserted else { continue }
            findings.warning(
                at: remote.position,
                "packets to \(remote.value) leave through \(names.joined(separator: " and ")), all with the address of the first, \(way.source)",
                advice: "set `vxlan: local` to an address that routers send here through any of the ports")
        }
    }

    private func adviseOnGroup(of network: Draft.Network) {
        guard let group = network.group, group.value.notAGroup == nil else { return }
        if group.value.isSourceSpecificGroup {
            findings.warning(
                at: group.position, "group \(group.value) is source-specific: routers ignore who joins it for any source (RFC 4607)",
                advice: "choose a group of your organisation, such as 239.1.1.1 or \"ff08::1\"")
        }
        guard network.remotes.isComplete, network.staticMACs.isComplete, network.allRemotes.isEmpty, draft.vxlan.accept.isConfiguredOnly
        else { return }
        let isAnyNamed = draft.networks.contains { !$0.allRemotes.isEmpty }
        let outcome = isAnyNamed ? "are heard only as far as other networks name them" : "are not heard at all"
        findings.warning(
            at: group.position,
            "members of group \(group.value) \(outcome): \(network.named) has no remotes, and `accept` is `configured`",
            advice: "set `vxlan: accept` to the prefixes of the VTEPs, or to `any`, or list them in `remotes`")
    }
}

extension Draft.Accept {
    fileprivate var isConfiguredOnly: Bool {
        switch self {
        case .configured: true
        case .prefixes(let prefixes): prefixes.isEmpty && prefixes.isComplete
        case .any, .unknown: false
        }
    }
}
