import Dataplane

// What is possible but unwise: warnings only.

extension ConfigurationChecker {
    func adviseOnSystem() {
        let cores = Set(draft.system.cores.map(\.value))
        guard !machine.usable.isEmpty, machine.usable.isSubset(of: cores) else { return }
        findings.warning(
            at: draft.system.cores.position, "every CPU runs a worker, and none is left for control",
            advice: "leave one out of `cores`")
        if let idle = draft.system.idle, idle.value == .poll {
            findings.warning(
                at: idle.position, "workers that poll never yield, and control has no CPU of its own",
                advice: "set `idle: adaptive`, or leave a CPU out of `cores`")
        }
    }

    func adviseOnPorts() {
        let members = Set(draft.networks.lazy.flatMap(\.members).map(\.port.value))
        let hasRemotes = draft.networks.contains { $0.hasWayOut || !$0.remotes.isComplete || !$0.staticMACs.isComplete }
        let membersAreComplete = draft.networks.isComplete && draft.networks.allSatisfy(\.members.isComplete)
        for port in draft.ports {
            for device in port.devices
            where !DeviceString(device.value).isPCI && !DeviceString(device.value).isVirtual {
                findings.warning(
                    at: device.position, "\(quoted(device.value)) is neither a PCI address nor a common virtual device",
                    advice: "check it; usual forms are \"0000:3b:00.0\" and \"net_tap0,iface=vd-lan0\"")
            }
            adviseOnQueues(of: port)
            guard let name = port.name, membersAreComplete else { continue }
            if port.role?.value == .access, !members.contains(name.value) {
                findings.warning(
                    at: name.position, "port \(quoted(name.value)) is a member of no network: what it receives is dropped",
                    advice: "add it to the `members` of a network, or remove it")
            } else if port.role?.value == .underlay, !hasRemotes {
                findings.warning(
                    at: name.position, "underlay port \(quoted(name.value)) is not used: no network has remotes or a group",
                    advice: "add `remotes` to a network, or remove the port")
            }
        }
    }

    private func adviseOnQueues(of port: Draft.Port) {
        let workers = draft.system.cores.count
        guard let queues = port.queues, let number = queues.value.number, draft.system.cores.isComplete, number > workers else { return }
        findings.warning(
            at: queues.position,
            "\(number) receive queues for \(workers) worker\(workers == 1 ? "" : "s"): more queues than workers cost time and bring nothing",
            advice: "leave `queues` out, or add to `cores`")
    }

    func adviseOnNetworks() {
        if draft.networks.isEmpty, draft.networks.isComplete {
            findings.warning(
                at: draft.networks.position, "there are no networks: every frame is dropped",
                advice: "add `networks` with a `name`, a `vni` and `members`")
        }
        for network in draft.networks where network.members.isComplete && network.remotes.isComplete {
            adviseOnReach(of: network)
            adviseOnFlooding(of: network)
        }
    }

    private func adviseOnReach(of network: Draft.Network) {
        let position = network.name?.position ?? network.position
        if network.members.isEmpty {
            findings.warning(
                at: position, "the network has no members: no station can use it", advice: "add `members`, or remove the network")
        } else if network.members.count == 1, !network.hasWayOut {
            findings.warning(
                at: position, "the network has one member and no remotes: there is nowhere to forward to",
                advice: "add a second member, or `remotes`")
        }
    }

    /// A VTEP that is not listed may be a member of the group.
    private func adviseOnFlooding(of network: Draft.Network) {
        guard !network.hasGroup else { return }
        let flooded = Set(network.remotes.map(\.value))
        for case .remote(let remote) in network.staticMACs.compactMap(\.location)
        where !flooded.contains(remote.value) && problem(of: remote.value) == nil {
            findings.warning(
                at: remote.position, "remote \(remote.value) is not in `remotes`: broadcasts such as ARP do not reach it",
                advice: "add it to the `remotes` of the network")
        }
    }

    func adviseOnTables() {
        if let range = draft.vxlan.sourcePorts, range.value.lowerBound < 49152 {
            let problem = range.value.lowerBound < 1024 ? "include well-known ports" : "are outside the dynamic ports 49152-65535"
            findings.warning(
                at: range.position, "source ports \(range.value.lowerBound)-\(range.value.upperBound) \(problem)",
                advice: "RFC 7348 section 5 recommends 49152-65535; firewalls may drop others")
        }
        if let capacity = draft.macs.capacity, capacity.value < 1024, capacity.value >= staticMACCount {
            findings.warning(
                at: capacity.position,
                "a MAC table of \(capacity.value) entries fills quickly, and frames to further stations are flooded",
                advice: "set `capacity` to at least 1024, and to twice the number of stations")
        }
        if let ageing = draft.macs.ageing, ageing.value == 0 {
            findings.warning(
                at: ageing.position, "learned MAC addresses are never removed, and the table fills with stations that are gone",
                advice: "set `ageing: 300`, unless every station stays for good")
        }
    }
}
