import Dataplane

/// The gateway's tables, filled for a ``Traffic`` as control would: ports and VTEPs of each stream, networks on all of them.
package struct Topology {
    package let tables: Tables
    package let traffic: Traffic

    package static func access(_ stream: Int) -> PortIndex { PortIndex(UInt16(2 * stream)) }
    package static func underlay(_ stream: Int) -> PortIndex { PortIndex(UInt16(2 * stream + 1)) }
    package static func tunnel(_ vtep: Int) -> TunnelIndex { TunnelIndex(UInt16(vtep + 1)) }
    package static func index(_ network: Int) -> NetworkIndex { NetworkIndex(UInt16(network + 1)) }

    /// Everything but ``setPorts(stream:access:underlay:)``. The tables are the caller's.
    package init(_ tables: Tables, _ traffic: Traffic) {
        self.tables = tables
        self.traffic = traffic
    }

    package func setPorts(stream: Int, access: Device, underlay: Device) {
        for (port, device) in [(Topology.access(stream), access), (Topology.underlay(stream), underlay)] {
            var record = tables.ports[port]
            record.device = device.number
            record.mac = Traffic.underlayMAC.bits
            record.isUnderlay = port == Topology.underlay(stream) ? 1 : 0
            record.frameMaximum = 1514
            record.multipleSegments = 1
            tables.ports.set(port, record, sharedTransmit: false, node: -1)
        }
        tables.ports.publishAddresses(Topology.underlay(stream), [traffic.underlayAddress])?.deallocate()
        tables.ports.setAcceptsZeroChecksum(Topology.underlay(stream), traffic.underlay == .ipv6)
    }

    /// After the ports.
    package func setForwarding() {
        setTunnels()
        for network in 0..<traffic.networks { setNetwork(network) }
    }

    private func setTunnels() {
        var known: [UnderlayAddress: TunnelIndex] = [:]
        for vtep in 0..<traffic.streams * traffic.vteps {
            let record = TunnelRecord(
                port: Topology.underlay(vtep / traffic.vteps), nextHopMAC: Traffic.vtepMAC(vtep), portMAC: Traffic.underlayMAC,
                source: traffic.underlayAddress, destination: traffic.vtepAddress(vtep), udpPort: 4789, mtu: 1600,
                fields: traffic.underlay.fields)
            tables.tunnels.publish(Topology.tunnel(vtep), record)?.deallocate()
            known[traffic.vtepAddress(vtep)] = Topology.tunnel(vtep)
        }
        if traffic.underlay.isIPv6 {
            tables[endpoint: 0].vteps6.publish(known.mapValues(\.rawValue))?.deallocate()
        } else {
            tables.vteps.publish(Dictionary(uniqueKeysWithValues: known.map { ($0.key.ipv4!, $0.value) }))?.deallocate()
        }
    }

    private func setNetwork(_ network: Int) {
        let index = Topology.index(network)
        let vlan = traffic.vlan(network)
        let accessPorts = (0..<traffic.streams).map(Topology.access)
        tables.networks.set(index, vni: traffic.vni(network))
        _ = tables.networks.publishLocal(index, .make(accessPorts.map { .local(port: $0, vlan: vlan) }))
        _ = tables.networks.publishRemote(index, .make((0..<traffic.streams * traffic.vteps).map { .tunnel(Topology.tunnel($0)) }))
        for port in accessPorts { tables.ports.vlanMap(port)!.publish(MemberTags(vlan: vlan), index) }
        tables.vnis.publish(traffic.vni(network), index)
    }

    /// A stream teaches its sources; the destinations must be known before, or everything would be flooded.
    package func learnHosts() {
        for pair in 0..<traffic.pairs {
            let network = traffic.network(pair)
            let index = Topology.index(network)
            let local = Destination.local(port: Topology.access(traffic.stream(pair)), vlan: traffic.vlan(network))
            let remote = Destination.tunnel(Topology.tunnel(traffic.vtep(pair)))
            var previous = Destination.none
            _ = tables.macs.learn(MACKey(network: index, mac: traffic.localMAC(pair)), local, now: 1, previous: &previous)
            _ = tables.macs.learn(MACKey(network: index, mac: traffic.remoteMAC(pair)), remote, now: 1, previous: &previous)
        }
    }
}
