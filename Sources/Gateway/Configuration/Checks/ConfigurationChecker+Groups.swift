extension ConfigurationChecker {
    /// Multicast groups reach beyond a link, and each is on one underlay port with an address of its family.
    func checkGroups() {
        for network in draft.networks {
            guard let group = network.group else { continue }
            if let problem = group.value.notAGroup {
                findings.error(
                    at: group.position, "group \(group.value) \(problem)",
                    advice: group.value.isMulticast
                        ? "choose a group of your organisation, such as 239.1.1.1 or \"ff08::1\"" : "hosts go into `remotes`")
            }
            if let port = network.groupPort {
                checkGroupPort(port, for: group.value)
            } else if addressesAreComplete, !underlays.contains(where: { $0.has(familyOf: group.value) }) {
                findings.error(
                    at: group.position, "no underlay port has an \(group.value.familyName) address to join \(group.value) with",
                    advice: underlays.isEmpty ? "add a port with `role: underlay`" : "add one to the `addresses` of a port")
            }
        }
        checkGroupPlaces()
        checkGroupCount()
    }

    private func checkGroupPort(_ name: Located<String>, for group: IPAddress) {
        guard let port = knownPort(name), let role = port.role?.value else { return }
        if role != .underlay {
            findings.error(
                at: name.position, "access port \(quoted(name.value)) cannot carry a multicast group",
                advice: "name an underlay port, or remove the key")
        } else if port.addresses.isComplete, !port.addresses.isEmpty, !port.has(familyOf: group) {
            findings.error(
                at: name.position, "port \(quoted(name.value)) has no \(group.familyName) address to join \(group) with",
                advice: "add one to its `addresses`, or name another port")
        }
    }

    /// However many networks share a group, it is on one port.
    private func checkGroupPlaces() {
        var places: [IPAddress: (port: String, network: String, line: Int)] = [:]
        for network in draft.networks {
            guard let group = network.group, let way = ways.way(toGroupOf: network), let port = ways.ports(of: way)[0].name?.value else {
                continue
            }
            let place = places[group.value] ?? (port, network.named, group.position.line)
            places[group.value] = place
            guard place.port != port else { continue }
            findings.error(
                at: network.groupPort?.position ?? group.position,
                "group \(group.value) is on port \(quoted(place.port)) for \(place.network) (line \(place.line)): it cannot be on two",
                advice: "set `group-port: \(place.port)` here, or choose another group")
        }
    }

    private func checkGroupCount() {
        var distinct: Set<RemoteVTEP> = []
        for network in draft.networks {
            guard let group = network.group, distinct.insert(RemoteVTEP(group.value, udpPort: udpPort(of: network))).inserted,
                distinct.count == Configuration.Limits.groups + 1
            else { continue }
            findings.error(
                at: group.position,
                "this is multicast group number \(distinct.count): at most \(Configuration.Limits.groups) are possible",
                advice: "let networks share groups: each packet carries its VNI")
        }
    }
}
