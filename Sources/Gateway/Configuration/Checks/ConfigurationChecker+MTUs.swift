extension ConfigurationChecker {
    /// Tunnel packets are never fragmented (RFC 7348 section 4.3), so an underlay port must carry the largest packets of each network that
    /// has a way through it, plus the encapsulation. One finding of each kind per underlay port, for the network that needs the most.
    func checkMTUs() {
        var needs: [Configuration.Position: Need] = [:]
        var needsOfTold: [Configuration.Position: Need] = [:]
        for network in draft.networks {
            for need in self.needs(of: network) {
                if network.icmpTooBig?.value == true {
                    needsOfTold[need.port.position] = need.greater(than: needsOfTold[need.port.position])
                } else {
                    needs[need.port.position] = need.greater(than: needs[need.port.position])
                }
            }
        }
        for need in needs.values { reportRefused(need) }
        for need in needsOfTold.values { reportTold(need) }
    }

    /// What a network asks of an underlay port.
    private struct Need {
        let port: Draft.Port
        let network: Draft.Network
        /// Largest payload of the network's frames, and why: its own key or an access port.
        let payload: Int
        let access: Draft.Port?
        let overhead: Int
        let family: String

        var mtu: Int { payload + overhead }

        func greater(than other: Need?) -> Need { other.map { $0.mtu >= mtu ? $0 : self } ?? self }

        /// The part of a message that tells where the numbers come from.
        var explanation: String {
            let source =
                access.map { "carries frames of \(quoted($0.name?.value ?? "?")), whose MTU \(payload)" } ?? "has `mtu: \(payload)`, which"
            return "\(network.named) \(source) needs \(mtu)\(family == "IPv6" ? " over IPv6" : "")"
        }
    }

    /// The greatest need at each port that the network has a way through.
    private func needs(of network: Draft.Network) -> [Need] {
        let accesses = network.members.compactMap { ports[$0.port.value] }.filter { $0.role?.value == .access }
        let largest = accesses.max { $0.mtu?.value ?? 0 < $1.mtu?.value ?? 0 }
        guard let payload = network.mtu?.value ?? largest?.mtu?.value else { return [] }
        let group = ways.way(toGroupOf: network).flatMap { way in network.group.map { ($0.value, way) } }
        let targets =
            Set(network.allRemotes.map(\.value)).compactMap { remote in ways[remote].map { (remote, $0) } } + [group].compactMap { $0 }
        var needs: [Configuration.Position: Need] = [:]
        for (target, way) in targets {
            for port in ways.ports(of: way) {
                let need = Need(
                    port: port, network: network, payload: payload, access: network.mtu == nil ? largest : nil,
                    overhead: Configuration.encapsulationByteCount(to: target), family: target.familyName)
                needs[port.position] = need.greater(than: needs[port.position])
            }
        }
        return Array(needs.values)
    }

    private func reportRefused(_ need: Need) {
        guard let mtu = need.port.mtu, mtu.value < need.mtu else { return }
        let possible = mtu.value - need.overhead
        var advice: [String] = []
        if Configuration.Limits.mtu.contains(need.mtu) { advice.append("set `mtu: \(need.mtu)` or more here") }
        if Configuration.Limits.mtu.contains(possible) {
            let place = need.access.map { "on \(quoted($0.name?.value ?? "?"))" } ?? "in the network"
            advice.append("\(advice.isEmpty ? "set" : "or") at most \(possible) \(place)")
        }
        advice.append("or `icmp-too-big: true` in the network, which tells hosts so")
        findings.error(
            at: mtu.position, "MTU \(mtu.value) of \(need.port.named) is too small: \(need.explanation)",
            advice: advice.joined(separator: ", "))
    }

    /// Hosts learn what fits, which is slower than what fits at once, and of no use to protocols other than IP.
    private func reportTold(_ need: Need) {
        guard let mtu = need.port.mtu, mtu.value < need.mtu else { return }
        let fitting = max(0, mtu.value - need.overhead)
        let limit = fitting < Configuration.Limits.mtuIPv6 ? ", fewer than the \(Configuration.Limits.mtuIPv6) that IPv6 hosts need" : ""
        findings.warning(
            at: mtu.position,
            "MTU \(mtu.value) of \(need.port.named) fits packets of at most \(fitting) bytes\(limit): \(need.explanation)",
            advice: "set `mtu: \(need.mtu)` or more here; `icmp-too-big` lets hosts adapt, but costs a packet for each new path")
    }
}
