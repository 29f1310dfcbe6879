import Gateway
import Testing

@Suite("Multicast groups")
struct GroupTests {
    @Test(
        "A group reaches beyond one link",
        arguments: [
            ("192.0.2.77", "is not a multicast address; hosts go into `remotes`"),
            ("224.0.0.251", "is in 224.0.0.0/24, which is for protocols of one link; choose a group of your organisation"),
            ("2001:db8::77", "is not a multicast address"), ("ff01::9", "has interface-local scope: packets to it never leave the host"),
            ("ff02::9", "has link-local scope"), ("ff12::9", "has link-local scope"), ("ff00::9", "has a reserved scope"),
            ("ff0f::9", "has a reserved scope"),
        ])
    func scope(group: String, problem: String) {
        ConfigurationCase.underlay(
            ("group: 239.1.1.1", "group: «\"\(group)\""), finds: "error: group \(group) \(problem)"
        ).verify()
    }

    @Test("Groups of wider scopes are taken", arguments: ["224.0.1.0", "239.255.255.255", "ff03::1", "ff05::1", "ff18::1", "ff0e::1"])
    func wideScope(group: String) { ConfigurationCase.underlay(("group: 239.1.1.1", "group: \"\(group)\"")).verify() }

    @Test(
        "The port of a group is an underlay port with an address of its family",
        arguments: [
            ConfigurationCase.underlay(
                ("group-port: wan1", "group-port: «wan2"), finds: "error: there is no port `wan2`; did you mean `wan0`?"),
            .underlay(
                ("group-port: wan1", "group-port: «uplink"),
                finds: "error: there is no port `uplink`; the ports of this file are lan0, wan0, wan1"),
            .underlay(("group-port: wan1", "group-port: «lan0"), finds: "error: access port `lan0` cannot carry a multicast group"),
            .underlay(
                ("198.51.100.1/24, \"2001:db8:1::1/64\"", "198.51.100.1/24"), ("group: 239.1.1.1", "group: ff05::9"),
                ("group-port: wan1", "group-port: «wan1"),
                finds: "error: port `wan1` has no IPv6 address to join ff05::9 with; add one to its `addresses`, or name another port"),
            .changing(
                ("remotes: [198.51.100.7]", "remotes: [198.51.100.7]\n    group: «ff05::9"),
                finds: "error: no underlay port has an IPv6 address to join ff05::9 with; add one to the `addresses` of a port"),
        ])
    func port(_ example: ConfigurationCase) { example.verify() }

    @Test("A group without an underlay port is one finding")
    func withoutUnderlay() {
        ConfigurationCase(
            text: """
                ports: [{ name: a, device: net_tap0, role: access }, { name: b, device: net_tap1, role: access }]
                vxlan: { accept: any }
                networks: [{ name: n, vni: 1, members: [{ port: a, vlan: 1 }, { port: b, vlan: 1 }], group: «239.1.1.1 }]
                """,
            finds: ["error: no underlay port has an IPv4 address to join 239.1.1.1 with; add a port with `role: underlay`"]
        ).verify()
    }

    @Test(
        "Networks may share a group, which is on one port",
        arguments: [
            ConfigurationCase.underlay(("group: \"ff05::1:2\"", "group: 239.1.1.1\n    group-port: wan1")),
            .underlay(
                ("group: \"ff05::1:2\"", "group: «239.1.1.1"),
                finds:
                    "error: group 239.1.1.1 is on port `wan1` for network `blue` (line 42): it cannot be on two; set `group-port: wan1` here"
            ),
            .underlay(
                ("group: \"ff05::1:2\"", "group: 239.1.1.1\n    group-port: «wan0"),
                finds: "error: group 239.1.1.1 is on port `wan1` for network `blue` (line 42)"),
            .underlay(
                ("    group-port: wan1\n", ""), ("group: \"ff05::1:2\"", "group: 239.1.1.1\n    group-port: «wan1"),
                finds: "error: group 239.1.1.1 is on port `wan0` for network `blue` (line 42): it cannot be on two; set `group-port: wan0`"),
            .underlay(("group: \"ff05::1:2\"", "group: 239.1.1.2\n    group-port: wan0")),
        ])
    func sharing(_ example: ConfigurationCase) { example.verify() }

    @Test("There are at most 4096 groups, and a second UDP port makes another of one")
    func count() {
        let head = ConfigurationCase.underlaySample.components(separatedBy: "networks:\n")[0] + "networks:\n"
        func network(_ number: Int, _ group: String, more: String = "") -> String {
            "  - { name: n\(number), vni: \(number + 1), members: [{ port: lan0, vlan: \(number % 4094 + 1) }], group: \(group)\(more) }\n"
        }
        // Members repeat after 4094 VLANs: the last networks have none.
        func many(_ count: Int) -> String {
            (0..<count).map { number in
                let text = network(number, "239.1.\(number / 256).\(number % 256)")
                return number < 4094 ? text : text.replacing("members: [{ port: lan0, vlan: \(number % 4094 + 1) }], ", with: "")
            }.joined()
        }
        #expect(ConfigurationReader.read(head + many(4096), machine: .sample).errors == [])
        let more = ConfigurationReader.read(head + many(4096) + network(4000 + 94, "239.1.0.0", more: ", port: 9"), machine: .sample)
        #expect(more.errors.map(\.message).contains("this is multicast group number 4097: at most 4096 are possible"))
    }

    @Test(
        "Groups that bring nothing are warned about",
        arguments: [
            ConfigurationCase.underlay(
                ("accept: [203.0.113.0/24, \"2001:db8:2::/48\"]", "accept: configured"), ("group: \"ff05::1:2\"", "group: «\"ff05::1:2\""),
                finds:
                    "warning: members of group ff05::1:2 are heard only as far as other networks name them: network `red` has no remotes, and `accept` is `configured`; set `vxlan: accept` to"
            ),
            .underlay(
                ("accept: [203.0.113.0/24, \"2001:db8:2::/48\"]", "accept: []"), ("group: \"ff05::1:2\"", "group: «\"ff05::1:2\""),
                finds: "warning: members of group ff05::1:2 are heard only"),
            .underlay(("accept: [203.0.113.0/24, \"2001:db8:2::/48\"]", "accept: any")),
            .changing(
                ("    remotes: [192.0.2.2, 192.0.2.3]\n", "    group: «239.1.1.1\n"),
                ("    remotes: [198.51.100.7]\n", "    group: «239.1.1.2\n"),
                ("      - { mac: \"02:00:00:00:00:02\", remote: 192.0.2.2 }\n", ""),
                finds: "warning: members of group 239.1.1.1 are not heard at all: network `blue` has no remotes",
                "warning: members of group 239.1.1.2 are not heard at all"),
            .underlay(
                ("group: 239.1.1.1", "group: «232.1.1.1"), ("group: \"ff05::1:2\"", "group: «\"ff3e::8000:1\""),
                finds: "warning: group 232.1.1.1 is source-specific: routers ignore who joins it for any source (RFC 4607)",
                "warning: group ff3e::8000:1 is source-specific"),
        ])
    func advice(_ example: ConfigurationCase) { example.verify() }

    @Test("A network with a group has somewhere to forward to, and its port is used")
    func reach() {
        ConfigurationCase.changing(
            ("    remotes: [192.0.2.2, 192.0.2.3]\n", "    group: 239.1.1.1\n"),
            ("    remotes: [198.51.100.7]\n", "    group: 239.1.1.2\n"),
            ("  port: 4789\n", "  port: 4789\n  accept: any\n"), ("remote: 192.0.2.2", "remote: 192.0.2.2")
        ).verify()
    }
}
