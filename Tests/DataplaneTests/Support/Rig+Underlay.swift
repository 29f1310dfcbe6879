import Dataplane
import Testing

// Underlays of either family, and what belongs to them.

extension OuterFields {
    /// The fields of a tunnel as `change` has them.
    init(_ change: (inout OuterFields) -> Void) {
        self.init()
        change(&self)
    }
}

extension Rig {
    /// Underlay port `number`, from 0.
    func wan(_ number: Int) -> PortIndex { PortIndex(UInt16(options.accessPorts + number)) }

    func ownAddress(_ family: Family) -> Bytes { family == .ipv4 ? ipv4Address(options.address) : Rig.address6 }

    static func peerAddress(_ tunnel: Int, _ family: Family) -> Bytes {
        family == .ipv4 ? ipv4Address(peerAddress(tunnel)) : peerAddress6(tunnel)
    }

    static func underlayAddress(_ bytes: Bytes) -> UnderlayAddress {
        bytes.count == 4 ? UnderlayAddress(ipv4: UInt32(bytes: bytes)) : UnderlayAddress(bytes: bytes)
    }

    /// Own addresses of both families on all underlay ports.
    func setOwnAddresses() {
        for number in 0..<options.underlayPorts {
            tables.ports.publishAddresses(wan(number), Family.allCases.map { Rig.underlayAddress(ownAddress($0)) })?.deallocate()
        }
    }

    /// The record of a way to remote VTEP `index`, through underlay port `number`.
    func way(
        to index: Int, over family: Family, _ fields: OuterFields = OuterFields(), udpPort: UInt16 = 4789, port number: Int = 0,
        isResolved: Bool = true
    ) -> TunnelRecord {
        TunnelRecord(
            port: wan(number), nextHopMAC: isResolved ? Rig.peerMAC(index) : nil, portMAC: options.wanMAC,
            source: Rig.underlayAddress(ownAddress(family)), destination: Rig.underlayAddress(Rig.peerAddress(index, family)),
            udpPort: udpPort, mtu: options.underlayMTU, fields: fields)
    }

    /// Tunnel `index` over one family, in the place of any that it was before, its sender, and own addresses of both families.
    func makeTunnel(
        _ index: Int, over family: Family, _ fields: OuterFields = OuterFields(), udpPort: UInt16 = 4789, endpoint: Int = 0,
        port number: Int = 0, isResolved: Bool = true
    ) {
        setOwnAddresses()
        let record = way(to: index, over: family, fields, udpPort: udpPort, port: number, isResolved: isResolved)
        tables.tunnels.publish(TunnelIndex(UInt16(index)), record)?.deallocate()
        addSender(Rig.underlayAddress(Rig.peerAddress(index, family)), tunnel: index, endpoint: endpoint)
    }

    /// What comes from this address to an endpoint's UDP port comes from a tunnel.
    func addSender(_ address: UnderlayAddress, tunnel: Int, endpoint number: Int = 0) {
        senders[number][address] = UInt16(tunnel)
        let endpoint = tables[endpoint: number]
        guard address.isIPv4 else {
            endpoint.vteps6.publish(senders[number].filter { !$0.key.isIPv4 })?.deallocate()
            return
        }
        let pairs = senders[number].compactMap { address, tunnel in address.ipv4.map { ($0, TunnelIndex(tunnel)) } }
        endpoint.vteps.publish(Dictionary(uniqueKeysWithValues: pairs))?.deallocate()
    }

    /// What remote VTEP `tunnel` sends us for an inner frame, with the right UDP checksum.
    func arriving(_ inner: Bytes, from tunnel: Int, over family: Family) -> OuterPacket {
        OuterPacket(
            family: family, destinationMAC: options.wanMAC, sourceMAC: Rig.peerMAC(tunnel), source: Rig.peerAddress(tunnel, family),
            destination: ownAddress(family), inner: inner)
    }

    /// What we have to send to remote VTEP `tunnel` for an inner frame, without UDP checksum. Source port and flow label, which have tests of
    /// their own, are taken over from `sent`.
    func leaving(_ inner: Bytes, to tunnel: Int, over family: Family, like sent: Bytes) -> OuterPacket {
        var packet = OuterPacket(
            family: family, destinationMAC: Rig.peerMAC(tunnel), sourceMAC: options.wanMAC, source: ownAddress(family),
            destination: Rig.peerAddress(tunnel, family), trafficClass: ecn(inner), udpChecksum: 0, inner: inner)
        guard sent.count >= family.headerByteCount else { return packet }
        let view = OuterView(sent)
        packet.sourcePort = (49152...65535).contains(view.sourcePort) ? view.sourcePort : 0
        if view.family == .ipv6 { packet.flowLabel = view.flowLabel }
        return packet
    }

    func forward(_ packet: OuterPacket, on port: PortIndex? = nil) throws -> [PortIndex: [Bytes]] {
        try forward(packet.bytes, on: port ?? wan)
    }
}
