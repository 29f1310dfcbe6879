import Dataplane
import Gateway

/// Hosts of networks with a clock that stands still until it is told to go on, and the table that their actions make.
struct HostNeighborBench {
    static let blue = NetworkIndex(1)
    static let red = NetworkIndex(2)
    static let a = MACAddress(2, 0, 0, 0, 0, 0xA)
    static let b = MACAddress(2, 0, 0, 0, 0, 0xB)
    static let v4 = NetworkAddress(network: blue, address: IPAddress("10.1.0.1")!)
    static let v6 = NetworkAddress(network: blue, address: IPAddress("2001:db8::1")!)

    var hosts: HostNeighbors
    var now = MonotonicTime(.seconds(100))
    /// What workers answer from.
    var published: [NetworkAddress: KnownNeighbor] = [:]
    /// Probes since they were last taken.
    var probes: [NetworkAddress: [MACAddress]] = [:]

    init(capacity: Int = 100, perNetwork: Int = 50) {
        hosts = HostNeighbors(capacity: capacity, capacityPerNetwork: perNetwork)
        set([HostNeighborBench.blue: .init(vni: VNI(1)!), HostNeighborBench.red: .init(vni: VNI(2)!)])
    }

    mutating func set(_ wanted: [NetworkIndex: HostNeighbors.Wanted]) { perform(hosts.setNetworks(wanted, now: now)) }

    mutating func hear(
        _ kind: NeighborSighting.Kind, _ key: NetworkAddress = v4, at mac: MACAddress = a, isRouter: Bool? = nil, isOverride: Bool = true
    ) {
        let sighting = NeighborSighting(kind, of: key.address, at: mac, isRouter: isRouter, isOverride: isOverride)
        perform(hosts.hear(sighting, in: key.network, now: now))
    }

    /// Lets time pass in steps of a tenth of a second.
    mutating func wait(_ seconds: Double) {
        for _ in 0..<Int(seconds * 10) {
            now = now + .milliseconds(100)
            perform(hosts.tick(now: now))
        }
    }

    mutating func takeProbes() -> [NetworkAddress: [MACAddress]] {
        defer { probes = [:] }
        return probes
    }

    private mutating func perform(_ actions: [HostNeighborAction]) {
        for action in actions {
            switch action {
            case .publish(let key, let neighbor): published[key] = neighbor
            case .withdraw(let key):
                precondition(published[key] != nil, "withdrawn, but not there: \(key)")
                published[key] = nil
            case .probe(let key, let mac): probes[key, default: []].append(mac)
            }
        }
    }
}
