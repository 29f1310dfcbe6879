import Dataplane

extension Draft.Network {
    static let keys = [
        "name", "vni", "port", "members", "remotes", "group", "group-port", "mtu", "icmp-too-big", "static-macs", "mac-limit",
        "storm-control", "moves", "neighbor-suppression", "neighbors", "multicast-snooping", "inner-tag", "link-local",
    ]

    init?(_ node: YAMLNode) {
        guard let network = node.mapping(keys: Draft.Network.keys) else { return nil }
        position = network.position
        name = network.required("name", example: "blue")?.identifier()
        vni = network.required("vni", example: "10100")?.integer(in: Configuration.Limits.vni).flatMap { number in
            VNI(UInt32(number.value)).map { Located($0, at: number.position) }
        }
        members = network.entries("members", atMost: Configuration.Limits.membersPerNetwork, read: Draft.Member.init)
        remotes = network.entries("remotes", atMost: Configuration.Limits.remotes) { $0.ipAddress() }
        staticMACs = network.entries("static-macs", read: Draft.StaticMAC.init)
        udpPort = network["port"]?.udpPort()
        group = network["group"]?.ipAddress()
        hasGroup = network["group"] != nil
        groupPort = network["group-port"]?.text()
        mtu = network["mtu"]?.integer(in: Configuration.Limits.mtu, unit: "bytes")
        icmpTooBig = network["icmp-too-big"]?.flag()
        macLimit = network["mac-limit"]?.macLimit()
        stormControl = network["storm-control"]?.stormControl()
        moves = network["moves"]?.moveGuard()
        neighborSuppression = network["neighbor-suppression"]?.flag()
        neighbors = network.entries("neighbors", atMost: Configuration.Limits.neighborsPerNetwork, read: Draft.Neighbor.init)
        multicastSnooping = network["multicast-snooping"]?.flag()
        innerTag = network["inner-tag"]?.choice(of: Configuration.InnerTag.self)
        linkLocal = network.oneOrMore("link-local", atMost: Configuration.LinkLocalProtocol.allCases.count) {
            $0.choice(of: Configuration.LinkLocalProtocol.self)
        }
        if let port = network["group-port"], !hasGroup {
            node.findings.error(
                at: port.position, "`group-port` has no meaning without `group`", advice: "add the multicast group, or remove the key")
        }
    }
}

extension Draft.Member {
    init?(_ node: YAMLNode) {
        guard let member = node.mapping(keys: ["port"] + MemberTags.keys) else { return nil }
        let port = member.required("port", example: "lan0")?.text()
        let tags = node.memberTags(of: member)
        if MemberTags.keys.allSatisfy({ member[$0] == nil }) {
            node.findings.error(
                at: node.position, "the member has neither `vlan` nor `untagged`",
                advice: "add `vlan: 100` for tagged frames or `untagged: true` for frames without a tag")
        }
        guard let port, let tags else { return nil }
        self.init(port: port, tags: tags)
    }
}

extension Draft.StaticMAC {
    init?(_ node: YAMLNode) {
        guard let entry = node.mapping(keys: ["mac", "remote", "port"] + MemberTags.keys) else { return nil }
        mac = entry.required("mac", example: "\"02:00:00:00:00:02\"")?.unicastMAC()
        location = Draft.StaticMAC.location(entry, of: node)
    }

    private static func location(_ entry: YAMLMapping, of node: YAMLNode) -> Location? {
        switch (entry["remote"], entry["port"]) {
        case (let remote?, nil):
            if let misplaced = MemberTags.keys.lazy.compactMap({ entry[$0] }).first {
                node.findings.error(
                    at: misplaced.position, "\(misplaced.named) has no meaning beside `remote`",
                    advice: "remove it: tags exist on ports only")
            }
            return remote.ipAddress().map { .remote($0) }
        case (nil, let port?):
            let tags = node.memberTags(of: entry)
            return port.text().map { .port($0, tags: tags) }
        case (nil, nil):
            node.findings.error(
                at: node.position, "the entry has neither `remote` nor `port`",
                advice: "add `remote: 192.0.2.2` or the `port` that the station is behind")
        case (_?, let port?):
            node.findings.error(at: port.position, "`remote` and `port` exclude each other", advice: "keep one of the two")
        }
        return nil
    }
}

extension MemberTags {
    fileprivate static let keys = ["service-vlan", "vlan", "untagged"]
}

extension YAMLNode {
    /// What `service-vlan: N`, `vlan: N` or `untagged: true` in `mapping` say; `nil` when there is none of them, or after reporting what is wrong.
    fileprivate func memberTags(of mapping: YAMLMapping) -> Located<MemberTags>? {
        let service = mapping["service-vlan"]?.vlanID()
        let vlan = mapping["vlan"]?.vlanID()
        let untagged = mapping["untagged"]?.flag()
        if let node = mapping["untagged"], let tag = mapping["service-vlan"] ?? mapping["vlan"] {
            findings.error(at: node.position, "\(tag.named) and `untagged` exclude each other", advice: "keep one of the two")
            return nil
        }
        if let untagged, !untagged.value {
            findings.error(at: untagged.position, "`untagged` can only be true", advice: "remove the key, and give a `vlan`")
            return nil
        }
        if let untagged { return untagged.map { _ in .untagged } }
        guard (service == nil) == (mapping["service-vlan"] == nil), (vlan == nil) == (mapping["vlan"] == nil) else { return nil }
        return (service ?? vlan)?.map { _ in MemberTags(service: service?.value, vlan: vlan?.value) }
    }
}
