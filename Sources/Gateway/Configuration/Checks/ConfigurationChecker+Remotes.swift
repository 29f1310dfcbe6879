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
        if underlays.contains(where: { $0.addresses.contains { $0.value.address == remote } }) {
            return ("remote \(remote) is an address of this gateway", "list only the other VTEPs")
        }
        let subnet = underlays.lazy.flatMap(\.addresses).first { $0.value.contains(remote) }
        if let kind = remote.notAHost ?? subnet?.value.notAHost(remote) {
            let advice =
                remote.isMulticast ? "multicast groups are not supported yet: list the VTEPs" : "give the address of a VTEP"
            return ("remote \(remote) is \(kind)", advice)
        }
        guard !underlays.isEmpty, underlaysAreComplete, egress(to: remote) == nil else { return nil }
        return (
            "remote \(remote) cannot be reached: it is in no subnet of an underlay port, and none has a gateway",
            "add `gateway:` to the underlay port, or correct the address"
        )
    }

    /// Whether a way that is not found is really missing, rather than that of a port or address with a finding of its own.
    private var underlaysAreComplete: Bool {
        draft.ports.isComplete && draft.ports.allSatisfy { $0.role != nil }
            && underlays.allSatisfy { port in
                port.addresses.isComplete && !port.addresses.isEmpty
                    && (port.gateway != nil) == port.underlayKeys.contains { $0.value == "gateway" }
            }
    }

    private func reportWithoutUnderlay(_ network: Draft.Network) {
        guard let remote = network.allRemotes.first, underlays.isEmpty, underlaysAreComplete else { return }
        findings.error(
            at: remote.position, "the network has remotes, but there is no underlay port to reach them",
            advice: "add a port with `role: underlay`, or remove the remotes")
    }

    private func checkRemoteCount() {
        var distinct: Set<IPAddress> = []
        for remote in draft.networks.lazy.flatMap(\.allRemotes) where distinct.insert(remote.value).inserted {
            guard distinct.count == Configuration.Limits.remotes + 1 else { continue }
            findings.error(
                at: remote.position,
                "this is remote VTEP number \(distinct.count): at most \(Configuration.Limits.remotes) are possible",
                advice: "spread the networks over several gateways")
        }
    }

    /// The underlay port that packets to `remote` leave through: the one on its link, else the one with the gateway.
    func egress(to remote: IPAddress) -> Draft.Port? {
        underlays.first { $0.addresses.contains { $0.value.contains(remote) } } ?? underlays.first { $0.gateway != nil }
    }
}

extension Draft.Network {
    /// The replication list and the remotes of static entries: all VTEPs that the network sends to.
    var allRemotes: [Located<IPAddress>] {
        remotes
            + staticMACs.compactMap { entry in
                if case .remote(let address) = entry.location { address } else { nil }
            }
    }
}
