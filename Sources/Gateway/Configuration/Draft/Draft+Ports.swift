import Dataplane

extension Draft.Port {
    static let underlayOnlyKeys = ["addresses", "gateway", "neighbors", "vlan", "priority", "dscp", "udp6-zero-checksum"]
    static let accessOnlyKeys = [
        "learning", "mac-limit", "storm-control", "isolated", "split-horizon-group", "loop-detection", "service-tag",
    ]
    static let keys = ["name", "device", "bond", "role", "mtu", "queues"] + accessOnlyKeys + underlayOnlyKeys

    init?(_ node: YAMLNode) {
        guard let port = node.mapping(keys: Draft.Port.keys) else { return nil }
        position = port.position
        name = port.required("name", example: "lan0")?.identifier()
        bond = port["bond"].flatMap(Draft.Bond.init)
        device = port["bond"] == nil ? port.required("device", example: "\"0000:3b:00.0\"")?.device() : nil
        if let device = port["device"], port["bond"] != nil {
            node.findings.error(
                at: device.position, "`device` and `bond` exclude each other", advice: "list the device in `members` of the bond")
        }
        role = port.required("role", example: "access")?.choice(of: Configuration.Role.self)
        mtu = port.value("mtu", default: 1500) { $0.integer(in: Configuration.Limits.mtu, unit: "bytes") }
        queues = port.value("queues", default: .auto) { $0.queueCount() }
        addresses = port.entries("addresses", atMost: Configuration.Limits.addressesPerPort) { $0.interfaceAddress() }
        gateways = port.oneOrMore("gateway", atMost: 2) { $0.ipAddress() }
        neighbors = port.entries("neighbors", atMost: Configuration.Limits.neighborsPerPort, read: Draft.Neighbor.init)
        vlan = port["vlan"]?.vlanID()
        priority = port["priority"]?.priority()
        dscp = port["dscp"]?.dscp()
        udp6ZeroChecksum = port.oneOrMore("udp6-zero-checksum", atMost: 2) { $0.choice(of: Configuration.TrafficDirection.self) }
        learning = port["learning"]?.choice(of: Configuration.Learning.self)
        macLimit = port["mac-limit"]?.macLimit()
        stormControl = port["storm-control"]?.stormControl()
        isolated = port["isolated"]?.flag()
        splitHorizonGroup = port["split-horizon-group"]?.integer(in: Configuration.Limits.splitHorizonGroup)
        loopDetection = port["loop-detection"]?.flag()
        serviceTag = port["service-tag"]?.choice(of: Configuration.ServiceTag.self)
        accessKeys = Draft.Port.accessOnlyKeys.compactMap { key in port[key].map { Located(key, at: $0.position) } }
        underlayKeys = Draft.Port.underlayOnlyKeys.compactMap { key in port[key].map { Located(key, at: $0.position) } }
    }
}

extension Draft.Bond {
    init?(_ node: YAMLNode) {
        guard let bond = node.mapping(keys: ["mode", "members", "hash"]) else { return nil }
        mode = bond.required("mode", example: "lacp")?.choice(of: Configuration.Bond.Mode.self)
        let list = bond.required("members", example: "[\"0000:3b:00.0\", \"0000:3b:00.1\"]")
        members = Entries(of: list, atMost: Configuration.Limits.bondMembers, missingAt: bond.position) { $0.device() }
        hash = bond.value("hash", default: .l34) { $0.choice(of: Configuration.Bond.Hash.self) }
        if let list, members.isEmpty, members.isComplete {
            node.findings.error(at: list.position, "`members` is empty", advice: "name the devices that the bond is made of")
        }
        if case .activeBackup? = mode?.value, let hash = bond["hash"] {
            node.findings.error(
                at: hash.position, "`hash` has no meaning in `active-backup`", advice: "remove it: one member carries everything")
        }
    }
}

extension Draft.Neighbor {
    init?(_ node: YAMLNode) {
        guard let entry = node.mapping(keys: ["address", "mac"]) else { return nil }
        address = entry.required("address", example: "192.0.2.9")?.ipAddress()
        mac = entry.required("mac", example: "\"02:00:00:00:00:09\"")?.unicastMAC()
    }
}

extension YAMLNode {
    fileprivate func queueCount() -> Located<Configuration.QueueCount>? {
        number(in: Configuration.Limits.queues, or: "auto", advice: "leave it out for a receive queue for each worker")?
            .map { $0.map(Configuration.QueueCount.exactly) ?? .auto }
    }

    fileprivate func priority() -> Located<Configuration.Priority>? {
        number(in: Configuration.Limits.priority, or: "dscp", advice: "write `dscp` for the upper three bits of the DSCP")?
            .map { $0.map(Configuration.Priority.fixed) ?? .dscp }
    }

    /// A PCI address or a virtual device with arguments; which devices there are is known only when DPDK starts.
    fileprivate func device() -> Located<String>? {
        parsed(
            "a PCI address or a DPDK virtual device, without spaces",
            advice: "write it as in \"0000:3b:00.0\" or \"net_tap0,iface=vd-lan0\""
        ) { text in
            let isPlain = text.utf8.allSatisfy { 0x21...0x7E ~= $0 } && text.utf8.first != UInt8(ascii: ",")
            return isPlain && Configuration.Limits.deviceByteCount.contains(text.utf8.count) ? text : nil
        }
    }
}
