extension ConfigurationChecker {
    /// Tunnel packets are never fragmented (RFC 7348 section 4.3), so an underlay port must carry the largest frame of each access
    /// port that shares a network with a remote behind it, plus the encapsulation. One finding per underlay port, for the largest.
    func checkMTUs() {
        var needs: [String: (access: Draft.Port, network: String)] = [:]
        for network in draft.networks {
            let accesses = network.members.compactMap { ports[$0.port.value] }.filter { $0.role?.value == .access }
            guard let largest = accesses.max(by: { $0.frameSize < $1.frameSize }) else { continue }
            for name in Set(network.allRemotes.compactMap { egress(to: $0.value)?.name?.value }) {
                if let known = needs[name], known.access.frameSize >= largest.frameSize { continue }
                needs[name] = (largest, network.name?.value ?? "?")
            }
        }
        for (name, need) in needs {
            if let underlay = ports[name] { checkMTU(of: underlay, access: need.access, network: need.network) }
        }
    }

    private func checkMTU(of underlay: Draft.Port, access: Draft.Port, network: String) {
        guard let mtu = underlay.mtu, let accessMTU = access.mtu, let accessName = access.name,
            mtu.value < accessMTU.value + Configuration.encapsulationByteCount
        else { return }
        let wanted = accessMTU.value + Configuration.encapsulationByteCount
        let possible = mtu.value - Configuration.encapsulationByteCount
        findings.error(
            at: mtu.position,
            "MTU \(mtu.value) of underlay port \(quoted(underlay.name?.value ?? "?")) is too small: network \(quoted(network)) "
                + "carries frames of \(quoted(accessName.value)), whose MTU \(accessMTU.value) needs \(wanted)",
            advice: "set `mtu: \(wanted)` or more here, or at most \(possible) on \(quoted(accessName.value))")
    }
}

extension Draft.Port {
    /// The MTU for comparisons; 0 when it was refused.
    fileprivate var frameSize: Int { mtu?.value ?? 0 }
}
