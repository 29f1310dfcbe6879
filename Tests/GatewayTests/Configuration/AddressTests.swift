import Gateway
import Testing

@Suite("Addresses of the underlay")
struct AddressTests {
    @Test(
        "Addresses are well formed",
        arguments: [
            ConfigurationCase.changing(
                ("192.0.2.1/24", "«192.0.2.1"),
                finds:
                    "error: `addresses` must be an IP address with a prefix length from 1 to 32, or to 128 for IPv6, not `192.0.2.1`; add the prefix length of its subnet, for example 192.0.2.1/24"
            ),
            .changing(
                ("192.0.2.1/24", "«192.0.2/24"),
                finds:
                    "error: `addresses` must be an IP address with a prefix length from 1 to 32, or to 128 for IPv6, not `192.0.2/24`; write it as in"
            ),
            .changing(("192.0.2.1/24", "«192.0.2.1/33"), finds: "error: `addresses` must be"),
            .changing(("192.0.2.1/24", "«192.0.2.1/0"), finds: "error: `addresses` must be"),
            .changing(("192.0.2.1/24", "«\"192.0.2.1\\0/24\""), finds: "error: `addresses` must be"),
            .changing(
                ("192.0.2.1/24", "192.0.2.1/24, «2001:db8::1"),
                finds:
                    "error: `addresses` must be an IP address with a prefix length from 1 to 32, or to 128 for IPv6, not `2001:db8::1`; add the prefix length of its subnet, for example 2001:db8::1/64"
            ),
            .changing(("192.0.2.1/24", "192.0.2.1/24, «2001:db8::1/129"), finds: "error: `addresses` must be"),
            .changing(("192.0.2.1/24", "192.0.2.1/24, «2001:db8::1/0"), finds: "error: `addresses` must be"),
            .changing(
                ("192.0.2.1/24", "192.0.2.1/24, «\"::ffff:192.0.2.4/120\""),
                finds:
                    "error: `::ffff:192.0.2.4/120` is an IPv4-mapped IPv6 address, which no packet may have; write the IPv4 address, 192.0.2.4"
            ),
            .changing(("192.0.2.254", "«192.0.2.254/24"), finds: "error: `gateway` must be an IP address, not `192.0.2.254/24`"),
            .changing(("192.0.2.254", "«{ a: b }"), finds: "error: `gateway` must be text, not a mapping"),
            .changing(("address: 192.0.2.9", "address: «fe80::9%wan0"), finds: "error: `address` must be an IP address, not"),
            .changing(("198.51.100.7", "«\"::ffff:198.51.100.7\""), finds: "error: `::ffff:198.51.100.7` is an IPv4-mapped"),
            .changing(("198.51.100.7", "«\"198.51.100.7\\0x\""), finds: "error: `remotes` must be an IP address"),
            .changing(("198.51.100.7", "«router"), finds: "error: `remotes` must be an IP address, not `router`"),
        ])
    func wellFormed(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "The gateway's own addresses are those of hosts",
        arguments: [
            ("192.0.2.0/24", "the network address of its /24 subnet"),
            ("192.0.2.255/24", "the broadcast address of its /24 subnet"),
            ("224.0.0.5/24", "a multicast address"), ("127.0.0.1/8", "a loopback address"),
            ("0.0.0.0/24", "the unspecified address"),
            ("0.1.2.3/8", "in 0.0.0.0/8"), ("255.255.255.255/32", "the broadcast address;"),
        ])
    func ownAddressIsAHost(address: String, problem: String) {
        let shown = address.prefix { $0 != "/" }
        ConfigurationCase.changing(("192.0.2.1/24", "192.0.2.1/24, «\(address)"), finds: "error: \(shown) is \(problem)").verify()
    }

    @Test(
        "So are those of IPv6, and link-local ones are no addresses to give",
        arguments: [
            ("2001:db8::/64", "the subnet-router anycast address of its /64 subnet"),
            ("2001:db8::4/126", "the subnet-router anycast address of its /126 subnet"),
            ("::/64", "the unspecified address"), ("::1/128", "a loopback address"), ("ff05::1/64", "a multicast address"),
            ("fe80::1/64", "a link-local address, which every port has of its own; give a global"),
        ])
    func ownIPv6AddressIsAHost(address: String, problem: String) {
        let shown = address.prefix { $0 != "/" }
        ConfigurationCase.changing(("192.0.2.1/24", "192.0.2.1/24, «\"\(address)\""), finds: "error: \(shown) is \(problem)").verify()
    }

    @Test(
        "Both addresses of a /31 or /127 and that of a /32 or /128 are hosts",
        arguments: ["203.0.113.0/31", "203.0.113.1/31", "203.0.113.5/32", "2001:db8::/127", "2001:db8::1/127", "2001:db8::/128"])
    func pointToPoint(address: String) {
        ConfigurationCase.changing(("192.0.2.1/24", "192.0.2.1/24, \(address)")).verify()
    }

    private static let secondUnderlay = """
          - name: wan1
            device: "0000:3b:00.1"
            role: underlay
            mtu: 1600
        """

    @Test(
        "Addresses exist once, and subnets of two ports are apart",
        arguments: [
            ConfigurationCase.changing(
                ("[192.0.2.1/24]", "[192.0.2.1/24, «192.0.2.1/25]"), finds: "error: address 192.0.2.1 is already used on line 19"),
            .changing(
                ("vxlan:", secondUnderlay + "\n    addresses: [«192.0.2.1/24]\nvxlan:"),
                finds: "error: address 192.0.2.1 is already used on line 19"),
            .changing(
                ("vxlan:", secondUnderlay + "\n    addresses: [«192.0.3.1/22]\nvxlan:"),
                finds: "error: the subnet of 192.0.3.1/22 overlaps that of 192.0.2.1/24 on line 19"),
            .changing(
                ("vxlan:", secondUnderlay + "\n    addresses: [«192.0.2.129/25]\nvxlan:"),
                finds: "error: the subnet of 192.0.2.129/25 overlaps"),
            .underlay(
                ("\"2001:db8:1::1/64\"", "«2001:db8:0:1::1/63, «2001:db8::1/65"),
                finds: "error: the subnet of 2001:db8:0:1::1/63 overlaps that of 2001:db8::1/64 on line 10",
                "error: address 2001:db8::1 is already used on line 10"),
        ])
    func overlaps(_ example: ConfigurationCase) { example.verify() }

    @Test("Two addresses of one subnet on one port, and separate subnets on two, are fine")
    func separateAddresses() {
        ConfigurationCase.changing(("[192.0.2.1/24]", "[192.0.2.1/24, 192.0.2.4/24]")).verify()
        ConfigurationCase.changing(("vxlan:", Self.secondUnderlay + "\n    addresses: [203.0.113.1/24]\nvxlan:")).verify()
    }

    @Test("There are at most 16 addresses on a port")
    func addressCount() {
        let more = (10..<25).map { "192.0.2.\($0)/24" }.joined(separator: ", ")
        ConfigurationCase.changing(
            ("192.0.2.1/24", "192.0.2.1/24, \(more), «192.0.2.99/24"),
            finds: "error: `addresses` has 17 entries: at most 16 are possible"
        )
        .verify()
    }

    @Test(
        "Static neighbours are other hosts of the port's subnet, with a station's MAC address",
        arguments: [
            ConfigurationCase.changing(
                ("address: 192.0.2.9", "address: «198.51.100.9"),
                finds: "error: neighbor 198.51.100.9 is in no subnet of the port"),
            .changing(
                ("address: 192.0.2.9", "address: «192.0.2.1"), finds: "error: neighbor 192.0.2.1 is the port's own address"),
            .changing(("address: 192.0.2.9", "address: «192.0.2.0"), finds: "error: neighbor 192.0.2.0 is the network address"),
            .changing(("address: 192.0.2.9", "address: «224.0.0.1"), finds: "error: neighbor 224.0.0.1 is a multicast address"),
            .changing(
                ("address: 192.0.2.9", "address: «fe80::9"),
                finds: "error: neighbor fe80::9 is link-local, and the port has no IPv6 address"),
            .underlay(
                ("address: \"2001:db8::9\"", "address: «\"2001:db8:1::9\""),
                finds: "error: neighbor 2001:db8:1::9 is in no subnet of the port"
            ),
            .underlay(
                ("address: \"2001:db8::9\"", "address: «\"2001:db8::\""),
                finds: "error: neighbor 2001:db8:: is the subnet-router anycast address"),
            .changing(
                ("neighbors:\n", "neighbors:\n      - { address: 192.0.2.9, mac: \"02:00:00:00:00:08\" }\n"),
                ("address: 192.0.2.9, mac: \"02:00:00:00:00:09\"", "address: «192.0.2.9, mac: \"02:00:00:00:00:09\""),
                finds: "error: neighbor 192.0.2.9 is already listed on line 22"),
            .changing(
                ("\"02:00:00:00:00:09\"", "«\"01:00:00:00:00:09\""),
                finds: "error: the MAC address 01:00:00:00:00:09 is a multicast address"),
            .changing(
                ("\"02:00:00:00:00:09\"", "«\"00:00:00:00:00:00\""), finds: "error: the MAC address 00:00:00:00:00:00 is all zero"
            ),
            .changing(
                ("\"02:00:00:00:00:09\"", "«\"ff:ff:ff:ff:ff:ff\""),
                finds: "error: the MAC address ff:ff:ff:ff:ff:ff is the broadcast address"),
            .changing(
                ("\"02:00:00:00:00:09\"", "«\"02:00:00:00:00\""),
                finds: "error: `mac` must be a MAC address, not `02:00:00:00:00`"),
        ])
    func neighbors(_ example: ConfigurationCase) { example.verify() }
}
