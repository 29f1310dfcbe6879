import Dataplane

extension ConfigurationChecker {
    /// Members name access ports, and each tag of a port leads to one network.
    func checkMembers() {
        var places: [Configuration.Member: (network: String, line: Int)] = [:]
        for network in draft.networks {
            let name = network.name?.value ?? "?"
            for member in network.members {
                checkPort(member.port, as: "a member")
                let key = Configuration.Member(port: member.port.value, tags: member.tags.value)
                if let earlier = places[key] {
                    reportTaken(member, by: earlier.network, line: earlier.line)
                } else {
                    places[key] = (name, member.tags.position.line)
                }
            }
        }
    }

    /// Where service tags are 802.1Q tags, a VLAN of a port is one or the other: a service VLAN or a member's own.
    func checkServiceVLANs() {
        var lines: [Configuration.Member: Int] = [:]
        let members = draft.networks.flatMap { $0.members.map { $0 } }.filter { ports[$0.port.value]?.serviceTag?.value == .ieee8021q }
        for member in members where member.tags.value.service == nil {
            lines[Configuration.Member(port: member.port.value, tags: member.tags.value)] = member.tags.position.line
        }
        for member in members {
            guard let service = member.tags.value.service,
                let line = lines[Configuration.Member(port: member.port.value, tags: MemberTags(vlan: service))]
            else { continue }
            findings.error(
                at: member.tags.position,
                "VLAN \(service) of port \(quoted(member.port.value)) is the VLAN of a member already (line \(line)), and the port's service tags are 802.1Q tags",
                advice: "choose another VLAN for one of the two: nothing tells them apart")
        }
    }

    private func reportTaken(_ member: Draft.Member, by network: String, line: Int) {
        let port = quoted(member.port.value)
        if member.tags.value != .untagged {
            findings.error(
                at: member.tags.position,
                "\(member.tags.value.phrase) of port \(port) is already in network \(quoted(network)) (line \(line))",
                advice: "a VLAN of a port belongs to one network: choose another VLAN or remove one of the two")
        } else {
            findings.error(
                at: member.tags.position,
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
