import Dataplane

/// The configuration of a gateway for a generator's traffic, as the YAML file that `viaduct run` reads.
package struct GatewayConfiguration {
    private let settings: Settings

    package init(_ settings: Settings) { self.settings = settings }

    package var text: String {
        """
        system: { cores: [\(core)], memory: \(memory), hugepages: auto }
        ports:
          - { name: lan0, device: "\(Self.peer(of: settings.access, 0))", role: access, mtu: \(mtu) }
          - { name: wan0, device: "\(Self.peer(of: settings.underlay, 1))", role: underlay, mtu: \(mtu + FrameLayout.outerBytes), \
        addresses: [\(IPv4Text(settings.outer.gateway))/\(prefixLength)] }
        vxlan: { port: \(settings.outer.udpPort) }
        macs: { capacity: \(max(65_536, 2 * settings.plan.flows)) }
        networks:

        """ + settings.plan.vlans.map { network($0) + "\n" }.joined()
    }

    private func network(_ vlan: UInt16) -> String {
        let remotes = (0..<settings.outer.vteps).map { IPv4Text(settings.outer.firstVTEP + UInt32($0)).description }
        let members = "members: [{ port: lan0, vlan: \(vlan) }], remotes: [\(remotes.joined(separator: ", "))]"
        return "  - { name: vlan\(vlan), vni: \(settings.plan.vniBase + UInt32(vlan)), \(members) }"
    }

    /// A core that the generator does not use, if there is one.
    private var core: Int { UsableCPUs.read().first { !settings.cores.contains($0) } ?? 0 }

    private var memory: Int { settings.sizes.largest > 2000 ? 512 : 256 }

    /// For the largest frame inside; at least so much that the underlay's is the usual 1500.
    private var mtu: Int { max(1500 - FrameLayout.outerBytes, settings.sizes.largest - 18) }

    /// Of the smallest subnet, of 256 addresses or more, that has the gateway and all VTEPs in it.
    private var prefixLength: Int {
        let difference = (settings.outer.gateway ^ settings.outer.firstVTEP) | (settings.outer.gateway ^ settings.outer.lastVTEP)
        return min(24, difference.leadingZeroBitCount)
    }

    /// The device at the other end of a generator's device in shared memory.
    package static func peer(of device: String?, _ number: Int) -> String {
        let parts = (device ?? "").split(separator: ",").map(String.init)
        if let name = parts.first, name.hasPrefix("net_virtio_user"), let path = parts.first(where: { $0.hasPrefix("path=") }) {
            return "net_vhost\(number),iface=\(path.dropFirst("path=".count))"
        }
        if let name = parts.first, name.hasPrefix("net_memif"), parts.contains("role=client") {
            return (["net_memif\(number)"] + parts.dropFirst().map { $0 == "role=client" ? "role=server" : $0 }).joined(separator: ",")
        }
        return "PUT THE GATEWAY'S DEVICE HERE"
    }
}
