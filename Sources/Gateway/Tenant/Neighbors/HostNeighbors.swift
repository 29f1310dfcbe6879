import Dataplane

/// The hosts of networks that suppress ARP and ND, as their own packets tell of them, and as they are configured. Sightings and time in, actions out.
///
/// A network has room for so many, and all networks together; whoever fills the one has not filled the other. What there is no room for is counted, and its requests
/// are flooded.
package struct HostNeighbors: Sendable {
    /// A network that suppresses, and the hosts that are configured in it.
    package struct Wanted: Equatable, Sendable {
        package var vni: VNI
        /// UDP port of its own: with another one it is another network.
        package var udpPort: UInt16?
        package var neighbors: [IPAddress: MACAddress]

        package init(vni: VNI, udpPort: UInt16? = nil, neighbors: [IPAddress: MACAddress] = [:]) {
            self.vni = vni
            self.udpPort = udpPort
            self.neighbors = neighbors
        }
    }

    private struct Network {
        var vni: VNI
        var udpPort: UInt16?
        var hosts: [IPAddress: HostNeighbor] = [:]

        func isStill(_ wanted: Wanted?) -> Bool { wanted?.vni == vni && wanted?.udpPort == udpPort }
    }

    /// Most hosts of a network. Configured ones count, and are always taken in.
    package static let capacityPerNetwork = 16384
    package static let probesPerTickMax = 64

    package var timing = HostNeighborTiming()
    package internal(set) var counters = HostNeighborCounters()
    package private(set) var count = 0
    let capacity: Int
    let capacityPerNetwork: Int
    private var networks: [NetworkIndex: Network] = [:]
    var schedule = HostNeighborSchedule()

    package init(capacity: Int = NeighborMap.capacity, capacityPerNetwork: Int = HostNeighbors.capacityPerNetwork) {
        self.capacity = capacity
        self.capacityPerNetwork = capacityPerNetwork
    }

    package var isEmpty: Bool { networks.isEmpty }

    /// Whether a network suppresses.
    package func covers(_ network: NetworkIndex) -> Bool { networks[network] != nil }

    package subscript(key: NetworkAddress) -> HostNeighbor? { networks[key.network]?.hosts[key.address] }

    /// The hosts of a network, by address.
    package func hosts(of network: NetworkIndex) -> [(address: IPAddress, host: HostNeighbor)] {
        (networks[network]?.hosts ?? [:]).map { ($0.key, $0.value) }.sorted { $0.address < $1.address }
    }
}

// What is stored.
extension HostNeighbors {
    /// In a network that is covered.
    mutating func set(_ key: NetworkAddress, _ host: HostNeighbor?) {
        count += (host == nil ? 0 : 1) - (self[key] == nil ? 0 : 1)
        networks[key.network]?.hosts[key.address] = host
    }

    /// For a host that is not configured: those always have room.
    func hasRoom(in network: NetworkIndex) -> Bool { count < capacity && (networks[network]?.hosts.count ?? 0) < capacityPerNetwork }
}

// What is wanted.
extension HostNeighbors {
    /// Takes up the networks that suppress now, and forgets those that do not any more, or whose position another network has taken.
    package mutating func setNetworks(_ wanted: [NetworkIndex: Wanted], now: MonotonicTime) -> [HostNeighborAction] {
        var actions: [HostNeighborAction] = []
        for (index, network) in networks where !network.isStill(wanted[index]) {
            actions += network.hosts.filter { $0.value.isPublished }.map {
                .withdraw(NetworkAddress(network: index, address: $0.key))
            }
            count -= network.hosts.count
            networks[index] = nil
        }
        for (index, network) in wanted {
            if networks[index] == nil { networks[index] = Network(vni: network.vni, udpPort: network.udpPort) }
            actions += setConfigured(network.neighbors, in: index, now: now)
        }
        return actions
    }

    private mutating func setConfigured(
        _ wanted: [IPAddress: MACAddress], in network: NetworkIndex, now: MonotonicTime
    ) -> [HostNeighborAction] {
        var actions: [HostNeighborAction] = []
        for (address, host) in networks[network]?.hosts ?? [:] where host.state == .fixed && wanted[address] == nil {
            let key = NetworkAddress(network: network, address: address)
            set(key, nil)
            actions.append(.withdraw(key))
        }
        for (address, mac) in wanted {
            let key = NetworkAddress(network: network, address: address)
            let old = self[key]
            guard old?.state != .fixed || old?.mac != mac else { continue }
            let isRouter = old?.mac == mac && old?.isRouter == true
            let host = HostNeighbor(mac: mac, isRouter: isRouter, state: .fixed, isPublished: true, due: now)
            set(key, host)
            actions.append(.publish(key, host.known))
        }
        return actions
    }
}
