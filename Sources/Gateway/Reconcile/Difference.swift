import Dataplane

/// The steps from one state to another, in the order in which they are to be taken. Starting is the difference to the empty state.
package enum Difference {
    package static func steps(from old: WantedState, to new: WantedState) -> [Step] {
        settings(old, new) + underlay(old, new) + removals(old, new) + additions(old, new)
            + old.tunnels.keys.filter { new.tunnels[$0] == nil }.sorted().map { .removeTunnel($0) }
    }

    private static func settings(_ old: WantedState, _ new: WantedState) -> [Step] {
        var steps: [Step] = []
        if old.udpPorts != new.udpPorts { steps.append(.setEndpoints(new.udpPorts)) }
        if old.vxlan.reservedBits != new.vxlan.reservedBits { steps.append(.setReservedBits(new.vxlan.reservedBits)) }
        if old.vxlan.accept != new.vxlan.accept { steps.append(.setAccept(new.vxlan.accept)) }
        if old.vxlan.outerFields != new.vxlan.outerFields { steps.append(.setOuterFields(new.vxlan)) }
        if old.vxlan.sourcePorts != new.vxlan.sourcePorts { steps.append(.setSourcePorts(new.vxlan.sourcePorts)) }
        if old.macs.capacity != new.macs.capacity { steps.append(.setMACCapacity(new.macs.capacity)) }
        if old.macs.ageing != new.macs.ageing { steps.append(.setAgeing(new.macs.ageing)) }
        if old.macs.whenFull != new.macs.whenFull { steps.append(.setWhenFull(new.macs.whenFull)) }
        for name in Set(old.portPolicies.keys).union(new.portPolicies.keys).sorted() where old.portPolicies[name] != new.portPolicies[name]
        {
            steps.append(.setPortPolicy(name, new.portPolicies[name] ?? PortPolicy()))
        }
        return steps
    }

    private static func underlay(_ old: WantedState, _ new: WantedState) -> [Step] {
        var steps: [Step] = []
        let names = Set(old.underlayPorts.keys).union(new.underlayPorts.keys).sorted()
        let changed = names.filter { old.underlayPorts[$0] != new.underlayPorts[$0] }
        if !changed.isEmpty || old.vxlan.local != new.vxlan.local {
            let ports = new.underlayPorts.values.sorted { $0.name < $1.name }
            steps.append(.setUnderlayPorts(ports, local: new.vxlan.local, changed: changed.isEmpty ? ["vxlan.local"] : changed))
        }
        if old.groups != new.groups { steps.append(.setGroups(new.groups)) }
        for (remote, route) in new.tunnels.sorted(by: { $0.key < $1.key }) where old.tunnels[remote] != route {
            steps.append(old.tunnels[remote] == nil ? .addTunnel(remote, route) : .rerouteTunnel(remote, route))
        }
        return steps
    }

    private static func removals(_ old: WantedState, _ new: WantedState) -> [Step] {
        var macs: [Step] = []
        var members: [Step] = []
        var networks: [Step] = []
        for (vni, network) in old.networks.sorted(by: { $0.key < $1.key }) {
            guard let kept = new.networks[vni], kept.udpPort == network.udpPort else {
                networks.append(.removeNetwork(vni))
                continue
            }
            macs += network.staticMACs.keys.filter { kept.staticMACs[$0] == nil }.inOrder.map { .removeStaticMAC(vni, $0) }
            members += network.members.subtracting(kept.members).inOrder.map { .removeMember(vni, $0) }
        }
        return macs + members + networks
    }

    private static func additions(_ old: WantedState, _ new: WantedState) -> [Step] {
        var steps: [Step] = []
        for (vni, network) in new.networks.sorted(by: { $0.key < $1.key }) {
            // Under another UDP port it is another network to everybody else.
            let before = old.networks[vni].flatMap { $0.udpPort == network.udpPort ? $0 : nil }
            if before == nil { steps.append(.addNetwork(vni, name: network.name, udpPort: network.udpPort)) }
            if let before, before.name != network.name { steps.append(.renameNetwork(vni, name: network.name)) }
            if before?.icmpTooBig ?? false != network.icmpTooBig { steps.append(.setTooBig(vni, network.icmpTooBig)) }
            if before?.policy ?? NetworkPolicy() != network.policy { steps.append(.setNetworkPolicy(vni, network.policy)) }
            steps += network.members.subtracting(before?.members ?? []).inOrder.map { .addMember(vni, $0) }
            if network.remotes != before?.remotes ?? [] { steps.append(.setRemotes(vni, network.remotes)) }
            for (mac, location) in network.staticMACs.sorted(by: { $0.key.description < $1.key.description })
            where before?.staticMACs[mac] != location {
                steps.append(.putStaticMAC(vni, mac, location))
            }
        }
        return steps
    }
}

extension WantedState {
    /// UDP ports that packets come to: the gateway's first.
    fileprivate var udpPorts: [UInt16] { [vxlan.port] + Set(networks.values.compactMap(\.udpPort)).subtracting([vxlan.port]).sorted() }
}

extension Configuration.VXLAN {
    fileprivate struct OuterFields: Equatable {
        var ttl: Int
        var dscp: Configuration.DSCP
        var df: Configuration.DontFragment
        var udpChecksum: Bool
    }

    fileprivate var outerFields: OuterFields { OuterFields(ttl: ttl, dscp: dscp, df: df, udpChecksum: udpChecksum) }
}

extension Sequence where Element: CustomStringConvertible {
    /// In an order that is the same on every run.
    fileprivate var inOrder: [Element] { sorted { $0.description < $1.description } }
}

/// What of a configuration only a restart can change.
package enum RestartCheck {
    /// One line for each difference; empty when a reload will do. `macCapacityMaximum`: what the MAC table's memory serves.
    package static func differences(from old: Configuration, to new: Configuration, macCapacityMaximum: Int) -> [String] {
        var lines: [String] = []
        func compare<Value: Equatable>(_ key: String, _ a: Value, _ b: Value) {
            if a != b { lines.append("\(key): \(a) -> \(b)") }
        }
        compare("system.cores", old.system.cores, new.system.cores)
        compare("system.memory", old.system.memory, new.system.memory)
        compare("system.hugepages", old.system.hugepages, new.system.hugepages)
        compare("system.idle", old.system.idle, new.system.idle)
        compare("system.socket", old.system.socket, new.system.socket)
        if new.macs.capacity > macCapacityMaximum {
            lines.append("macs.capacity: \(new.macs.capacity) is more than the \(macCapacityMaximum) that the running table has memory for")
        }
        let before = Dictionary(uniqueKeysWithValues: old.ports.map { ($0.name, $0) })
        let after = Dictionary(uniqueKeysWithValues: new.ports.map { ($0.name, $0) })
        for name in Set(before.keys).union(after.keys).sorted() {
            switch (before[name], after[name]) {
            case (let a?, let b?):
                if a.bond == nil, b.bond == nil {
                    compare("ports.\(name).device", a.device, b.device)
                } else {
                    compare("ports.\(name).bond", a.bond?.summary ?? "none", b.bond?.summary ?? "none")
                }
                compare("ports.\(name).role", a.role, b.role)
                compare("ports.\(name).mtu", a.mtu, b.mtu)
                compare("ports.\(name).queues", a.queues, b.queues)
            case (nil, _): lines.append("ports.\(name): new port")
            default: lines.append("ports.\(name): port removed")
            }
        }
        return lines
    }
}
