import Dataplane

/// What hosts of a network send to groups.
enum MulticastFrames {
    /// The MAC of a group of four or of sixteen bytes (RFC 1112 section 6.4, RFC 2464 section 7).
    static func mac(_ group: Bytes) -> MACAddress {
        group.count == 4
            ? MACAddress(1, 0, 0x5E, group[1] & 0x7F, group[2], group[3])
            : MACAddress(0x33, 0x33, group[12], group[13], group[14], group[15])
    }

    /// A datagram to a group.
    static func data(_ group: Bytes, from: MACAddress = Blue.a, next: UInt8 = 17, payload: Bytes = udp(from: 1000, to: 2000, [1, 2, 3]))
        -> Bytes
    {
        if group.count == 4 {
            let address = group.reduce(0) { $0 << 8 | UInt32($1) }
            return ethernet(to: mac(group), from: from, IPv4Packet(destination: address, proto: next, payload: payload).bytes)
        }
        return ethernet(to: mac(group), from: from, type: 0x86DD, IPv6Packet(destination: group, next: next, payload: payload).bytes)
    }

    /// A message of IGMP; its checksum is nothing that workers look at.
    static func igmp(_ type: UInt8, to group: Bytes, from: MACAddress = Blue.a, options: Bytes = Bytes(hex: "94040000")) -> Bytes {
        let address = group.reduce(0) { $0 << 8 | UInt32($1) }
        let packet = IPv4Packet(destination: address, proto: 2, ttl: 1, options: options, payload: [type, 0, 0, 0] + group)
        return ethernet(to: mac(group), from: from, packet.bytes)
    }

    /// A message of MLD behind its hop-by-hop header, which may be longer than needed.
    static func mld(_ type: UInt8, to group: Bytes, from: MACAddress = Blue.a, hopByHopWords: Int = 0) -> Bytes {
        let padding: Bytes = hopByHopWords == 0 ? [1, 0] : [1, UInt8(8 * hopByHopWords)] + Bytes(repeating: 0, count: 8 * hopByHopWords)
        let hopByHop: Bytes = [58, UInt8(hopByHopWords), 5, 2, 0, 0] + padding
        let message: Bytes = [type, 0, 0, 0, 0, 0, 0, 0] + group
        return ethernet(
            to: mac(group), from: from, type: 0x86DD,
            IPv6Packet(destination: group, next: 0, hopLimit: 1, payload: hopByHop + message).bytes)
    }

    static let allRouters: [Family: Bytes] = [.ipv4: [224, 0, 0, 2], .ipv6: ipv6Address(2, prefix: [0xFF, 2])]
    static let allHosts: [Family: Bytes] = [.ipv4: [224, 0, 0, 1], .ipv6: ipv6Address(1, prefix: [0xFF, 2])]
    static let reportReceivers: [Family: Bytes] = [.ipv4: [224, 0, 0, 22], .ipv6: ipv6Address(0x16, prefix: [0xFF, 2])]
}

extension Rig {
    /// Has a network snoop, with what workers are to know of groups.
    func snoop(_ targets: MulticastTargets, network: Int = 1) {
        let network = NetworkIndex(UInt16(network))
        tables.networks.setFeatures(network, .multicastSnooping)
        tables.networks.publishMulticast(network, targets)?.deallocate()
    }

    /// The same in network blue: these places lead to routers, these are members of the groups.
    func snoop(routers: [Destination], reports: [Destination]? = nil, _ members: [Bytes: [Destination]?]) {
        let family = MulticastTargets.Family(routers: Rig.places(routers), reports: Rig.places(reports ?? routers))
        var targets = MulticastTargets()
        (targets.ipv4, targets.ipv6) = (family, family)
        for (group, places) in members { targets.groups[Rig.underlayAddress(group)] = .some(places.map { Rig.places($0 + routers) }) }
        snoop(targets)
    }

    private static func places(_ places: [Destination]) -> MulticastTargets.Places {
        MulticastTargets.Places(local: places.filter(\.isLocal), remote: places.filter(\.isTunnel))
    }

    /// Frames that control has been shown.
    var shown: [TenantFrame] {
        var frames: [TenantFrame] = []
        while let frame = exchange.nextTenantFrame() { frames.append(frame) }
        return frames
    }
}
