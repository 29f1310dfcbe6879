import Dataplane
import Gateway

/// What the tables hold, in words: positions are replaced by what they stand for, so that two gateways that took different ways to the same
/// state give the same text.
struct TableDump {
    private let reconciler: Reconciler
    private let tunnelNames: [TunnelIndex: RemoteVTEP]

    init(_ reconciler: Reconciler) {
        self.reconciler = reconciler
        tunnelNames = Dictionary(uniqueKeysWithValues: reconciler.tunnels.map { ($0.value.index, $0.key) })
    }

    var lines: Set<String> { Set(vlans + networks + tunnels + ports + macs) }

    /// Lines that only one of two dumps has.
    func difference(to other: TableDump) -> [String] { lines.symmetricDifference(other.lines).sorted() }

    private var tables: Tables { reconciler.tables }

    private func name(_ network: NetworkIndex) -> String { tables.networks.vni(network).map { "VNI \($0)" } ?? "?" }

    private func name(_ destination: Destination) -> String {
        if let port = destination.port { return "\(reconciler.ports[port].name)/\(destination.tags?.description ?? "?")" }
        return destination.tunnel.flatMap { tunnelNames[$0] }.map { "remote \($0)" } ?? "\(destination)"
    }

    private var vlans: [String] {
        reconciler.ports.all.flatMap { port -> [String] in
            guard let map = tables.ports.vlanMap(port.index) else { return [] }
            // Of services, those that tests use, and some more.
            let services = [nil] + (1...UInt16(8)).map { VLANID($0) }
            return services.flatMap { service in
                (0...UInt16(4094)).compactMap { number in
                    let tags = MemberTags(service: service, vlan: VLANID(number))
                    let network = map[tags]
                    return network == .none ? nil : "\(port.name) \(tags) -> \(name(network))"
                }
            }
        }
    }

    /// Every VNI that any test uses is looked up, so that one that should be gone is seen.
    private var networks: [String] {
        (UInt32(100)..<110).compactMap { number -> String? in
            let vni = VNI(number)!
            let index = tables.vnis[vni]
            guard index != .none else { return nil }
            let flood = tables.networks.floodDestinations(index)
            let guards =
                "features \(tables.networks.features(index)) \(limits(tables.macs.quota(of: index), tables.networks.stormMeters(index)))"
            let policy = reconciler.networks[vni].map { "\($0.policy.moves)" } ?? "?"
            let tooBig = tables.networks.tellsTooBig(index) ? " tells too big" : ""
            return
                "VNI \(vni)\(tooBig) -> \(name(index)) \(reconciler.networks[vni]?.name ?? "?") \(guards) \(policy) local \(flood.local.map(name).sorted()) remote \(flood.remote.map(name).sorted())"
        }
    }

    private func limits(_ quota: MACQuotaStatus, _ meters: StormMeters) -> String {
        let rates = FloodClass.allCases.map { meters.rate($0).map(String.init) ?? "-" }
        return "limit \(quota.limit?.description ?? "-") drops \(quota.drops) sticky \(quota.isSticky) storm \(rates)"
    }

    /// The next hop's MAC, the first six bytes, counts where it is configured; what the network has told of it is nobody's wish.
    private var tunnels: [String] {
        reconciler.tunnels.map { remote, tunnel in
            let ways = zip(tables.tunnels.ways(tunnel.index), tunnel.route.paths).map { record, path in
                let isKnown = path.nextHop.isMulticast || permanentNeighbors.contains { $0.key == path.key }
                let header = record.template.dropFirst(isKnown ? 0 : 6)
                let resolved = isKnown ? " resolved \(record.isResolved)" : ""
                return "by \(reconciler.ports[PortIndex(record.port)].name)\(resolved) header \(Array(header))"
            }
            return "tunnel \(remote) \(ways) known as sender to \(endpoints(of: remote.address, tunnel.index))"
        }
    }

    /// UDP ports at which this address is known as the other end of this tunnel.
    private func endpoints(of address: IPAddress, _ tunnel: TunnelIndex) -> [UInt16] {
        tables.udpPorts.enumerated().filter { number, _ in
            let endpoint = tables[endpoint: number]
            let ipv6 = UnderlayAddress(high: address.high, low: address.low)
            return address.ipv4.map { endpoint.vteps[$0] == tunnel } ?? (endpoint.vteps6[ipv6] == tunnel.rawValue)
        }.map(\.element)
    }

    private var permanentNeighbors: [NeighborTable.Status] { reconciler.host.neighbors.status.filter { $0.state == .permanent } }

    private var ports: [String] {
        reconciler.ports.all.map { "\($0.name) addresses \(tables.ports.addresses($0.index).map { "\($0)" }.sorted())" }
            + [
                "settings \(reconciler.state.vxlan) capacity \(tables.macs.capacity) drops \(tables.macs.dropsWhenFull)",
                "ports \(tables.udpPorts) mask \(tables.vxlanMask)",
            ]
            + ["198.51.100.77", "203.0.113.5", "2001:db8:7::1"].map { "\($0) may send: \(tables.acceptsStranger(underlay($0)))" }
            + reconciler.ports.all.map { port in
                let record = tables.ports[port.index]
                let groups = ["239.1.1.1", "239.1.1.2", "ff05::7"].filter { tables.ports.isIn(underlay($0), on: port.index) }
                let guards = "learning \(record.learning) apart \(record.isIsolated) \(record.splitHorizonGroup)"
                let limits = limits(tables.macs.quota(of: port.index), tables.ports.stormMeters(port.index))
                return
                    "\(port.name) \(guards) \(limits) tag \(record.outerTag) zero checksum \(record.acceptsZeroChecksum) groups \(groups)"
            }
            + reconciler.host.neighbors.status.map { "neighbor \($0.key.port) \($0.key.address)" }
            + permanentNeighbors.map { "neighbor \($0.key.address) is always \($0.mac?.description ?? "-")" }
    }

    private func underlay(_ text: String) -> UnderlayAddress {
        let address = IPAddress(text)!
        return UnderlayAddress(high: address.high, low: address.low)
    }

    private var macs: [String] {
        var lines: [String] = []
        tables.macs.forEach { key, entry in
            lines.append("\(name(key.network)) \(key.mac) -> \(name(entry.destination)) \(entry.origin.map { "\($0)" } ?? "?")")
        }
        return lines
    }
}
