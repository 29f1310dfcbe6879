import Gateway
import Testing

@Suite("Ports")
struct PortTests {
    @Test(
        "Names and devices are well formed",
        arguments: [
            ConfigurationCase.changing(
                ("name: red", "name: «a b"),
                finds:
                    "error: `name` must be 1 to 63 letters, digits, dots, dashes or underscores, the first one a letter or digit, not `a b`"
            ),
            .changing(("name: red", "name: «-red"), finds: "error: `name` must be 1 to 63"),
            .changing(("name: red", "name: «röd"), finds: "error: `name` must be 1 to 63"),
            .changing(("name: red", "name: «\"\""), finds: "error: `name` must be 1 to 63"),
            .changing(("name: red", "name: «" + String(repeating: "r", count: 64)), finds: "error: `name` must be 1 to 63"),
            .changing(
                ("\"0000:3b:00.0\"", "«\"net_tap2, iface=x\""),
                finds: "error: `device` must be a PCI address or a DPDK virtual device, without spaces"),
            .changing(("\"0000:3b:00.0\"", "«\",iface=x\""), finds: "error: `device` must be"),
            .changing(("\"0000:3b:00.0\"", "«net_" + String(repeating: "x", count: 252)), finds: "error: `device` must be"),
            .changing(
                ("mtu: 1600", "mtu: «9601"), finds: "error: `mtu` must be a whole number from 68 to 9600 (bytes), not `9601`"),
            .changing(("mtu: 1500", "mtu: «67"), finds: "error: `mtu` must be"),
            .changing(("mtu: 1500", "queues: «0"), finds: "error: `queues` must be auto or a whole number from 1 to 32, not `0`"),
            .changing(("mtu: 1500", "queues: «33"), finds: "error: `queues` must be"),
            .changing(("mtu: 1500", "queues: «all"), finds: "error: `queues` must be"),
        ])
    func wellFormed(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Names, devices, kernel interfaces and VNIs are unique",
        arguments: [
            ConfigurationCase.changing(
                ("name: lan1\n", "name: «lan0\n"), ("port: lan1", "port: lan0"), ("port: lan0 }\n", "port: lan0, vlan: 100 }\n"),
                finds: "error: port name `lan0` is already used on line 8"),
            .changing(("name: red", "name: «blue"), finds: "error: network name `blue` is already used on line 30"),
            .changing(("vni: 10200", "vni: «10100"), finds: "error: VNI 10100 is already used on line 31"),
            .changing(
                ("net_tap1,iface=vd-lan1\"", "net_tap0,iface=vd-lan1\""),
                ("device: \"net_tap0,iface=vd-lan1", "device: «\"net_tap0,iface=vd-lan1"),
                finds: "error: device `net_tap0` is already used on line 9"),
            .changing(
                ("\"net_tap1,iface=vd-lan1\"", "«\"net_tap1,iface=vd-lan0\""),
                finds: "error: kernel interface `vd-lan0` is already used on line 9"),
            .changing(
                ("\"net_tap1,iface=vd-lan1\"", "0000:3B:00.0"), ("\"0000:3b:00.0\"", "«3b:00.0,arg=1"),
                finds: "error: device `0000:3b:00.0` is already used on line 13"),
        ])
    func unique(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Keys fit the role",
        arguments: [
            ConfigurationCase.changing(
                ("mtu: 1500", "mtu: 1500\n    addresses: «[192.0.2.5/24]\n    gateway: «192.0.2.6\n    neighbors: «[]"),
                finds: "error: `addresses` has no meaning on an access port; remove it", "error: `gateway` has no meaning",
                "error: `neighbors` has no meaning"),
            .changing(
                ("addresses: [192.0.2.1/24]", "addresses: «[]"), ("    gateway: 192.0.2.254\n", ""),
                ("    neighbors:\n      - { address: 192.0.2.9, mac: \"02:00:00:00:00:09\" }\n", ""),
                finds: "error: an underlay port needs an address"),
        ])
    func roles(_ example: ConfigurationCase) { example.verify() }

    @Test("A port has a receive queue for each worker, or as many as it is given")
    func queues() throws {
        let text = ConfigurationCase.sample.replacing("mtu: 1500", with: "queues: 1").replacing(
            "mtu: 1600", with: "queues: auto\n    mtu: 1600")
        let configuration = try #require(ConfigurationReader.read(text, machine: .sample).configuration)
        #expect(configuration.ports.map(\.queues) == [.exactly(1), .auto, .auto])
    }

    @Test("There are at most 32 ports")
    func portCount() {
        let many = (3..<33).map { "  - { name: p\($0), device: net_tap\($0), role: access }\n" }
        let text = ConfigurationCase.sample.replacing(
            "vxlan:\n", with: many.dropLast().joined() + "  - «" + many[29].dropFirst(4) + "vxlan:\n")
        ConfigurationCase(text: text, finds: ["error: `ports` has 33 entries: at most 32 are possible"]).verify()
    }

    @Test(
        "Ports that do nothing and devices of unknown form are warned about",
        arguments: [
            ConfigurationCase.changing(
                ("\"0000:3b:00.0\"", "«eth0"), finds: "warning: `eth0` is neither a PCI address nor a common virtual device"),
            .changing(
                ("mtu: 1500", "queues: «3"),
                finds: "warning: 3 receive queues for 2 workers: more queues than workers cost time and bring nothing"),
            .changing(
                ("- { port: lan1, untagged: true }", "- { port: lan0, vlan: 7 }"), ("name: lan1", "name: «lan1"),
                ("port: lan0 }\n", "port: lan0, vlan: 7 }\n"),
                finds: "warning: port `lan1` is a member of no network: what it receives is dropped"),
            .changing(
                ("    remotes: [192.0.2.2, 192.0.2.3]\n", ""),
                ("{ mac: \"02:00:00:00:00:02\", remote: 192.0.2.2 }", "{ mac: \"02:00:00:00:00:02\", port: lan1 }"),
                ("    remotes: [198.51.100.7]\n", ""), ("name: red", "name: «red"), ("name: wan0", "name: «wan0"),
                finds: "warning: underlay port `wan0` is not used: no network has remotes",
                "warning: the network has one member and no remotes"),
        ])
    func advice(_ example: ConfigurationCase) { example.verify() }
}
