import Dataplane
import Gateway
import Testing

@Suite("Networks")
struct NetworkTests {
    @Test(
        "VNIs and VLAN IDs are in range",
        arguments: [
            ConfigurationCase.changing(
                ("vni: 10200", "vni: «0"), finds: "error: `vni` must be a whole number from 1 to 16777215, not `0`"),
            .changing(("vni: 10200", "vni: «16777216"), finds: "error: `vni` must be"),
            .changing(("vlan: 200", "vlan: «0"), finds: "error: `vlan` must be a whole number from 1 to 4094, not `0`"),
            .changing(("vlan: 200", "vlan: «4095"), finds: "error: `vlan` must be"),
        ])
    func ranges(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "A member says exactly once which frames it means",
        arguments: [
            ConfigurationCase.changing(
                ("{ port: lan0, vlan: 200 }", "«{ port: lan0 }"), finds: "error: the member has neither `vlan` nor `untagged`"),
            .changing(("vlan: 200", "vlan: 200, untagged: «true"), finds: "error: `vlan` and `untagged` exclude each other"),
            .changing(("untagged: true", "untagged: «false"), finds: "error: `untagged` can only be true"),
            .changing(
                ("vlan: 200", "service-vlan: 7, untagged: «true"), finds: "error: `service-vlan` and `untagged` exclude each other"),
            .changing(
                ("vlan: 200", "service-vlan: «4095, vlan: 200"), finds: "error: `service-vlan` must be a whole number from 1 to 4094"),
            .changing(("vlan: 200", "service-vlan: 7, vlan: «0"), finds: "error: `vlan` must be a whole number from 1 to 4094"),
        ])
    func memberForm(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "A tag of a port belongs to one network",
        arguments: [
            ConfigurationCase.changing(
                ("vlan: 200", "vlan: «100"), finds: "error: VLAN 100 of port `lan0` is already in network `blue` (line 33)"),
            .changing(
                ("vlan: 200 }", "vlan: 200 }, { port: lan0, vlan: «200 }"),
                finds: "error: VLAN 200 of port `lan0` is already in network `red` (line 41)"),
            .changing(
                ("{ port: lan0, vlan: 200 }", "{ port: lan1, untagged: «true }"),
                finds: "error: port `lan1` already has its untagged member in network `blue` (line 34)"),
            .changing(
                ("vlan: 200 }", "service-vlan: 7, vlan: 9 }, { port: lan0, service-vlan: «7, vlan: 9 }"),
                finds: "error: service VLAN 7 VLAN 9 of port `lan0` is already in network `red` (line 41)"),
            .changing(
                ("vlan: 200 }", "service-vlan: 7 }, { port: lan0, service-vlan: «7 }"),
                finds: "error: service VLAN 7 of port `lan0` is already in network `red` (line 41)"),
        ])
    func tagsAreUnique(_ example: ConfigurationCase) { example.verify() }

    @Test("Members with a service tag are told apart by both tags, and from those without")
    func serviceTags() throws {
        let members = "{ port: lan0, service-vlan: 100, vlan: 200 }, { port: lan0, service-vlan: 100 }, { port: lan0, vlan: 200 }"
        let example = ConfigurationCase.changing(("{ port: lan0, vlan: 200 }", members))
        example.verify()
        let configuration = try #require(ConfigurationReader.read(example.text, machine: .sample).configuration)
        let tags = configuration.networks[1].members.map(\.tags)
        let (a, b) = (VLANID(100), VLANID(200))
        #expect(tags == [MemberTags(service: a, vlan: b), MemberTags(service: a, vlan: nil), MemberTags(vlan: b)])
    }

    @Test(
        "Where service tags are 802.1Q tags, a VLAN of a port is a member's or a service VLAN",
        arguments: [
            ConfigurationCase.changing(
                ("  - name: lan1\n", "    service-tag: 802.1q\n  - name: lan1\n"), ("vlan: 200", "service-vlan: «100, vlan: 200"),
                finds: "error: VLAN 100 of port `lan0` is the VLAN of a member already (line 34), and the port's service tags are 802.1Q"),
            .changing(("  - name: lan1\n", "    service-tag: 802.1q\n  - name: lan1\n"), ("vlan: 200", "service-vlan: 101, vlan: 100")),
            .changing(("vlan: 200", "service-vlan: 100, vlan: 200")),
            .changing(
                ("  - name: lan1\n", "    service-tag: «802.1x\n  - name: lan1\n"), finds: "error: `service-tag` must be 802.1ad or 802.1q"),
            .changing(
                ("role: underlay", "role: underlay\n    service-tag: «802.1q"),
                finds: "error: `service-tag` has no meaning on an underlay port"),
        ])
    func serviceTagTypes(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Members are access ports of the file",
        arguments: [
            ConfigurationCase.changing(
                ("port: lan0, vlan: 200", "port: «lan00, vlan: 200"),
                finds: "error: there is no port `lan00`; did you mean `lan0`?"),
            .changing(
                ("port: lan0, vlan: 200", "port: «trunk, vlan: 200"),
                finds: "error: there is no port `trunk`; the ports of this file are lan0, lan1, wan0"),
            .changing(
                ("port: lan0, vlan: 200", "port: «wan0, vlan: 200"),
                finds: "error: underlay port `wan0` cannot be a member of a network"),
        ])
    func memberPorts(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Remotes are reachable hosts other than the gateway, each once",
        arguments: [
            ConfigurationCase.changing(
                ("192.0.2.3]", "«192.0.2.1]"), finds: "error: remote 192.0.2.1 is an address of this gateway"),
            .changing(("192.0.2.3]", "«192.0.2.2]"), finds: "error: remote 192.0.2.2 is already listed on line 35"),
            .changing(
                ("192.0.2.3]", "«239.1.1.1]"),
                finds: "error: remote 239.1.1.1 is a multicast address; make it the `group` of the network"),
            .changing(("192.0.2.3]", "«fe80::2]"), finds: "error: remote fe80::2 is link-local, and which port it is behind is not known"),
            .changing(("192.0.2.3]", "«\"::1\"]"), finds: "error: remote ::1 is a loopback address"),
            .changing(("192.0.2.3]", "«255.255.255.255]"), finds: "error: remote 255.255.255.255 is the broadcast address"),
            .changing(
                ("192.0.2.3]", "«192.0.2.255]"), finds: "error: remote 192.0.2.255 is the broadcast address of its /24 subnet"),
            .changing(("192.0.2.3]", "«127.0.0.1]"), finds: "error: remote 127.0.0.1 is a loopback address"),
            .changing(
                ("    gateway: 192.0.2.254\n", ""), ("198.51.100.7", "«198.51.100.7"),
                finds:
                    "error: remote 198.51.100.7 cannot be reached: it is in no subnet of an underlay port, no route leads to it, and no port has an IPv4 gateway; add a `gateway`"
            ),
            .changing(
                ("198.51.100.7", "«2001:db8::7"),
                finds:
                    "error: remote 2001:db8::7 cannot be reached: it is in no subnet of an underlay port, no route leads to it, and no port has an IPv6 gateway"
            ),
            .underlay(("\"2001:db8::2\"", "«\"2001:db8::\""), finds: "error: remote 2001:db8:: is the subnet-router anycast address"),
            .underlay(("172.16.0.9]", "«203.0.113.1]"), finds: "error: remote 203.0.113.1 is an address of this gateway"),
            .underlay(("172.16.0.9]", "«\"2001:db8:1::1\"]"), finds: "error: remote 2001:db8:1::1 is an address of this gateway"),
            .underlay(
                ("172.16.0.9]", "\"2001:DB8:0::3\", «\"2001:db8::3\"]"), finds: "error: remote 2001:db8::3 is already listed on line 41"),
            .changing(
                ("role: underlay", "role: access"), ("addresses: [", "addresses: «["), ("gateway: 1", "gateway: «1"),
                ("neighbors:\n      - {", "neighbors:\n      «- {"),
                ("[192.0.2.2", "[«192.0.2.2"), ("198.51.100.7", "«198.51.100.7"), ("name: wan0", "name: «wan0"),
                finds: "warning: port `wan0` is a member of no network", "error: `addresses` has", "error: `gateway` has",
                "error: `neighbors` has",
                "error: the network has remotes, but there is no underlay port to reach them",
                "error: the network has remotes, but"),
        ])
    func remotes(_ example: ConfigurationCase) { example.verify() }

    @Test("There are at most 1024 distinct remotes, and no more in one network")
    func remoteCount() {
        let many = (0..<1023).map { "203.0.\(113 + $0 / 250).\($0 % 250 + 1)" }
        ConfigurationCase.changing(("198.51.100.7", many[..<1022].joined(separator: ", "))).verify()
        ConfigurationCase.changing(
            ("198.51.100.7", many[..<1022].joined(separator: ", ") + ", «" + many[1022]),
            finds: "error: this is remote VTEP number 1025: at most 1024 are possible"
        )
        .verify()
        let more = many + ["198.51.100.1", "«198.51.100.2"]
        ConfigurationCase.changing(
            ("198.51.100.7", more.joined(separator: ", ")), finds: "error: `remotes` has 1025 entries: at most 1024 are possible"
        ).verify()
    }

    @Test("There are at most 256 members in a network")
    func memberCount() {
        let more = (300..<555).map { "{ port: lan0, vlan: \($0) }" }.joined(separator: ", ")
        ConfigurationCase.changing(("vlan: 200 }", "vlan: 200 }, \(more)")).verify()
        ConfigurationCase.changing(
            ("vlan: 200 }", "vlan: 200 }, \(more), «{ port: lan1, vlan: 9 }"),
            finds: "error: `members` has 257 entries: at most 256 are possible"
        )
        .verify()
    }

    @Test(
        "Static entries are stations at a place of their network",
        arguments: [
            ConfigurationCase.changing(
                ("\"02:00:00:00:00:03\"", "«\"02:00:00:00:00:02\""),
                finds: "error: MAC address 02:00:00:00:00:02 is already listed on line 37"),
            .changing(
                ("\"02:00:00:00:00:03\"", "«\"33:33:00:00:00:01\""),
                finds: "error: the MAC address 33:33:00:00:00:01 is a multicast address"),
            .changing(
                ("remote: 192.0.2.2", "remote: «192.0.2.1"), finds: "error: remote 192.0.2.1 is an address of this gateway"),
            .changing(
                ("remote: 192.0.2.2", "remote: 192.0.2.2, vlan: «1"), finds: "error: `vlan` has no meaning beside `remote`"),
            .changing(
                ("remote: 192.0.2.2", "remote: 192.0.2.2, port: «lan0"), finds: "error: `remote` and `port` exclude each other"),
            .changing(
                ("{ mac: \"02:00:00:00:00:03\", port: lan0 }", "«{ mac: \"02:00:00:00:00:03\" }"),
                finds: "error: the entry has neither `remote` nor `port`"),
            .changing(
                ("port: lan0 }\n", "port: «wan0 }\n"),
                finds: "error: port `wan0` is not a member of the network; its members are lan0, lan1"),
            .changing(
                ("port: lan0 }\n", "port: lan0, vlan: «200 }\n"),
                finds: "error: port `lan0` is not a member of the network with VLAN 200; it is one with `vlan: 100`"),
            .changing(
                ("port: lan0 }\n", "port: lan0, untagged: «true }\n"),
                finds: "error: port `lan0` is not a member of the network untagged; it is one with `vlan: 100`"),
            .changing(
                ("{ port: lan1, untagged: true }", "{ port: lan0, untagged: true }"), ("port: lan0 }\n", "port: «lan0 }\n"),
                ("name: lan1", "name: «lan1"),
                finds: "warning: port `lan1` is a member of no network",
                "error: port `lan0` is 2 members of the network; say which one"),
        ])
    func staticMACs(_ example: ConfigurationCase) { example.verify() }

    @Test("Static entries fit the MAC table")
    func staticMACCount() {
        let many = (10..<26).map { "      - { mac: \"02:00:00:00:01:\($0)\", port: lan0 }\n" }.joined()
        ConfigurationCase.changing(
            ("port: lan0 }\n", "port: lan0 }\n" + many), ("capacity: 65536", "capacity: «17"),
            finds: "error: the MAC table has room for 17 entries, and there are 18 static ones"
        ).verify()
    }

    @Test(
        "One mistake gives one finding, not a trail of others",
        arguments: [
            ConfigurationCase.changing(("name: lan0", "name: «lan 0"), finds: "error: `name` must be"),
            .changing(("vlan: 100", "vlan: «0"), finds: "error: `vlan` must be"),
            .changing(("192.0.2.1/24", "«192.0.2.1"), finds: "error: `addresses` must be"),
            .changing(("role: underlay", "role: «overlay"), finds: "error: `role` must be access or underlay, not `overlay`"),
            .changing(("192.0.2.254", "«nobody"), finds: "error: `gateway` must be"),
            .underlay(("[192.0.2.254, \"fe80::1\"]", "[«nobody, \"fe80::1\"]"), finds: "error: `gateway` must be"),
            .underlay(("prefix: 10.1.0.0/16", "prefix: «10.1.0.0"), ("172.16.0.9", "10.9.0.9"), finds: "error: `prefix` must be"),
            .underlay(("group: 239.1.1.1", "group: «nobody"), finds: "error: `group` must be"),
            .underlay(("group: \"ff05::1:2\"", "group: «nobody"), finds: "error: `group` must be"),
            .underlay(("name: wan1", "name: «\"wan 1\""), finds: "error: `name` must be"),
            .underlay(("vlan: 300", "vlan: «4095"), finds: "error: `vlan` must be"),
            .underlay(("accept: [203.0.113.0/24, ", "accept: [«203.0.113.0, "), finds: "error: `accept` must be"),
            .underlay(("accept: [203.0.113.0/24, \"2001:db8:2::/48\"]", "accept: «al"), finds: "error: `accept` must be"),
            .underlay(("[203.0.113.1, ", "[«203.0.113, "), finds: "error: `local` must be"),
        ])
    func noTrail(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Networks with nowhere to forward to are warned about",
        arguments: [
            ConfigurationCase.changing(
                ("    members: [{ port: lan0, vlan: 200 }]\n", ""), ("name: red", "name: «red"),
                finds: "warning: the network has no members"),
            .changing(
                ("    remotes: [198.51.100.7]\n", ""), ("name: red", "name: «red"),
                finds: "warning: the network has one member and no remotes"),
            .changing(
                ("remote: 192.0.2.2", "remote: «192.0.2.7"),
                finds: "warning: remote 192.0.2.7 is not in `remotes`: broadcasts such as ARP do not reach it"),
        ])
    func advice(_ example: ConfigurationCase) { example.verify() }
}
