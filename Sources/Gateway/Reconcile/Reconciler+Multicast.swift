import Dataplane

// What workers know of groups inside of networks.

extension Reconciler {
    /// Tells workers where multicast of these networks goes.
    package mutating func publishMulticast(_ targets: [VNI: MulticastTargets]) {
        for (vni, targets) in targets {
            guard let network = networks[vni] else { continue }
            leftovers.memory.append(tables.networks.publishMulticast(network.index, targets))
        }
        finish()
    }

    /// A network's multicast goes where its floods go, until somebody says otherwise: places that are gone, or another network's by now, must not be among
    /// those that workers know.
    mutating func unpublishMulticast(_ network: NetworkIndex) {
        leftovers.memory.append(tables.networks.publishMulticast(network, MulticastTargets()))
    }

    /// The places of networks that snoop.
    package var snoopedPlaces: [VNI: SnoopedPlaces] {
        networks.filter { $0.value.policy.snoopsMulticast }.mapValues { network in
            let lists = tables.networks.floodDestinations(network.index)
            let vni = tables.networks.vni(network.index)
            let group = vni.flatMap { state.networks[$0]?.remotes.first { $0.address.isMulticast } }
            let tunnel = group.flatMap { tunnels[$0] }.map { Destination.tunnel($0.index) }
            return SnoopedPlaces(local: lists.local, remote: lists.remote, group: tunnel.flatMap { lists.remote.contains($0) ? $0 : nil })
        }
    }
}
