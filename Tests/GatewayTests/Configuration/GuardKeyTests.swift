import Gateway
import Testing

@Suite("Keys that limit and guard")
struct GuardKeyTests {
    @Test(
        "Values are of their form and in range",
        arguments: [
            ConfigurationCase.changing(
                ("vni: 10200", "vni: 10200\n    mac-limit: «0"),
                finds: "error: `mac-limit` must be a whole number from 1 to 16777216 (MACs), not `0`; choose a number in that range"),
            .changing(
                ("vni: 10200", "vni: 10200\n    mac-limit: «{}"), finds: "error: `maximum` is missing in `mac-limit`; add `maximum: 1000`"),
            .changing(
                ("vni: 10200", "vni: 10200\n    mac-limit: { maximum: 5, action: «droop }"),
                finds: "error: `action` must be flood or drop or replace-oldest, not `droop`; did you mean `drop`?"),
            .changing(
                ("vni: 10200", "vni: 10200\n    storm-control: «{}"),
                finds: "error: `storm-control` limits nothing; add a rate, for example `broadcast: 1000`, or remove the key"),
            .changing(
                ("vni: 10200", "vni: 10200\n    storm-control: { «broadcasts: 10 }"),
                finds: "error: unknown key `broadcasts` in `storm-control`; did you mean `broadcast`?"),
            .changing(
                ("vni: 10200", "vni: 10200\n    storm-control: { multicast: «0 }"),
                finds: "error: `multicast` must be a whole number from 1 to 100000000 (frames a second), not `0`"),
            .changing(
                ("vni: 10200", "vni: 10200\n    moves: { window: «0 }"),
                finds: "error: `window` must be a whole number from 1 to 86400 (seconds), not `0`"),
            .changing(
                ("vni: 10200", "vni: 10200\n    inner-tag: «strip-all"),
                finds: "error: `inner-tag` must be drop or strip or keep, not `strip-all`"),
            .changing(
                ("vni: 10200", "vni: 10200\n    link-local: [bpdu, «stp]"),
                finds: "error: `link-local` must be bpdu or pause or lacp or lldp, not `stp`"),
            .changing(
                ("iface=vd-lan1\"\n    role: access", "iface=vd-lan1\"\n    role: access\n    learning: «never"),
                finds: "error: `learning` must be on or off or sticky or locked, not `never`"),
            .changing(
                ("iface=vd-lan1\"\n    role: access", "iface=vd-lan1\"\n    role: access\n    split-horizon-group: «256"),
                finds: "error: `split-horizon-group` must be a whole number from 1 to 255, not `256`"),
            .changing(
                ("role: underlay", "role: underlay\n    isolated: «true"),
                finds: "error: `isolated` has no meaning on an underlay port; remove it, or make the port `role: access`"),
        ])
    func forms(_ example: ConfigurationCase) { example.verify() }

    @Test("Everything is read as it is written, and off where it is not")
    func values() throws {
        let ports = ConfigurationCase.changing(
            (
                "role: access\n    mtu: 1500",
                "role: access\n    learning: sticky\n    mac-limit: 7\n    isolated: true\n    split-horizon-group: 3\n    storm-control: { broadcast: 10, unknown-unicast: 20, multicast: 30 }\n    loop-detection: true"
            ),
            (
                "vni: 10200",
                "vni: 10200\n    mac-limit: { maximum: 9, action: replace-oldest }\n    moves: { maximum: 3 }\n    inner-tag: keep\n    link-local: [lldp, bpdu]\n    multicast-snooping: true\n    neighbor-suppression: true\n    neighbors:\n      - { address: 10.0.0.1, mac: \"02:00:00:00:00:01\" }"
            ))
        let configuration = try #require(ConfigurationReader.read(ports.text, machine: .sample).configuration)
        let port = try #require(configuration.ports.first { $0.name == "lan0" })
        #expect(port.learning == .sticky && port.macLimit == .init(maximum: 7) && port.isIsolated && port.splitHorizonGroup == 3)
        #expect(port.stormControl == .init(broadcast: 10, unknownUnicast: 20, multicast: 30) && port.detectsLoops)
        let other = try #require(configuration.ports.first { $0.name == "lan1" })
        #expect(other.learning == .on && other.macLimit == nil && !other.isIsolated && other.stormControl.isEmpty && !other.detectsLoops)
        let red = try #require(configuration.networks.first { $0.vni.rawValue == 10200 })
        #expect(red.macLimit == .init(maximum: 9, action: .replaceOldest) && red.moves == .init(maximum: 3, window: 180, hold: 180))
        #expect(red.innerTag == .keep && red.linkLocal == [.lldp, .bpdu] && red.snoopsMulticast && red.suppressesNeighbors)
        #expect(red.neighbors.count == 1)
        let blue = try #require(configuration.networks.first { $0.vni.rawValue == 10100 })
        #expect(blue.macLimit == nil && blue.moves == nil && blue.innerTag == .drop && blue.linkLocal.isEmpty)
        #expect(configuration.macs.moves == .init(maximum: 5, window: 180, hold: 180) && configuration.macs.whenFull == .flood)
    }

    @Test("What a network leaves out of its guard against moves is as in `macs`", arguments: [("{ hold: 7 }", 7), ("{}", 60)])
    func partialMoves(text: String, hold: Int) throws {
        let file = ConfigurationCase.changing(
            ("ageing: 300", "ageing: 300\n  moves: { maximum: 0, hold: 60 }"), ("vni: 10200", "vni: 10200\n    moves: \(text)"))
        let configuration = try #require(ConfigurationReader.read(file.text, machine: .sample).configuration)
        #expect(configuration.macs.moves == .init(maximum: 0, window: 180, hold: 60))
        #expect(configuration.networks[1].moves == .init(maximum: 0, window: 180, hold: hold))
    }

    @Test(
        "Limits that are never reached or keep no promise are warned about",
        arguments: [
            ConfigurationCase.changing(
                ("capacity: 65536", "capacity: 1024"), ("vni: 10200", "vni: 10200\n    mac-limit: «1025"),
                finds: "warning: the network may have 1025 MACs, and the table has room for 1024 (`macs: capacity`)"),
            .changing(
                ("iface=vd-lan1\"\n    role: access", "iface=vd-lan1\"\n    role: access\n    mac-limit: «65537"),
                finds: "warning: the port may have 65537 MACs, and the table has room for 65536"),
            .changing(
                ("iface=vd-lan1\"\n    role: access", "iface=vd-lan1\"\n    role: access\n    learning: locked\n    mac-limit: «5"),
                finds: "warning: the port learns no MACs (`learning: locked`): the limit is never reached"),
            .changing(
                ("capacity: 65536", "capacity: «1024"), ("vni: 10100", "vni: 10100\n    mac-limit: 600"),
                ("vni: 10200", "vni: 10200\n    mac-limit: 600"),
                finds: "warning: networks may have 1202 MACs together, and the table has room for 1024"),
            .changing(("capacity: 65536", "capacity: 1024"), ("vni: 10100", "vni: 10100\n    mac-limit: 600")),
            .changing(
                ("device: \"net_tap1,iface=vd-lan1\"", "bond: { mode: balance, members: [«eth0, «eth1] }"),
                finds: "warning: `eth0` is neither a PCI address nor a common virtual device", "warning: `eth1` is neither"),
        ])
    func contradictions(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "A network that keeps inner tags has no member whose frames could become those of another network's member",
        arguments: [
            ConfigurationCase.changing(
                ("vni: 10100", "vni: 10100\n    inner-tag: keep"), ("lan1, untagged: true", "lan1, untagged: «true"),
                ("{ port: lan0, vlan: 200 }", "{ port: lan1, vlan: 200 }"),
                finds: "error: the network keeps inner tags, and port `lan1` is also a member with VLAN 200 (line 42)"),
            .changing(
                ("vni: 10100", "vni: 10100\n    inner-tag: keep"), ("lan0, vlan: 100", "lan0, service-vlan: «100"),
                ("{ port: lan0, vlan: 200 }", "{ port: lan0, service-vlan: 100, vlan: 200 }"),
                finds: "error: the network keeps inner tags, and port `lan0` is also a member with service VLAN 100 VLAN 200"),
            .changing(
                ("vni: 10100", "vni: 10100\n    inner-tag: keep"), ("lan0, vlan: 100", "lan0, service-vlan: 100"),
                ("{ port: lan0, vlan: 200 }", "{ port: lan0, service-vlan: 101, vlan: 200 }")),
            .changing(("vni: 10100", "vni: 10100\n    inner-tag: keep")),
            .changing(
                ("vni: 10100", "vni: 10100\n    inner-tag: strip"), ("{ port: lan0, vlan: 200 }", "{ port: lan1, vlan: 200 }")),
        ])
    func keptTags(_ example: ConfigurationCase) { example.verify() }
}
