extension ConfigurationChecker {
    /// Members name access ports, and each tag of a port leads to one network.
    func checkMembers() {
        var places: [Configuration.Member: (network: String, line: Int)] = [:]
        for network in draft.networks {
            let name = network.name?.value ?? "?"
            for member in network.members {
                checkPort(member.port, as: "a member")
                let key = Configuration.Member(port: member.port.value, vlan: member.vlan.value)
                if let earlier = places[key] {
                    reportTaken(member, by: earlier.network, line: earlier.line)
                } else {
                    places[key] = (name, member.vlan.position.line)
                }
            }
        }
    }

    private func reportTaken(_ member: Draft.Member, by network: String, line: Int) {
        let port = quoted(member.port.value)
        if let vlan = member.vlan.value {
            findings.error(
                at: member.vlan.position, "VLAN \(vlan) of port \(port) is already in network \(quoted(network)) (line \(line))",
                advice: "a VLAN of a port belongs to one network: choose another VLAN or remove one of the two")
        } else {
            findings.error(
                at: member.vlan.position,
                "port \(port) already has its untagged member in network \(quoted(network)) (line \(line))",
                advice: "a port has one untagged member: give this one a `vlan`")
        }
    }

    /// Reports a port that is unknown or not an access port; `use` says what it is wanted for.
    func checkPort(_ name: Located<String>, as use: String) {
        guard knownPort(name)?.role?.value == .underlay else { return }
        findings.error(
            at: name.position, "underlay port \(quoted(name.value)) cannot be \(use) of a network",
            advice: "name an access port, or make it `role: access`")
    }

    /// The port of that name; reports that there is none.
    func knownPort(_ name: Located<String>) -> Draft.Port? {
        if let port = ports[name.value] { return port }
        guard portNamesAreComplete else { return nil }
        let names = ports.keys.sorted()
        let advice = Suggestion.closest(to: name.value, among: names).map { "did you mean \(quoted($0))?" }
        findings.error(
            at: name.position, "there is no port \(quoted(name.value))",
            advice: advice ?? "the ports of this file are \(listed(names))")
        return nil
    }
}
