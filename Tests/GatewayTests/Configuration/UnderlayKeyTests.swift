import Gateway
import Testing

@Suite("Keys of the underlay")
struct UnderlayKeyTests {
    @Test(
        "Values out of range are errors",
        arguments: [
            ConfigurationCase.underlay(("vlan: 300", "vlan: «0"), finds: "error: `vlan` must be a whole number from 1 to 4094, not `0`"),
            .underlay(("vlan: 300", "vlan: «4095"), finds: "error: `vlan` must be"),
            .underlay(("priority: 5", "priority: «8"), finds: "error: `priority` must be dscp or a whole number from 0 to 7, not `8`"),
            .underlay(
                ("priority: 5", "priority: «dcsp"),
                finds: "error: `priority` must be dscp or a whole number from 0 to 7, not `dcsp`; did you mean `dscp`?"),
            .underlay(("priority: 5", "priority: «-1"), finds: "error: `priority` must be"),
            .underlay(("dscp: 46", "dscp: «64"), finds: "error: `dscp` must be copy or a whole number from 0 to 63, not `64`"),
            .underlay(("dscp: 46", "dscp: «EF"), finds: "error: `dscp` must be"),
            .underlay(("dscp: 46", "dscp: «+6"), finds: "error: `dscp` must be"),
            .underlay(("dscp: 46", "«dscp:"), finds: "error: `dscp` must be text, not nothing"),
            .underlay(
                ("dscp: copy", "dscp: «coppy"),
                finds: "error: `dscp` must be copy or a whole number from 0 to 63, not `coppy`; did you mean `copy`?"),
            .underlay(
                ("[send, receive]", "[send, «recieve]"),
                finds: "error: `udp6-zero-checksum` must be send or receive, not `recieve`; did you mean `receive`?"),
            .underlay(("[send, receive]", "«both"), finds: "error: `udp6-zero-checksum` must be send or receive, not `both`"),
            .underlay(("ttl: 32", "ttl: «0"), finds: "error: `ttl` must be a whole number from 1 to 255, not `0`"),
            .underlay(("ttl: 32", "ttl: «256"), finds: "error: `ttl` must be"),
            .underlay(("udp-checksum: true", "udp-checksum: «on"), finds: "error: `udp-checksum` must be true or false, not `on`"),
            .underlay(
                ("df: inherit", "df: «inherited"),
                finds: "error: `df` must be set or unset or inherit, not `inherited`; did you mean `inherit`?"),
            .underlay(("[203.0.113.1, ", "[«203.0.113.1/32, "), finds: "error: `local` must be an IP address, not `203.0.113.1/32`"),
            .underlay(("port: 8472", "port: «0"), finds: "error: `port` must be a whole number from 1 to 65535, not `0`"),
            .underlay(("mtu: 1450", "mtu: «67"), finds: "error: `mtu` must be a whole number from 68 to 9600 (bytes), not `67`"),
            .underlay(("icmp-too-big: true", "icmp-too-big: «yes"), finds: "error: `icmp-too-big` must be true or false, not `yes`"),
        ])
    func outOfRange(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Reserved bits are a word, or a mask of reserved bits",
        arguments: [
            ConfigurationCase.underlay(
                ("0x80000000000000ff", "«strikt"),
                finds:
                    "error: `reserved-bits` must be rfc or strict or a mask of 1 to 16 hexadecimal digits after 0x, not `strikt`; did you mean `strict`?"
            ),
            .underlay(("0x80000000000000ff", "«255"), finds: "error: `reserved-bits` must be"),
            .underlay(("0x80000000000000ff", "«0x"), finds: "error: `reserved-bits` must be"),
            .underlay(("0x80000000000000ff", "«0x-0"), finds: "error: `reserved-bits` must be"),
            .underlay(("0x80000000000000ff", "«0x00000000000000001"), finds: "error: `reserved-bits` must be"),
            .underlay(
                ("0x80000000000000ff", "«0x0800000000000000"),
                finds:
                    "error: the mask `0x0800000000000000` has bits that are not reserved: those of the I flag or the VNI; leave out 0x0800000000000000"
            ),
            .underlay(("0x80000000000000ff", "«0x100"), finds: "error: the mask `0x100` has bits that are not reserved"),
        ])
    func reservedBits(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "A mask is a number in either case of its digits",
        arguments: [
            ("0xf7ffffff000000ff", .mask(0xF7FF_FFFF_0000_00FF)), ("\"0xF7FFFFFF000000FF\"", .mask(0xF7FF_FFFF_0000_00FF)),
            ("0x1", .mask(1)), ("rfc", .rfc), ("strict", .strict),
        ] as [(String, Configuration.ReservedBits)])
    func masks(text: String, expected: Configuration.ReservedBits) {
        let reading = ConfigurationReader.read(
            ConfigurationCase.underlaySample.replacing("0x80000000000000ff", with: text), machine: .sample)
        #expect(reading.diagnostics == [] && reading.configuration?.vxlan.reservedBits == expected)
    }

    @Test("Of the 64 bits of a VXLAN header 39 are reserved, and each may stand in a mask")
    func reservedBitCount() {
        #expect(Configuration.ReservedBits.all.nonzeroBitCount == 39)
        for bit in 0..<64 {
            let text = ConfigurationCase.underlaySample.replacing("0x80000000000000ff", with: "0x" + String(UInt64(1) << bit, radix: 16))
            let isReserved = bit < 8 || bit >= 32 && bit != 59
            #expect((ConfigurationReader.read(text, machine: .sample).configuration != nil) == isReserved, "bit \(bit)")
        }
    }

    @Test(
        "Who is accepted is a word or a list of prefixes that hold VTEPs",
        arguments: [
            ConfigurationCase.underlay(
                ("[203.0.113.0/24, \"2001:db8:2::/48\"]", "«conifgured"),
                finds: "error: `accept` must be configured or any or a list of prefixes, not `conifgured`; did you mean `configured`?"),
            .underlay(
                ("[203.0.113.0/24, \"2001:db8:2::/48\"]", "«203.0.113.0/24"),
                finds: "error: `accept` must be configured or any or a list of prefixes, not `203.0.113.0/24`; write prefixes as in ["),
            .underlay(
                ("accept: [203.0.113.0/24, \"2001:db8:2::/48\"]", "«accept:"),
                finds: "error: `accept` must be configured or any or a list of prefixes, not nothing"),
            .underlay(("[203.0.113.0/24, ", "[«203.0.113.9, "), finds: "error: `accept` must be a prefix, not `203.0.113.9`"),
            .underlay(
                ("[203.0.113.0/24, ", "[«203.0.113.9/24, "),
                finds:
                    "error: the prefix 203.0.113.9/24 has bits beyond its length; write 203.0.113.0/24, or 203.0.113.9/32 for the one address"
            ),
            .underlay(
                ("[203.0.113.0/24, ", "[\"2001:0db8:2::/48\", "), ("\"2001:db8:2::/48\"]\n  r", "«\"2001:db8:2::/48\"]\n  r"),
                finds: "error: prefix 2001:db8:2::/48 is already listed on line 25"),
            .underlay(
                ("[203.0.113.0/24, ", "[«224.0.0.0/4, «127.1.0.0/16, «\"ff05::/16\", «\"::1/128\", «\"fe80::/10\", "),
                finds: "error: the addresses of 224.0.0.0/4 are multicast addresses: no VTEP sends from them",
                "error: the addresses of 127.1.0.0/16 are loopback", "error: the addresses of ff05::/16 are multicast",
                "error: the addresses of ::1/128 are loopback", "error: the addresses of fe80::/10 are link-local addresses"),
        ])
    func accept(_ example: ConfigurationCase) { example.verify() }

    @Test("Prefixes of any length are taken, and at most 256 of them")
    func acceptCount() {
        ConfigurationCase.underlay(("[203.0.113.0/24, ", "[0.0.0.0/0, 128.0.0.0/1, 203.0.113.9/32, \"::/0\", ")).verify()
        let many = (0..<255).map { "10.\($0).0.0/16, " }.joined()
        ConfigurationCase.underlay(("[203.0.113.0/24, ", "[" + many)).verify()
        ConfigurationCase.underlay(
            ("[203.0.113.0/24, \"2001:db8:2::/48\"]", "[\(many)11.0.0.0/8, «12.0.0.0/8]"),
            finds: "error: `accept` has 257 entries: at most 256 are possible"
        ).verify()
    }

    @Test(
        "Keys that need another one say so",
        arguments: [
            ConfigurationCase.underlay(
                ("    vlan: 300\n", ""), ("priority: 5", "priority: «5"),
                finds: "error: `priority` has no meaning without `vlan`: it is part of the 802.1Q tag; add `vlan: 300`"),
            .underlay(
                ("gateway: 198.51.100.254", "udp6-zero-checksum: «send"),
                ("198.51.100.1/24, \"2001:db8:1::1/64\"", "198.51.100.1/24"), ("group: \"ff05::1:2\"", "group: 239.1.1.2"),
                finds: "error: `udp6-zero-checksum` has no meaning on a port without an IPv6 address"),
            .underlay(("[send, receive]", "[send, «send]"), finds: "error: `send` is already listed on line 15"),
            .underlay(
                ("role: access, mtu: 1500 }", "role: access, vlan: «3, priority: «1, dscp: «1, udp6-zero-checksum: «[] }"),
                finds: "error: `vlan` has no meaning on an access port", "error: `priority` has no meaning on an access port",
                "error: `dscp` has no meaning on an access port", "error: `udp6-zero-checksum` has no meaning on an access port"),
            .underlay(
                ("    group: 239.1.1.1\n", ""), ("group-port: wan1", "group-port: «wan1"), ("172.16.0.9]", "\"2001:db8::2\"]"),
                finds: "error: `group-port` has no meaning without `group`; add the multicast group"),
        ])
    func dependencies(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Source addresses for all ports are those of hosts, one of each family",
        arguments: [
            ConfigurationCase.underlay(
                ("[203.0.113.1, ", "[«224.0.0.1, "), finds: "error: 224.0.0.1 is a multicast address; give an address that is routed"),
            .underlay(
                ("\"2001:db8:ffff::1\"]", "«\"fe80::1\"]"), finds: "error: fe80::1 is a link-local address, which every port has of its own"
            ),
            .underlay(
                ("\"2001:db8:ffff::1\"]", "«203.0.113.2]"),
                finds: "error: there is already an IPv4 address on line 24; keep one of each family: a tunnel has one source address"),
            .underlay(("[203.0.113.1, ", "[203.0.113.1, 203.0.113.2, «"), finds: "error: `local` has 3 entries: at most 2 are possible"),
            .underlay(("local: [203.0.113.1, \"2001:db8:ffff::1\"]", "«local:"), finds: "error: `local` must be text, not nothing"),
            .underlay(("[203.0.113.1, \"2001:db8:ffff::1\"]", "203.0.113.1")),
            .underlay(("[203.0.113.1, ", "[192.0.2.1, ")),
            .underlay(
                ("[203.0.113.1, ", "[«192.0.2.77, "),
                finds:
                    "warning: 192.0.2.77 is in the subnet of 192.0.2.1/24 on line 10, but is no address of that port: nobody answers for it on the link"
            ),
        ])
    func local(_ example: ConfigurationCase) { example.verify() }

    @Test("All networks together have at most eight UDP ports")
    func udpPorts() {
        func networks(_ count: Int, mark: Int) -> String {
            (0..<count).map { number in
                "  - { name: n\(number), vni: \(number + 1), port: \(number == mark ? "«" : "")\(9000 + number), members: [{ port: lan0, vlan: \(number + 1) }], remotes: [10.1.0.9] }\n"
            }.joined()
        }
        ConfigurationCase.underlay(("networks:\n", "networks:\n" + networks(6, mark: -1))).verify()
        ConfigurationCase.underlay(
            ("networks:\n", "networks:\n" + networks(6, mark: -1)), ("port: 8472", "port: 4789")
        ).verify()
        ConfigurationCase.underlay(
            ("networks:\n", "networks:\n" + networks(7, mark: -1)), ("port: 8472", "port: «8472"),
            finds: "error: this is UDP port number 9, 4789 counted: at most 8 are possible"
        ).verify()
        ConfigurationCase.underlay(
            ("networks:\n", "networks:\n" + networks(9, mark: 7)),
            finds: "error: this is UDP port number 9, 4789 counted: at most 8 are possible"
        ).verify()
    }

    @Test("A remote with two UDP ports is two tunnels")
    func remotesWithPorts() {
        func network(_ name: String, port: Int, remotes: ArraySlice<String>, vlan: Int) -> String {
            "  - { name: \(name), vni: \(vlan), port: \(port), members: [{ port: lan0, vlan: \(vlan) }], remotes: [\(remotes.joined(separator: ", "))] }\n"
        }
        let many = (0..<512).map { "10.1.\($0 / 250).\($0 % 250 + 1)" }
        let first = network("n1", port: 9001, remotes: many[...], vlan: 1)
        let head = ConfigurationCase.underlaySample.components(separatedBy: "networks:\n")[0] + "networks:\n"
        let full = head + first + network("n2", port: 9002, remotes: many[...], vlan: 2)
        ConfigurationCase(text: full, finds: []).verify()
        ConfigurationCase(
            text: full + network("n3", port: 9001, remotes: many[...], vlan: 3)
                + network("n4", port: 9003, remotes: ["«10.1.0.1"], vlan: 4),
            finds: ["error: this is remote VTEP number 1025: at most 1024 are possible"]
        ).verify()
    }
}
