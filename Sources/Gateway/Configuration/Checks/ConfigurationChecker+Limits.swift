import Dataplane

// Limits and guards that contradict each other.

extension ConfigurationChecker {
    /// Limits that are never reached, or that do not do what they are for.
    func adviseOnLimits() {
        for port in draft.ports {
            guard let limit = port.macLimit else { continue }
            adviseOnCapacity(limit, of: "port")
            if let learning = port.learning, learning.value == .off || learning.value == .locked {
                findings.warning(
                    at: limit.position, "the port learns no MACs (`learning: \(learning.value.rawValue)`): the limit is never reached",
                    advice: "remove `mac-limit`, or let the port learn")
            }
        }
        for network in draft.networks { if let limit = network.macLimit { adviseOnCapacity(limit, of: "network") } }
        adviseOnSum()
    }

    private func adviseOnCapacity(_ limit: Located<Configuration.MACLimit>, of what: String) {
        guard let capacity = draft.macs.capacity, limit.value.maximum > capacity.value else { return }
        findings.warning(
            at: limit.position,
            "the \(what) may have \(limit.value.maximum) MACs, and the table has room for \(capacity.value) (`macs: capacity`): the limit is never reached",
            advice: "lower it, or raise `macs: capacity`")
    }

    /// Where every network has a limit, they are to keep networks from each other: then all of them have to fit.
    private func adviseOnSum() {
        let limits = draft.networks.compactMap(\.macLimit)
        guard let capacity = draft.macs.capacity, draft.networks.isComplete, limits.count > 1, limits.count == draft.networks.count else {
            return
        }
        let sum = limits.reduce(0) { $0 + $1.value.maximum } + staticMACCount
        guard sum > capacity.value, limits.allSatisfy({ $0.value.maximum <= capacity.value }) else { return }
        findings.warning(
            at: capacity.position,
            "networks may have \(sum) MACs together, and the table has room for \(capacity.value): one can take what another is promised",
            advice: "raise `capacity` to at least that, or lower their `mac-limit`")
    }

    /// Frames with a tag of their own that leave a port with fewer tags than other members have would be those members' frames there.
    func checkKeptTags() {
        let longer = membersWithMoreTags()
        for network in draft.networks where network.innerTag?.value == .keep {
            for member in network.members {
                let key = Configuration.Member(port: member.port.value, tags: member.tags.value)
                guard let other = longer[key]?.first(where: { $0.network != network.position })?.tags else { continue }
                findings.error(
                    at: member.tags.position,
                    "the network keeps inner tags, and port \(quoted(member.port.value)) is also a member with \(other.value.phrase) (line \(other.position.line)): a frame with that inner tag would leave as that member's",
                    advice: "give this member a tag of its own, or set `inner-tag` to `strip` or `drop`")
            }
        }
    }

    /// For untagged members, and those with a service VLAN alone: the members that have the same tags and more, in the order of the file.
    private func membersWithMoreTags() -> [Configuration.Member: [(network: Configuration.Position, tags: Located<MemberTags>)]] {
        var longer: [Configuration.Member: [(network: Configuration.Position, tags: Located<MemberTags>)]] = [:]
        for network in draft.networks {
            for member in network.members where member.tags.value != .untagged {
                let tags = member.tags.value, port = member.port.value
                longer[Configuration.Member(port: port, tags: .untagged), default: []].append((network.position, member.tags))
                guard let service = tags.service, tags.vlan != nil else { continue }
                let alone = MemberTags(service: service, vlan: nil)
                longer[Configuration.Member(port: port, tags: alone), default: []].append((network.position, member.tags))
            }
        }
        return longer
    }
}
