import Dataplane

// Addresses, and what control would publish.

extension Rig {
    /// Remote VTEPs are 192.0.2.2 and up, on MACs of their own.
    static func peerAddress(_ tunnel: Int) -> UInt32 { 0xC000_0201 + UInt32(tunnel) }
    static func peerMAC(_ tunnel: Int) -> MACAddress { MACAddress(2, 0xEE, 0, 0, 0, UInt8(tunnel)) }

    func lan(_ number: Int) -> PortIndex { PortIndex(UInt16(number)) }
    var wan: PortIndex { PortIndex(UInt16(options.accessPorts)) }

    /// Members are pairs of access port and VLAN ID, 0 = untagged.
    func makeNetwork(_ index: Int, vni: UInt32, members: [(Int, Int)], tunnels: [Int] = []) {
        makeNetwork(index, vni: vni, places: members.map { .port($0.0, vlan: $0.1) }, tunnels: tunnels)
    }

    /// `places`: on access ports.
    func makeNetwork(_ index: Int, vni: UInt32, places: [Destination], tunnels: [Int] = []) {
        let network = NetworkIndex(UInt16(index))
        tables.networks.set(network, vni: VNI(vni)!)
        for tunnel in tunnels where tables.tunnels[TunnelIndex(UInt16(tunnel))] == nil { makeTunnel(tunnel) }
        tables.networks.publishLocal(network, .make(places)).free()
        tables.networks.publishRemote(network, .make(tunnels.map { .tunnel(TunnelIndex(UInt16($0))) })).free()
        for place in places { tables.ports.vlanMap(place.port!)?.publish(place.tags!, network) }
        tables.vnis.publish(VNI(vni)!, network)
    }

    /// Tunnel `index` to `Rig.peerAddress(index)` through the first underlay port.
    func makeTunnel(_ index: Int, address: UInt32? = nil, mac: MACAddress? = nil, isResolved: Bool = true, udpPort: UInt16 = 4789) {
        let address = address ?? Rig.peerAddress(index)
        let tunnel = TunnelIndex(UInt16(index))
        let record = TunnelRecord(
            port: wan, nextHopMAC: isResolved ? mac ?? Rig.peerMAC(index) : nil, portMAC: options.wanMAC, source: options.address,
            destination: address, udpPort: udpPort, mtu: options.underlayMTU, hardwareChecksum: options.hardwareChecksum)
        tables.tunnels.publish(tunnel, record)?.deallocate()
        addSender(UnderlayAddress(ipv4: address), tunnel: index)
    }

    /// Our own IPv6 address, 2001:db8::1, and that of remote VTEP `tunnel`, 2001:db8::101 and up.
    static let address6 = ipv6Address(1)
    static func peerAddress6(_ tunnel: Int) -> Bytes { ipv6Address(UInt8(tunnel)).replacing(14, 1) }

    /// What remote VTEP `tunnel` sends us over IPv6 for an inner frame.
    func encapsulated6(_ inner: Bytes, from tunnel: Int, vni: UInt32 = 10100) -> VXLANPacket6 {
        VXLANPacket6(
            to: options.wanMAC, from: Rig.peerMAC(tunnel), source: Rig.peerAddress6(tunnel), destination: Rig.address6, vni: vni,
            inner: inner)
    }

    func put(_ mac: MACAddress, _ destination: Destination, network: Int = 1, origin: MACOrigin = .configured) {
        precondition(tables.macs.put(MACKey(network: NetworkIndex(UInt16(network)), mac: mac), destination, origin, now: 1))
    }

    /// Where the gateway believes a station to be.
    func place(of mac: MACAddress, network: Int = 1) -> Destination {
        tables.macs.lookup(MACKey(network: NetworkIndex(UInt16(network)), mac: mac)).destination
    }

    /// What remote VTEP `tunnel` sends us for an inner frame.
    func encapsulated(_ inner: Bytes, from tunnel: Int, vni: UInt32 = 10100) -> VXLANPacket {
        VXLANPacket(
            to: options.wanMAC, from: Rig.peerMAC(tunnel), source: Rig.peerAddress(tunnel), destination: options.address,
            vni: vni,
            inner: inner)
    }

    /// What we have to send to remote VTEP `tunnel` for an inner frame. The source port is taken over from `sent` when it is one of those
    /// that are allowed; its value has tests of its own.
    func expected(
        _ inner: Bytes, to tunnel: Int, vni: UInt32 = 10100, address: UInt32? = nil, mac: MACAddress? = nil, like sent: Bytes
    ) -> Bytes {
        var packet = VXLANPacket(
            to: mac ?? Rig.peerMAC(tunnel), from: options.wanMAC, source: options.address, destination: address ?? Rig.peerAddress(tunnel),
            vni: vni,
            inner: inner)
        packet.ip.tos = ecn(inner)
        let sourcePort = sent.u16(34)
        packet.sourcePort = (49152...65535).contains(sourcePort) ? sourcePort : 0
        return packet.bytes
    }
}

/// The ECN field of the IP packet in a frame, which its outer header takes over (RFC 6040 section 4.1); 0 where it holds none.
func ecn(_ frame: Bytes) -> UInt8 {
    switch frame.u16(12) {
    case 0x0800: frame[15] & 3
    case 0x86DD: frame[15] >> 4 & 3
    default: 0
    }
}

extension Destination {
    static func port(_ number: Int, service: Int = 0, vlan: Int = 0) -> Destination {
        .local(port: PortIndex(UInt16(number)), tags: MemberTags(service: VLANID(UInt16(service)), vlan: VLANID(UInt16(vlan))))
    }
    static func tunnel(_ number: Int) -> Destination { .tunnel(TunnelIndex(UInt16(number))) }
}
