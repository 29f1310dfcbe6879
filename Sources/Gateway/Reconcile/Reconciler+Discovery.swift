import Dataplane

// Remote VTEPs that no configuration names, and that may send: each gets a tunnel when it is heard, so that MACs can be learned behind it, and loses it when it
// has been silent for long.

extension Reconciler {
    package enum Discovery: Equatable {
        case added, known
        /// No route, or not to be accepted (any more).
        case refused
        case full
    }

    /// A packet has come from `remote`.
    package mutating func discover(
        _ remote: RemoteVTEP, accept: Configuration.Accept, routes: UnderlayRoutes, now: MonotonicTime
    ) -> Discovery {
        guard tunnels[remote] == nil else { return .known }
        guard accept.contains(remote.address), let route = routes.lookup(remote.address) else { return .refused }
        guard discovered.count < Configuration.Limits.discoveredVTEPs else { return .full }
        guard addTunnel(remote, route, now: now) else {
            removeTunnel(remote)
            finish()
            return .full
        }
        discovered[remote] = now
        state.tunnels[remote] = route
        publishVTEPs()
        finish()
        return .added
    }

    /// Removes what has been silent for `silence`; `packets` tells how many have come from a tunnel so far.
    package mutating func expire(now: MonotonicTime, silence: Duration, packets: (TunnelIndex) -> UInt64) -> [RemoteVTEP] {
        var gone: [RemoteVTEP] = []
        for (remote, heard) in discovered {
            guard let tunnel = tunnels[remote] else { continue }
            let count = packets(tunnel.index)
            if count != heardPackets[tunnel.index] {
                heardPackets[tunnel.index] = count
                discovered[remote] = now
            } else if heard + silence <= now {
                gone.append(remote)
            }
        }
        for remote in gone {
            discovered[remote] = nil
            state.tunnels[remote] = nil
            if let index = tunnels[remote]?.index { heardPackets[index] = nil }
            removeTunnel(remote)
        }
        if !gone.isEmpty {
            publishVTEPs()
            finish()
        }
        return gone.sorted()
    }

    /// What was discovered and is still wanted under another configuration becomes part of it.
    mutating func keepDiscovered(in wanted: inout WantedState, routes: UnderlayRoutes) {
        for remote in discovered.keys {
            if wanted.tunnels[remote] == nil, wanted.vxlan.accept.contains(remote.address), let route = routes.lookup(remote.address) {
                wanted.tunnels[remote] = route
            } else {
                discovered[remote] = nil
            }
        }
    }
}

extension Configuration.Accept {
    package func contains(_ address: IPAddress) -> Bool {
        switch self {
        case .configured: false
        case .any: true
        case .prefixes(let list): list.contains { $0.contains(address) }
        }
    }
}
