import Gateway
import Testing

@Suite("The MTU audit")
struct MTUAuditTests {
    @Test(
        "The underlay carries the largest access frame with its encapsulation",
        arguments: [
            ConfigurationCase.changing(
                ("mtu: 1600", "mtu: «1549"),
                finds:
                    "error: MTU 1549 of underlay port `wan0` is too small: network `blue` carries frames of `lan0`, whose MTU 1500 needs 1550; set `mtu: 1550` or more here, or at most 1499 on `lan0`, or `icmp-too-big: true` in the network"
            ),
            .changing(("mtu: 1600", "mtu: 1550")),
            .changing(
                ("mtu: 1500", "mtu: 9000"), ("mtu: 1600", "mtu: «1600"),
                finds:
                    "error: MTU 1600 of underlay port `wan0` is too small: network `blue` carries frames of `lan0`, whose MTU 9000 needs 9050"
            ),
            .changing(
                ("role: underlay\n    mtu: 1600", "role: underlay"), ("- name: wan0", "- «name: wan0"),
                finds: "error: MTU 1500 of underlay port `wan0` is too small"),
            .changing(
                ("mtu: 1500", "mtu: 9600"), ("mtu: 1600", "mtu: «9600"),
                finds:
                    "error: MTU 9600 of underlay port `wan0` is too small: network `blue` carries frames of `lan0`, whose MTU 9600 needs 9650; set at most 9550 on `lan0`, or"
            ),
            .changing(
                ("mtu: 1600", "mtu: «117"),
                finds:
                    "error: MTU 117 of underlay port `wan0` is too small: network `blue` carries frames of `lan0`, whose MTU 1500 needs 1550; set `mtu: 1550` or more here, or `icmp"
            ),
        ])
    func accessPorts(_ example: ConfigurationCase) { example.verify() }

    private static let ipv6 = ("192.0.2.1/24]", "192.0.2.1/24, \"2001:db8::1/64\"]")

    @Test(
        "Over IPv6 it is 20 bytes more, and each remote of each network counts",
        arguments: [
            ConfigurationCase.changing(
                ipv6, ("198.51.100.7", "\"2001:db8::7\""), ("mtu: 1600", "mtu: «1569"),
                finds:
                    "error: MTU 1569 of underlay port `wan0` is too small: network `red` carries frames of `lan0`, whose MTU 1500 needs 1570 over IPv6; set `mtu: 1570` or more here, or at most 1499 on `lan0`"
            ),
            .changing(ipv6, ("198.51.100.7", "\"2001:db8::7\""), ("mtu: 1600", "mtu: 1570")),
            .changing(ipv6, ("mtu: 1600", "mtu: 1550")),
            .changing(
                ipv6, ("remote: 192.0.2.2 }", "remote: \"2001:db8::2\" }"), ("mtu: 1600", "mtu: «1560"),
                ("[192.0.2.2, ", "[\"2001:db8::2\", "),
                finds:
                    "error: MTU 1560 of underlay port `wan0` is too small: network `blue` carries frames of `lan0`, whose MTU 1500 needs 1570 over"
            ),
            .changing(
                ipv6, ("remotes: [198.51.100.7]", "remotes: [198.51.100.7]\n    group: ff05::1"), ("mtu: 1600", "mtu: «1560"),
                finds: "error: MTU 1560 of underlay port `wan0` is too small: network `red`"),
        ])
    func families(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "The network's own MTU goes before that of its access ports",
        arguments: [
            ConfigurationCase.changing(
                ("vni: 10100", "vni: 10100\n    mtu: 1400"), ("vni: 10200", "vni: 10200\n    mtu: 1450"), ("mtu: 1600", "mtu: 1500")),
            .changing(
                ("vni: 10100", "vni: 10100\n    mtu: 1400"), ("vni: 10200", "vni: 10200\n    mtu: 1451"), ("mtu: 1600", "mtu: «1500"),
                finds:
                    "error: MTU 1500 of underlay port `wan0` is too small: network `red` has `mtu: 1451`, which needs 1501; set `mtu: 1501` or more here, or at most 1450 in the network, or `icmp-too-big: true`"
            ),
        ])
    func networkMTU(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Every port that a path leads through counts, and no other",
        arguments: [
            ConfigurationCase.underlay(
                ("mtu: 1450\n    icmp-too-big: true\n", "mtu: 1600\n"), ("mtu: 1600\n    vlan", "mtu: «1600\n    vlan"),
                ("mtu: 1700", "mtu: 1650"),
                finds: "error: MTU 1600 of underlay port `wan0` is too small: network `blue` has `mtu: 1600`, which needs 1670 over IPv6"),
            .underlay(
                ("mtu: 1450\n    icmp-too-big: true\n", "mtu: 1530\n"), ("mtu: 1700", "mtu: «1579"),
                finds: "error: MTU 1579 of underlay port `wan1` is too small: network `blue` has `mtu: 1530`, which needs 1580; set"),
            .underlay(("mtu: 1450\n    icmp-too-big: true\n", "mtu: 1530\n"), ("mtu: 1700", "mtu: 1580")),
            .underlay(("group: \"ff05::1:2\"", "group: 239.1.1.2"), ("mtu: 1700", "mtu: 1500")),
            .underlay(
                ("group: \"ff05::1:2\"", "group: \"ff05::1:2\"\n    group-port: wan1"), ("mtu: 1700", "mtu: «1569"),
                finds:
                    "error: MTU 1569 of underlay port `wan1` is too small: network `red` carries frames of `lan0`, whose MTU 1500 needs 1570 over IPv6"
            ),
        ])
    func paths(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Where hosts are told what fits it is a warning that says how much that is",
        arguments: [
            ConfigurationCase.changing(
                ("vni: 10100", "vni: 10100\n    icmp-too-big: true"), ("vni: 10200", "vni: 10200\n    icmp-too-big: true"),
                ("mtu: 1600", "mtu: «1400"),
                finds:
                    "warning: MTU 1400 of underlay port `wan0` fits packets of at most 1350 bytes: network `blue` carries frames of `lan0`, whose MTU 1500 needs 1550; set `mtu: 1550` or more here"
            ),
            .changing(
                ("vni: 10100", "vni: 10100\n    icmp-too-big: true"), ("mtu: 1600", "mtu: ««1300"),
                finds:
                    "error: MTU 1300 of underlay port `wan0` is too small: network `red`",
                "warning: MTU 1300 of underlay port `wan0` fits packets of at most 1250 bytes, fewer than the 1280 that IPv6 hosts need: network `blue`"
            ),
            .changing(
                ("vni: 10100", "vni: 10100\n    icmp-too-big: false"), ("mtu: 1600", "mtu: «1400"),
                finds: "error: MTU 1400 of underlay port `wan0` is too small"),
            .changing(
                ("vni: 10100", "vni: 10100\n    mtu: 1551\n    icmp-too-big: true"), ("mtu: 1600", "mtu: «1600"),
                finds:
                    "warning: MTU 1600 of underlay port `wan0` fits packets of at most 1550 bytes: network `blue` has `mtu: 1551`, which needs 1601"
            ),
            .changing(("vni: 10100", "vni: 10100\n    mtu: 1550\n    icmp-too-big: true")),
        ])
    func told(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "IPv6 needs 1280 bytes",
        arguments: [
            ConfigurationCase.changing(
                ipv6, ("mtu: 1600", "mtu: «1279"), ("mtu: 1500", "mtu: 1200"),
                ("role: access\n  - name: wan0", "role: access\n    mtu: 1200\n  - name: wan0"),
                finds:
                    "error: MTU 1279 of underlay port `wan0` is too small for IPv6, which needs 1280 (RFC 8200 section 5); set `mtu: 1280` or more"
            ),
            .changing(
                ipv6, ("mtu: 1600", "mtu: 1280"), ("mtu: 1500", "mtu: 1200"),
                ("role: access\n  - name: wan0", "role: access\n    mtu: 1200\n  - name: wan0")
            ),
            .changing(
                ("mtu: 1600", "mtu: 1279"), ("mtu: 1500", "mtu: 1200"),
                ("role: access\n  - name: wan0", "role: access\n    mtu: 1200\n  - name: wan0")),
        ])
    func ipv6Minimum(_ example: ConfigurationCase) { example.verify() }

    @Test("An underlay port that no remote is behind may have a small MTU")
    func otherUnderlay() {
        let other = "  - { name: wan1, device: net_tap9, role: underlay, mtu: 1000, addresses: [203.0.113.1/24] }\nvxlan:"
        ConfigurationCase.changing(("vxlan:", other)).verify()
    }
}
