import Dataplane

// Steps that concern networks: members, flood lists, static MACs.

extension Reconciler {
    mutating func addNetwork(_ vni: VNI, _ name: String, _ udpPort: UInt16?) -> Bool {
        guard let index = networkIndexes.take().map({ NetworkIndex($0) }) else { return false }
        networks[vni] = RunningNetwork(index: index, name: name, udpPort: udpPort)
        tables.networks.set(index, vni: vni)
        tables.networks.setTellsTooBig(index, false)
        apply(NetworkPolicy(), to: index)
        tables.vnis.publish(vni, index)
        return true
    }

    mutating func removeNetwork(_ vni: VNI) {
        guard let network = networks[vni] else { return }
        tables.vnis.publish(vni, .none)
        for member in network.members { unmap(member, from: network.index) }
        leftovers.floodLists += [tables.networks.publishLocal(network.index, .empty), tables.networks.publishRemote(network.index, .empty)]
        apply(NetworkPolicy(), to: network.index)
        leftovers.networks.insert(network.index)
        networks[vni] = nil
    }

    mutating func addMember(_ vni: VNI, _ member: Configuration.Member) {
        guard let network = networks[vni], let port = ports[member.port] else { return }
        networks[vni]?.members.insert(member)
        tables.ports.vlanMap(port.index)?.publish(member.tags, network.index)
    }

    mutating func removeMember(_ vni: VNI, _ member: Configuration.Member) {
        guard let network = networks[vni] else { return }
        networks[vni]?.members.remove(member)
        unmap(member, from: network.index)
        if let destination = destination(of: member) { leftovers.members.insert(.init(network: network.index, destination: destination)) }
    }

    /// A VLAN that has gone to another network in the same reload stays with that one.
    func unmap(_ member: Configuration.Member, from network: NetworkIndex) {
        guard let port = ports[member.port], let map = tables.ports.vlanMap(port.index), map[member.tags] == network else { return }
        map.publish(member.tags, .none)
    }

    mutating func publishLocalFloodList(_ vni: VNI) {
        guard let network = networks[vni] else { return }
        let list = FloodList.make(network.members.compactMap(destination).sorted())
        leftovers.floodLists.append(tables.networks.publishLocal(network.index, list))
        unpublishMulticast(network.index)
    }

    mutating func publishRemoteFloodList(_ vni: VNI, _ remotes: Set<RemoteVTEP>) {
        guard let network = networks[vni] else { return }
        for gone in (state.networks[vni]?.remotes ?? []).subtracting(remotes) {
            guard let tunnel = tunnels[gone] else { continue }
            leftovers.learned.insert(.init(network: network.index, destination: .tunnel(tunnel.index)))
        }
        let list = FloodList.make(remotes.sorted().compactMap { tunnels[$0].map { .tunnel($0.index) } })
        leftovers.floodLists.append(tables.networks.publishRemote(network.index, list))
        unpublishMulticast(network.index)
    }

    package func destination(of member: Configuration.Member) -> Destination? {
        ports[member.port].map { .local(port: $0.index, tags: member.tags) }
    }
}

extension Reconciler {
    func putStaticMAC(_ vni: VNI, _ mac: MACAddress, _ location: Configuration.StaticMAC.Location, seconds: UInt32) -> Bool {
        guard let network = networks[vni], let destination = destination(of: location, in: network) else { return false }
        return tables.macs.put(MACKey(network: network.index, mac: mac), destination, .configured, now: seconds)
    }

    func removeStaticMAC(_ vni: VNI, _ mac: MACAddress) {
        guard let network = networks[vni] else { return }
        tables.macs.remove(MACKey(network: network.index, mac: mac))
    }

    package func destination(of location: Configuration.StaticMAC.Location, in network: RunningNetwork) -> Destination? {
        switch location {
        case .remote(let address): tunnels[RemoteVTEP(address, udpPort: network.udpPort)].map { .tunnel($0.index) }
        case .member(let member): destination(of: member)
        }
    }
}
