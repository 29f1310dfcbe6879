import Dataplane

/// The places of a network that frames are flooded to. Snooping never sends a frame anywhere else.
package struct SnoopedPlaces: Equatable, Sendable {
    package let local: Set<Destination>
    package let remote: Set<Destination>
    /// The tunnel to the multicast group of the underlay, if the network has one.
    package let group: Destination?

    /// `group` is one of `remote`.
    package init(local: [Destination], remote: [Destination], group: Destination? = nil) {
        self.local = Set(local)
        self.remote = Set(remote)
        self.group = group
    }

    /// The place behind which the sender of a frame is. A VTEP that is not in the replication list is reached by the underlay's group, which stands for all VTEPs
    /// in it. `nil`: nothing is flooded there.
    func place(of origin: Destination) -> Destination? {
        if origin.isLocal { return local.contains(origin) ? origin : nil }
        return remote.contains(origin) ? origin : group
    }

    func contains(_ place: Destination) -> Bool { local.contains(place) || remote.contains(place) }

    /// Some of these places, each once, as lists that workers read.
    func sorted(_ places: some Sequence<Destination>) -> MulticastTargets.Places {
        let places = Set(places).sorted()
        return .init(local: places.filter(\.isLocal), remote: places.filter(\.isTunnel))
    }
}
