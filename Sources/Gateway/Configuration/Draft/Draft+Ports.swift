import Dataplane

extension Draft.Port {
    static let underlayOnlyKeys = ["addresses", "gateway", "neighbors"]
    static let keys = ["name", "device", "role", "mtu", "queues"] + underlayOnlyKeys

    init?(_ node: YAMLNode) {
        guard let port = node.mapping(keys: Draft.Port.keys) else { return nil }
        position = port.position
        name = port.required("name", example: "lan0")?.identifier()
        device = port.required("device", example: "\"0000:3b:00.0\"")?.device()
        role = port.required("role", example: "access")?.choice(of: Configuration.Role.self)
        mtu = port.value("mtu", default: 1500) { $0.integer(in: Configuration.Limits.mtu, unit: "bytes") }
        queues = port.value("queues", default: .auto) { $0.queueCount() }
        addresses = port.entries("addresses", atMost: Configuration.Limits.addressesPerPort) { $0.interfaceAddress() }
        gateway = port["gateway"]?.ipv4Address()
        neighbors = port.entries("neighbors", atMost: Configuration.Limits.neighborsPerPort, read: Draft.Neighbor.init)
        underlayKeys = Draft.Port.underlayOnlyKeys.compactMap { key in port[key].map { Located(key, at: $0.position) } }
    }
}

extension Draft.Neighbor {
    init?(_ node: YAMLNode) {
        guard let entry = node.mapping(keys: ["address", "mac"]) else { return nil }
        address = entry.required("address", example: "192.0.2.9")?.ipv4Address()
        mac = entry.required("mac", example: "\"02:00:00:00:00:09\"")?.unicastMAC()
    }
}

extension YAMLNode {
    fileprivate func queueCount() -> Located<Configuration.QueueCount>? {
        let range = Configuration.Limits.queues
        return parsed(
            "auto or a whole number from \(range.lowerBound) to \(range.upperBound)",
            advice: "leave it out for a receive queue for each worker"
        ) { text in
            if text == "auto" { return .auto }
            guard let number = Int(text), range.contains(number) else { return nil }
            return .exactly(number)
        }
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
