import Dataplane

extension ConfigurationChecker {
    /// Static entries: each MAC once in a network, behind a remote or a member of that network, and all of them fit the table.
    func checkStaticMACs() {
        for network in draft.networks {
            for (mac, first) in repeats(in: network.staticMACs.compactMap(\.mac)) {
                findings.error(
                    at: mac.position, "MAC address \(mac.value) is already listed on line \(first.line)",
                    advice: "a station is in one place: remove one of the two")
            }
            for case .port(let port, let tags) in network.staticMACs.compactMap(\.location) {
                checkPlace(port, tags: tags, in: network)
            }
        }
        checkStaticMACCount()
    }

    private func checkPlace(_ port: Located<String>, tags: Located<MemberTags>?, in network: Draft.Network) {
        let memberships = network.members.filter { $0.port.value == port.value }
        guard !memberships.isEmpty else {
            if network.members.isComplete {
                findings.error(
                    at: port.position, "port \(quoted(port.value)) is not a member of the network",
                    advice: "its members are \(listed(Set(network.members.map(\.port.value)).sorted()))")
            }
            return
        }
        if let tags, network.members.isComplete, !memberships.contains(where: { $0.tags.value == tags.value }) {
            let how = tags.value == .untagged ? "untagged" : "with \(tags.value.phrase)"
            findings.error(
                at: tags.position, "port \(quoted(port.value)) is not a member of the network \(how)",
                advice: "it is one with \(listed(memberships.map(\.tags.value.keysAndValues)))")
        } else if tags == nil, memberships.count > 1 {
            findings.error(
                at: port.position, "port \(quoted(port.value)) is \(memberships.count) members of the network",
                advice: "say which one: \(listed(memberships.map(\.tags.value.keysAndValues)))")
        }
    }

    private func checkStaticMACCount() {
        guard let capacity = draft.macs.capacity, staticMACCount > capacity.value else { return }
        findings.error(
            at: capacity.position,
            "the MAC table has room for \(capacity.value) entries, and there are \(staticMACCount) static ones",
            advice: "set `macs: capacity` to at least twice that")
    }

    var staticMACCount: Int { draft.networks.reduce(0) { $0 + $1.staticMACs.count } }
}
