extension ConfigurationChecker {
    /// Remote VTEPs are other hosts, each once in a network, and the underlay has a way to each.
    func checkRemotes() {
        for network in draft.networks {
            for (remote, first) in repeats(in: network.remotes) {
                findings.error(
                    at: remote.position, "remote \(remote.value) is already listed on line \(first.line)",
                    advice: "remove one of the two: each gets every flooded frame once")
            }
            for remote in network.allRemotes {
                if let problem = problem(of: remote.value) {
                    findings.error(at: remote.position, problem.message, advice: problem.advice)
                }
            }
            reportWithoutUnderlay(network)
        }
        checkRemoteCount()
    }

    /// Why `remote` cannot be a VTEP to send to; `nil` when it can.
    func problem(of remote: IPAddress) -> (message: String, advice: String)? {
        if isOwn(remote) { return ("remote \(remote) is an address of this gateway", "list only the other VTEPs") }
        let subnet = underlays.lazy.compactMap { $0.subnet(of: remote) }.first
        if let kind = remote.notAHost ?? subnet?.notAHost(remote) {
            let advice = remote.isMulticast ? "make it the `group` of the network" : "give the address of a VTEP"
            return ("remote \(remote) is \(kind)", advice)
        }
        if remote.isLinkLocal {
            return ("remote \(remote) is link-local, and which port it is behind is not known", "give the VTEP's global address")
        }
        guard !underlays.isEmpty, ways[remote] == nil, !hasOtherCause(remote) else { return nil }
        return (
            "remote \(remote) cannot be reached: it is in no subnet of an underlay port, no route leads to it, and no port has an "
                + "\(remote.familyName) gateway",
            "add a `gateway` to an underlay port, or a route, or correct the address"
        )
    }

    /// Whether a way to `remote` may be missing because of something that has a finding of its own.
    private func hasOtherCause(_ remote: IPAddress) -> Bool {
        guard addressesAreComplete, ways.isComplete else { return true }
        return underlays.contains { $0.gateways.contains { $0.value.isIPv4 == remote.isIPv4 } }
            || draft.routes.contains { $0.prefix?.value.contains(remote) == true }
    }

    private func reportWithoutUnderlay(_ network: Draft.Network) {
        guard let remote = network.allRemotes.first, underlays.isEmpty, addressesAreComplete else { return }
        findings.error(
            at: remote.position, "the network has remotes, but there is no underlay port to reach them",
            advice: "add a port with `role: underlay`, or remove the remotes")
    }

    private func checkRemoteCount() {
        var distinct: Set<RemoteVTEP> = []
        for network in draft.networks {
            for remote in network.allRemotes where distinct.insert(RemoteVTEP(remote.value, udpPort: udpPort(of: network))).inserted {
                guard distinct.count == Configuration.Limits.remotes + 1 else { continue }
                findings.error(
                    at: remote.position,
                    "this is remote VTEP number \(distinct.count): at most \(Configuration.Limits.remotes) are possible",
                    advice: "spread the networks over several gateways")
            }
        }
    }
}

extension Draft.Network {
    /// The replication list and the remotes of static entries: all VTEPs that the network names.
    var allRemotes: [Located<IPAddress>] {
        remotes
            + staticMACs.compactMap { entry in
                if case .remote(let address) = entry.location { address } else { nil }
            }
    }

    /// Whether its frames go to the underlay at all.
    var hasWayOut: Bool { hasGroup || !allRemotes.isEmpty }

    /// The network as messages call it.
    var named: String { "network \(quoted(name?.value ?? "?"))" }
}
