import Gateway
import Testing

@Suite("Gateways of underlay ports")
struct GatewayAddressTests {
    @Test(
        "A gateway is another host on the link of its port",
        arguments: [
            ConfigurationCase.changing(
                ("192.0.2.254", "«192.0.3.1"),
                finds: "error: gateway 192.0.3.1 is in no subnet of the port; its subnets are those of 192.0.2.1/24"),
            .changing(("192.0.2.254", "«192.0.2.1"), finds: "error: gateway 192.0.2.1 is the port's own address"),
            .changing(
                ("192.0.2.254", "«192.0.2.255"), finds: "error: gateway 192.0.2.255 is the broadcast address of its /24 subnet"),
            .changing(("192.0.2.254", "«224.0.0.2"), finds: "error: gateway 224.0.0.2 is a multicast address"),
            .changing(
                ("192.0.2.254", "[192.0.2.254, «\"fe80::1\"]"),
                finds: "error: gateway fe80::1 is link-local, and the port has no IPv6 address; add an IPv6 address to `addresses`"),
            .changing(
                ("192.0.2.254", "[192.0.2.254, «\"2001:db8::fe\"]"), finds: "error: gateway 2001:db8::fe is in no subnet of the port"),
            .underlay(("gateway: 198.51.100.254", "gateway: «198.51.99.254"), finds: "error: gateway 198.51.99.254 is in no subnet"),
        ])
    func hosts(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "A port has one gateway of each family, and there are eight of each at most",
        arguments: [
            ConfigurationCase.changing(
                ("192.0.2.254", "[192.0.2.254, «192.0.2.253]"),
                finds: "error: the port already has an IPv4 gateway on line 20; keep one; several next hops on one link go into `routes`"),
            .underlay(
                ("[192.0.2.254, \"fe80::1\"]", "[\"2001:db8::fe\", «\"fe80::1\"]"),
                finds: "error: the port already has an IPv6 gateway on line 11"),
            .underlay(
                ("[192.0.2.254, \"fe80::1\"]", "[192.0.2.254, \"fe80::1\", «\"fe80::2\"]"),
                finds: "error: `gateway` has 3 entries: at most 2 are possible"),
        ])
    func counts(_ example: ConfigurationCase) { example.verify() }

    @Test("There are at most eight gateways of a family")
    func total() {
        let more = (1...7).map { number in
            "  - { name: w\(number), device: net_tap\(number + 10), role: underlay, mtu: 1600, addresses: [10.9.\(number).1/24], "
                + "gateway: \(number == 7 ? "«" : "")10.9.\(number).254 }\n"
        }
        ConfigurationCase.underlay(("vxlan:\n", more.dropLast().joined() + "vxlan:\n")).verify()
        ConfigurationCase.underlay(
            ("vxlan:\n", more.joined() + "vxlan:\n"), finds: "error: this is IPv4 gateway number 9: at most 8 are possible"
        ).verify()
    }

    @Test("One address needs no list around it, and each family counts for itself")
    func forms() throws {
        for (text, gateways) in [
            ("gateway: 192.0.2.254", ["192.0.2.254"]), ("gateway: [192.0.2.254]", ["192.0.2.254"]),
            ("gateway: [\"2001:db8::fe\", 192.0.2.254]", ["2001:db8::fe", "192.0.2.254"]),
        ] {
            let file = ConfigurationCase.underlaySample.replacing("gateway: [192.0.2.254, \"fe80::1\"]", with: text)
            let reading = ConfigurationReader.read(file, machine: .sample)
            #expect(reading.diagnostics == [])
            #expect(reading.configuration?.ports[1].gateways == gateways.map { IPAddress($0)! })
        }
    }
}
