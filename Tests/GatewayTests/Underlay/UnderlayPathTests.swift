import Dataplane
import Gateway
import Testing

@Suite("Underlay paths")
struct UnderlayPathTests {
    private static let first = PortIndex(1)
    private static let second = PortIndex(4)
    private static let third = PortIndex(9)

    /// Two uplinks with both families and a gateway of each, and a third without gateways.
    private static let ports: [UnderlayRoutes.IndexedPort] = [
        (first, port("wan0", ["192.0.2.1/24", "2001:db8::1/64"], ["192.0.2.254", "fe80::1"])),
        (second, port("wan1", ["198.51.100.1/24", "2001:db8:1::1/64"], ["2001:db8:1::fe", "198.51.100.254"])),
        (third, port("wan2", ["203.0.113.1/28"], [])),
    ]

    private static func port(_ name: String, _ addresses: [String], _ gateways: [String]) -> Configuration.Port {
        var port = Underlay.configuration(addresses)
        port.name = name
        port.gateways = gateways.map { Underlay.address($0) }
        return port
    }

    private static func route(_ prefix: String, _ nextHops: String...) -> Configuration.Route {
        .init(prefix: InterfaceAddress(prefix)!, nextHops: nextHops.map { Underlay.address($0) })
    }

    /// A remote, its source, and its paths as `port index > next hop`.
    struct Case: CustomTestStringConvertible, Sendable {
        let remote: String
        let source: String
        let paths: [String]
        var testDescription: String { remote }

        init(_ remote: String, from source: String, _ paths: String...) {
            self.remote = remote
            self.source = source
            self.paths = paths
        }

        func verify(_ routes: UnderlayRoutes, at location: SourceLocation = #_sourceLocation) {
            let route = routes.lookup(Underlay.address(remote))
            #expect(route?.source == Underlay.address(source), sourceLocation: location)
            #expect(route?.paths.map { "\($0.port.rawValue) > \($0.nextHop)" } == paths, sourceLocation: location)
        }
    }

    @Test(
        "The gateways of all ports are paths to what no subnet and no route holds",
        arguments: [
            Case("10.0.0.9", from: "192.0.2.1", "1 > 192.0.2.254", "4 > 198.51.100.254"),
            Case("2001:db8:9::9", from: "2001:db8::1", "1 > fe80::1", "4 > 2001:db8:1::fe"),
            Case("203.0.113.2", from: "203.0.113.1", "9 > 203.0.113.2"),
            Case("203.0.113.16", from: "192.0.2.1", "1 > 192.0.2.254", "4 > 198.51.100.254"),
        ])
    func gateways(_ example: Case) {
        example.verify(UnderlayRoutes(Self.ports))
        example.verify(UnderlayRoutes(Self.ports.reversed()))
    }

    private static let routes = [
        route("10.0.0.0/8", "192.0.2.9", "203.0.113.9"), route("10.1.0.0/16", "198.51.100.9"), route("192.0.2.128/25", "198.51.100.8"),
        route("203.0.113.0/28", "192.0.2.9"), route("203.0.113.0/24", "192.0.2.9"),
        route("2001:db8:9::/48", "2001:db8:1::9", "2001:db8::9"),
        route("0.0.0.0/0", "203.0.113.14"),
    ]

    @Test(
        "The longest prefix wins, be it a subnet, a route or a gateway, and a subnet before a route of its length",
        arguments: [
            Case("10.9.0.1", from: "192.0.2.1", "1 > 192.0.2.9", "9 > 203.0.113.9"),
            Case("10.1.0.1", from: "198.51.100.1", "4 > 198.51.100.9"),
            Case("192.0.2.127", from: "192.0.2.1", "1 > 192.0.2.127"),
            Case("192.0.2.129", from: "198.51.100.1", "4 > 198.51.100.8"),
            Case("203.0.113.7", from: "203.0.113.1", "9 > 203.0.113.7"),
            Case("203.0.113.77", from: "192.0.2.1", "1 > 192.0.2.9"),
            Case("2001:db8:9::1", from: "2001:db8::1", "1 > 2001:db8::9", "4 > 2001:db8:1::9"),
            Case("2001:db8:8::1", from: "2001:db8::1", "1 > fe80::1", "4 > 2001:db8:1::fe"),
            Case("172.16.0.1", from: "203.0.113.1", "9 > 203.0.113.14"),
        ])
    func longestPrefix(_ example: Case) {
        example.verify(UnderlayRoutes(Self.ports, routes: Self.routes))
        example.verify(UnderlayRoutes(Self.ports, routes: Self.routes.reversed()))
    }

    @Test(
        "An address for all ports is the source of every tunnel of its family, and no remote",
        arguments: [
            Case("10.9.0.1", from: "198.18.0.1", "1 > 192.0.2.9", "9 > 203.0.113.9"),
            Case("192.0.2.7", from: "198.18.0.1", "1 > 192.0.2.7"),
            Case("2001:db8:9::1", from: "2001:db8::1", "1 > 2001:db8::9", "4 > 2001:db8:1::9"),
        ])
    func local(_ example: Case) {
        let routes = UnderlayRoutes(Self.ports, routes: Self.routes, local: [Underlay.address("198.18.0.1")])
        example.verify(routes)
        #expect(routes.lookup(Underlay.address("198.18.0.1")) == nil)
    }

    @Test("A next hop on no link is left out, and a route without any gives way to the next shorter prefix")
    func unreachableNextHops() {
        let routes = UnderlayRoutes(
            Self.ports,
            routes: [
                Self.route("10.0.0.0/8", "192.0.2.9"), Self.route("10.1.0.0/16", "172.16.0.1"),
                Self.route("10.2.0.0/16", "172.16.0.1", "198.51.100.9"),
            ])
        Case("10.1.0.1", from: "192.0.2.1", "1 > 192.0.2.9").verify(routes)
        Case("10.2.0.1", from: "198.51.100.1", "4 > 198.51.100.9").verify(routes)
    }

    @Test(
        "A group is its own next hop on its port, or on the first with an address of the family",
        arguments: [
            ("239.1.1.1", nil, first, "192.0.2.1"), ("239.1.1.1", "wan1", second, "198.51.100.1"),
            ("239.1.1.1", "wan2", third, "203.0.113.1"),
            ("ff05::1", nil, first, "2001:db8::1"), ("ff05::1", "wan1", second, "2001:db8:1::1"),
        ] as [(String, String?, PortIndex, String)])
    func groups(group: String, name: String?, port: PortIndex, source: String) {
        let address = Underlay.address(group)
        let expected = UnderlayRoute(port: port, source: Underlay.address(source), nextHop: address)
        #expect(UnderlayRoutes(Self.ports).lookup(group: address, port: name) == expected)
        let local = UnderlayRoutes(Self.ports, local: [Underlay.address("198.18.0.1"), Underlay.address("2001:db8:ffff::1")])
        let ours = Underlay.address(address.isIPv4 ? "198.18.0.1" : "2001:db8:ffff::1")
        #expect(local.lookup(group: address, port: name) == UnderlayRoute(port: port, source: ours, nextHop: address))
    }

    @Test(
        "No group without a port that speaks its family, and no group that is none",
        arguments: [("ff05::1", "wan2"), ("239.1.1.1", "wan7"), ("192.0.2.7", "wan0"), ("2001:db8::7", nil)] as [(String, String?)])
    func noGroup(group: String, name: String?) {
        #expect(UnderlayRoutes(Self.ports).lookup(group: Underlay.address(group), port: name) == nil)
    }

    /// Against a slow reading of the rule: every subnet, route and gateway that holds the remote, the longest of them, subnets first.
    @Test("Random routes give what the rule says")
    func randomRoutes() {
        let seed = UInt64.random(in: .min ... .max)
        print("underlay paths seed: \(seed)")
        var random = SeededRandom(state: seed)
        for _ in 0..<300 {
            let made = (0..<12).map { _ -> Configuration.Route in
                let address = IPAddress(ipv4: 0xC000_0200 | UInt32.random(in: 0..<1024, using: &random))
                let prefix = InterfaceAddress(address, prefixLength: Int.random(in: 20...32, using: &random))!.prefix
                let hops = ["192.0.2.9", "198.51.100.9", "203.0.113.9"].shuffled(using: &random).prefix(
                    Int.random(in: 1...3, using: &random))
                return .init(prefix: prefix, nextHops: hops.map { Underlay.address($0) })
            }
            let routes = Dictionary(made.map { ($0.prefix, $0) }) { first, _ in first }.values
            let table = UnderlayRoutes(Self.ports, routes: routes)
            for _ in 0..<50 {
                let remote = IPAddress(ipv4: 0xC000_0200 | UInt32.random(in: 0..<1024, using: &random))
                guard remote != Underlay.address("192.0.2.1") else { continue }
                let best = routes.filter { $0.prefix.contains(remote) }.max { $0.prefix.prefixLength < $1.prefix.prefixLength }
                let isOnLink = InterfaceAddress("192.0.2.0/24")!.contains(remote)
                let expected: Set<IPAddress>
                if isOnLink, best?.prefix.prefixLength ?? 0 <= 24 {
                    expected = [remote]
                } else {
                    expected = Set(best?.nextHops ?? [Underlay.address("192.0.2.254"), Underlay.address("198.51.100.254")])
                }
                let found = Set(table.lookup(remote)?.paths.map(\.nextHop) ?? [])
                guard found != expected else { continue }
                Issue.record("seed \(seed): \(remote) has paths over \(found), not \(expected)")
                return
            }
        }
    }
}
