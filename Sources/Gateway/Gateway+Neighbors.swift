import Dataplane

// Hosts of networks that suppress ARP and ND.

extension Gateway {
    /// The MAC that hosts are probed from: that of the first access port, which no host has.
    var prober: NeighborProber {
        let ports = reconciler.ports.all
        return NeighborProber(mac: (ports.first { $0.role == .access } ?? ports[0]).mac)
    }

    /// Takes up what the configuration says, at start and after each reload.
    func setNeighborNetworks() {
        var wanted: [NetworkIndex: HostNeighbors.Wanted] = [:]
        for (vni, network) in reconciler.networks where network.policy.suppressesNeighbors {
            let pairs = network.policy.neighbors.map { ($0.address, $0.mac) }
            wanted[network.index] = HostNeighbors.Wanted(
                vni: vni, udpPort: network.udpPort, neighbors: Dictionary(pairs) { first, _ in first })
        }
        let ageing = configuration.macs.ageing
        hostNeighbors.timing.lifetime = ageing > 0 ? .seconds(ageing) : HostNeighborTiming().lifetime
        machinery.tables.neighbors.setOwnMAC(prober.mac)
        perform(hostNeighbors.setNetworks(wanted, now: now))
        machinery.tables.setObservesNeighbors(!wanted.isEmpty)
    }

    /// A frame of a network that tells where a host is, perhaps.
    func hearNeighbor(_ frame: TenantFrame) {
        // A frame of our own that comes back says nothing.
        guard hostNeighbors.covers(frame.network), frame.frame.count >= EthernetHeader.byteCount, frame.frame.readMAC(at: 6) != prober.mac
        else { return }
        if let answer = prober.answer(to: frame.frame) { inject(answer, network: frame.network, to: frame.origin) }
        do throws(NeighborSightingError) {
            perform(hostNeighbors.hear(try NeighborSighting(frame: frame.frame), in: frame.network, now: now))
        } catch .irrelevant {
        } catch {
            hostNeighbors.ignore()
        }
    }

    /// Probes hosts that were silent for long.
    func tendNeighbors(_ now: MonotonicTime) {
        if !hostNeighbors.isEmpty { perform(hostNeighbors.tick(now: now)) }
    }

    private func perform(_ actions: [HostNeighborAction]) {
        for action in actions {
            switch action {
            case .publish(let key, let neighbor):
                if !machinery.tables.neighbors.put(key.network, key.address.underlay, neighbor) { housekeeping.neighborsUnpublished += 1 }
            case .withdraw(let key): machinery.tables.neighbors.remove(key.network, key.address.underlay)
            case .probe(let key, let mac):
                // A host whose place is forgotten is asked by whoever wants it: that is flooded.
                let place = machinery.tables.macs.lookup(MACKey(network: key.network, mac: mac)).destination
                if place.isLocal || place.isTunnel { inject(prober.probe(key.address, at: mac), network: key.network, to: place) }
            }
        }
    }
}
