import Dataplane

/// What the steps of a reload have unpublished: it goes once no worker can hold it any more.
struct Leftovers {
    struct Member: Hashable {
        var network: NetworkIndex
        var destination: Destination
    }

    var networks: Set<NetworkIndex> = []
    var members: Set<Member> = []
    /// Places that a network has lost, though configured entries may still lead there.
    var learned: Set<Member> = []
    var tunnels: Set<TunnelIndex> = []
    var floodLists: [FloodList] = []
    var meters: [StormMeters] = []
    var memory: [UnsafeMutableRawPointer?] = []

    var isEmpty: Bool {
        networks.isEmpty && members.isEmpty && learned.isEmpty && tunnels.isEmpty && floodLists.isEmpty && meters.isEmpty && memory.isEmpty
    }

    /// Whether a MAC entry leads to what is gone.
    func covers(_ key: MACKey, _ entry: MACEntry) -> Bool {
        networks.contains(key.network)
            || members.contains(Member(network: key.network, destination: entry.destination))
            || (entry.origin == .learned && learned.contains(Member(network: key.network, destination: entry.destination)))
            || entry.destination.tunnel.map { tunnels.contains($0) } ?? false
    }
}

extension Reconciler {
    /// After a quiescent state: deletes the MAC entries of what is gone, frees its memory, gives its positions back.
    mutating func finish() {
        guard !leftovers.isEmpty else { return }
        awaitQuiescence()
        let gone = leftovers
        leftovers = Leftovers()
        if !gone.networks.isEmpty || !gone.members.isEmpty || !gone.learned.isEmpty || !gone.tunnels.isEmpty {
            tables.macs.removeAll(where: gone.covers)
        }
        tables.neighbors.removeAll(in: gone.networks)
        // A worker may have read the way to a tunnel just before it was deleted.
        if !gone.tunnels.isEmpty { awaitQuiescence() }
        for tunnel in gone.tunnels {
            tables.tunnels.remove(tunnel)?.deallocate()
            tunnelIndexes.giveBack(tunnel.rawValue)
        }
        for network in gone.networks { networkIndexes.giveBack(network.rawValue) }
        for list in gone.floodLists { list.free() }
        for meters in gone.meters { meters.free() }
        for memory in gone.memory { memory?.deallocate() }
    }
}
