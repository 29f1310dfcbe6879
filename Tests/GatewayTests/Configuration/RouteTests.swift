import Gateway
import Testing

@Suite("Routes")
struct RouteTests {
    @Test(
        "A route is a prefix and routers",
        arguments: [
            ConfigurationCase.underlay(
                ("{ prefix: 10.1.0.0/16, ", "«{ "), ("[10.1.0.9, ", "["),
                finds: "error: `prefix` is missing in `routes`; add `prefix: 203.0.113.0/24`"),
            .underlay(
                (", next-hops: [192.0.2.253, 198.51.100.253] }", " }"), ("- { prefix: 10", "- «{ prefix: 10"),
                finds: "error: `next-hops` is missing in `routes`"),
            .underlay(("[192.0.2.253, 198.51.100.253]", "«[]"), finds: "error: `next-hops` has no entries; name a router"),
            .underlay(("[192.0.2.253, 198.51.100.253]", "«192.0.2.253"), finds: "error: `next-hops` must be a list, not `192.0.2.253`"),
            .underlay(
                ("prefix: 10.1.0.0/16", "prefix: «10.1.0.0/33"),
                finds: "error: `prefix` must be a prefix, not `10.1.0.0/33`; write it as in 203.0.113.0/24"),
            .underlay(
                ("prefix: 10.1.0.0/16", "prefix: «10.1.0.9/16"),
                finds: "error: the prefix 10.1.0.9/16 has bits beyond its length; write 10.1.0.0/16, or 10.1.0.9/32 for the one address"),
            .underlay(
                ("prefix: \"2001:db8:2::/48\"", "prefix: «\"2001:db8:2:1::/48\""), ("\"2001:db8:2::9\", ", ""),
                finds: "error: the prefix 2001:db8:2:1::/48 has bits beyond its length; write 2001:db8:2::/48, or 2001:db8:2:1::/128"),
            .underlay(
                ("prefix: 10.1.0.0/16", "prefix: «\"::ffff:10.1.0.0/112\""),
                finds: "error: `::ffff:10.1.0.0/112` is an IPv4-mapped IPv6 address"),
            .underlay(
                ("- { prefix: 10.1.0.0/16, next-hops: [192", "- «{ prefix: 10.1.0.0/16, «hops: [192"),
                finds: "error: `next-hops` is missing",
                "error: unknown key `hops` in `routes`; keys here: prefix, next-hops"),
            .underlay(
                ("next-hops: [192", "«next-hop: [192"), finds: "error: unknown key `next-hop` in `routes`; did you mean `next-hops`?"),
            .underlay(
                ("{ prefix: 10.1", "{ prefix: 10.1.0.0/16, next-hops: [192.0.2.252] }\n  - { prefix: «10.1"),
                finds: "error: there is already a route to 10.1.0.0/16 on line 32; put the next hops of both into one entry"),
            .underlay(
                ("prefix: 10.1.0.0/16", "prefix: «239.0.0.0/8"), ("10.1.0.9", "10.9.0.9"),
                finds: "error: the addresses of 239.0.0.0/8 are multicast addresses: no route leads to them"),
            .underlay(
                ("prefix: \"2001:db8:2::/48\"", "prefix: «\"fe80::/64\""), ("\"2001:db8:2::9\", ", ""),
                finds: "error: the addresses of fe80::/64 are link-local addresses, of which each link has its own: no route"),
        ])
    func form(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Next hops are other hosts on the links of underlay ports, of the family of the prefix",
        arguments: [
            ConfigurationCase.underlay(
                ("[192.0.2.253, ", "[«\"2001:db8::fe\", "), finds: "error: next hop 2001:db8::fe is IPv6, and 10.1.0.0/16 is IPv4"),
            .underlay(("[192.0.2.253, ", "[«192.0.2.1, "), finds: "error: next hop 192.0.2.1 is an address of this gateway"),
            .underlay(("[192.0.2.253, ", "[«203.0.113.1, "), finds: "error: next hop 203.0.113.1 is an address of this gateway"),
            .underlay(
                ("next-hops: [\"2001:db8::fe\"]", "next-hops: [«\"fe80::1\"]"),
                finds:
                    "error: next hop fe80::1 is link-local, and which port it is behind is not known; give its global address, or make it the `gateway`"
            ),
            .underlay(
                ("[192.0.2.253, ", "[«192.0.2.255, "), finds: "error: next hop 192.0.2.255 is the broadcast address of its /24 subnet"),
            .underlay(
                ("[192.0.2.253, ", "[«192.0.3.253, "),
                finds:
                    "error: next hop 192.0.3.253 is in no subnet of an underlay port; their subnets are those of 192.0.2.1/24, 2001:db8::1/64, "
            ),
            .underlay(
                ("next-hops: [\"2001:db8::fe\"]", "next-hops: [«\"2001:db8:9::fe\"]"),
                finds: "error: next hop 2001:db8:9::fe is in no subnet of an underlay port"),
            .underlay(
                ("[192.0.2.253, 198.51.100.253]", "[192.0.2.253, «192.0.2.253]"),
                finds: "error: next hop 192.0.2.253 is already listed on line 32"),
        ])
    func nextHops(_ example: ConfigurationCase) { example.verify() }

    @Test("A next hop without any underlay port is told what is missing")
    func withoutUnderlay() {
        ConfigurationCase(
            text: """
                ports: [{ name: a, device: net_tap0, role: access }, { name: b, device: net_tap1, role: access }]
                routes: [{ prefix: 10.0.0.0/8, next-hops: [«192.0.2.1] }]
                networks: [{ name: n, vni: 1, members: [{ port: a, vlan: 1 }, { port: b, vlan: 1 }] }]
                """,
            finds: ["error: next hop 192.0.2.1 is in no subnet of an underlay port; add a port with `role: underlay`"]
        ).verify()
    }

    @Test("There are at most 1024 routes, and eight next hops of each")
    func counts() {
        let many = (0..<1022).map { "  - { prefix: 10.\(2 + $0 / 256).\($0 % 256).0/24, next-hops: [192.0.2.253] }\n" }
        ConfigurationCase.underlay(("routes:\n", "routes:\n" + many.joined())).verify()
        ConfigurationCase.underlay(
            ("routes:\n", "routes:\n" + many.joined() + "  - { prefix: 10.9.0.0/16, next-hops: [192.0.2.253] }\n"),
            ("{ prefix: \"2001:db8:2::/48\"", "«{ prefix: \"2001:db8:2::/48\""),
            finds: "error: `routes` has 1025 entries: at most 1024 are possible"
        ).verify()
        let hops = (1...7).map { "192.0.2.\($0 + 100)" }.joined(separator: ", ")
        ConfigurationCase.underlay(("[192.0.2.253, ", "[\(hops), ")).verify()
        ConfigurationCase.underlay(
            ("[192.0.2.253, 198.51.100.253]", "[\(hops), 192.0.2.253, «198.51.100.253]"),
            finds: "error: `next-hops` has 9 entries: at most 8 are possible"
        ).verify()
    }

    @Test("A remote needs a way of its own family: a subnet, a route, or a gateway")
    func families() {
        ConfigurationCase.underlay(("192.0.2.254, \"fe80::1\"", "192.0.2.254"), ("{ address: \"fe80::1\"", "{ address: \"2001:db8::7\""))
            .verify()
        ConfigurationCase.underlay(
            ("192.0.2.254, \"fe80::1\"", "192.0.2.254"), ("172.16.0.9", "«\"2001:db8:3::9\""),
            finds:
                "error: remote 2001:db8:3::9 cannot be reached: it is in no subnet of an underlay port, no route leads to it, and no port has an IPv6 gateway"
        ).verify()
        ConfigurationCase.underlay(("172.16.0.9", "\"2001:db8:3::9\"")).verify()
    }

    @Test(
        "Ways that are not used, and tunnels whose source belongs to one of several ports, are warned about",
        arguments: [
            ConfigurationCase.underlay(
                ("prefix: 10.1.0.0/16", "prefix: «192.0.2.0/24"),
                finds: "warning: the route to 192.0.2.0/24 is not used: that is the subnet of 192.0.2.1/24 on line 10"),
            .underlay(
                ("prefix: 10.1.0.0/16", "prefix: 0.0.0.0/0"), ("[192.0.2.254, ", "[«192.0.2.254, "),
                ("gateway: 198.51.100.254", "gateway: «198.51.100.254"),
                finds: "warning: gateway 192.0.2.254 is not used: the route to 0.0.0.0/0 on line 32 goes before it",
                "warning: gateway 198.51.100.254 is not used"),
            .underlay(
                ("  local: [203.0.113.1, \"2001:db8:ffff::1\"]\n", ""),
                ("[10.1.0.9, \"2001:db8:2::9\", 172.16.0.9]", "[«10.1.0.9, 10.1.0.10, 172.16.0.9]"),
                finds:
                    "warning: packets to 10.1.0.9 leave through `wan0` and `wan1`, all with the address of the first, 192.0.2.1; set `vxlan: local` to an address"
            ),
            .underlay(
                ("local: [203.0.113.1, \"2001:db8:ffff::1\"]", "local: \"2001:db8:ffff::1\""), ("172.16.0.9]", "\"2001:db8:1::9\"]"),
                ("[10.1.0.9, ", "[«10.1.0.9, "), finds: "warning: packets to 10.1.0.9 leave through `wan0` and `wan1`"),
            .underlay(("local: [203.0.113.1, \"2001:db8:ffff::1\"]", "local: 203.0.113.1")),
        ])
    func advice(_ example: ConfigurationCase) { example.verify() }
}
