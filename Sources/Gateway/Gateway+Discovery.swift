import Dataplane

// Remote VTEPs that are known only from their packets.

extension Gateway {
    /// A packet came from a VTEP that has no tunnel.
    func meet(_ sender: RemoteVTEP) {
        var remote = sender
        if remote.udpPort == configuration.vxlan.port { remote.udpPort = nil }
        switch reconciler.discover(remote, accept: configuration.vxlan.accept, routes: routes, now: now) {
        case .added:
            if let index = reconciler.tunnels[remote]?.index { tunnelBaselines[index] = counters(of: index) }
            logger.notice("remote VTEP \(remote) discovered")
            // Until its next hop answers, what was flooded to its hosts so far is dropped: ask soon, and for several at once.
            housekeeping.neighborsDue = min(housekeeping.neighborsDue, now + .milliseconds(5))
        case .full:
            housekeeping.vtepsRefused += 1
            guard housekeeping.notices.mayTell(.vtepRefused, now) else { return }
            logger.warning(
                "no room for remote VTEP \(remote): \(reconciler.discovered.count) are discovered; MACs behind it are not learned, frames to them are flooded"
            )
        case .known, .refused: break
        }
    }

    /// By then no MAC that was learned behind it is left.
    func forgetSilentVTEPs(_ now: MonotonicTime) {
        guard configuration.macs.ageing > 0, !reconciler.discovered.isEmpty else { return }
        let gone = reconciler.expire(now: now, silence: .seconds(2 * configuration.macs.ageing)) { counters(of: $0).rxPackets }
        for remote in gone { logger.notice("remote VTEP \(remote) forgotten: silent for long") }
    }

    var routes: UnderlayRoutes { UnderlayRoutes(configuration, ports: reconciler.ports) }
}

extension Configuration.Port {
    /// Tag control of the gateway's own frames: ARP, ND, ICMP, IGMP. Network control has the DSCP CS6, whose upper bits are priority 6 (RFC 4594 section 3.2).
    var controlTag: UInt16? {
        guard let vlan else { return nil }
        switch priority {
        case .fixed(let priority): return UInt16(priority) << 13 | vlan.rawValue
        case .dscp: return 6 << 13 | vlan.rawValue
        }
    }
}
