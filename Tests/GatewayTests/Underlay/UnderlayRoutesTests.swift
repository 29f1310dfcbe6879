import Dataplane
import Gateway
import Testing

@Suite("Underlay routes")
struct UnderlayRoutesTests {
    private let access = PortIndex(0)
    private let low = PortIndex(1)
    private let high = PortIndex(2)

    @Test("A remote on the subnet is its own next hop")
    func onLink() {
        let routes = UnderlayRoutes([(low, Underlay.configuration(["192.0.2.1/24"], gateway: "192.0.2.254"))])
        expect(routes, "192.0.2.2", low, "192.0.2.1", "192.0.2.2")
    }

    @Test("A remote beyond every subnet goes through the gateway")
    func throughGateway() {
        let routes = UnderlayRoutes([(low, Underlay.configuration(["192.0.2.1/24"], gateway: "192.0.2.254"))])
        expect(routes, "203.0.113.9", low, "192.0.2.1", "192.0.2.254")
    }

    @Test("Without a subnet or a gateway there is no route")
    func none() {
        let routes = UnderlayRoutes([(low, Underlay.configuration(["192.0.2.1/24"]))])
        #expect(routes.lookup(Underlay.address("203.0.113.9")) == nil)
        #expect(UnderlayRoutes([]).lookup(Underlay.peer) == nil)
    }

    @Test("The longest prefix wins over the order of ports and addresses")
    func longestPrefix() {
        let routes = UnderlayRoutes([
            (low, Underlay.configuration(["192.0.2.1/24", "192.0.2.129/25"])),
            (high, Underlay.configuration(["192.0.2.193/26"])),
        ])
        expect(routes, "192.0.2.2", low, "192.0.2.1", "192.0.2.2")
        expect(routes, "192.0.2.130", low, "192.0.2.129", "192.0.2.130")
        expect(routes, "192.0.2.200", high, "192.0.2.193", "192.0.2.200")
    }

    @Test("Among equal prefixes the lower port index and the earlier address win, whatever the order given")
    func ties() {
        let a = Underlay.configuration(["192.0.2.1/24", "192.0.2.5/24"])
        let b = Underlay.configuration(["192.0.2.6/24"])
        expect(UnderlayRoutes([(low, a), (high, b)]), "192.0.2.9", low, "192.0.2.1", "192.0.2.9")
        expect(UnderlayRoutes([(high, b), (low, a)]), "192.0.2.9", low, "192.0.2.1", "192.0.2.9")
    }

    @Test("A subnet wins over the gateways of all ports")
    func subnetBeforeGateway() {
        let routes = UnderlayRoutes([
            (low, Underlay.configuration(["192.0.2.1/24"], gateway: "192.0.2.254")),
            (high, Underlay.configuration(["198.51.100.1/24"], gateway: "198.51.100.254")),
        ])
        expect(routes, "198.51.100.7", high, "198.51.100.1", "198.51.100.7")
        expect(routes, "192.0.2.7", low, "192.0.2.1", "192.0.2.7")
    }

    @Test("Towards the gateway the address of its subnet speaks, else the first one")
    func gatewaySource() {
        let several = Underlay.configuration(["198.51.100.1/24", "192.0.2.1/24"], gateway: "192.0.2.254")
        expect(UnderlayRoutes([(low, several)]), "203.0.113.9", low, "192.0.2.1", "192.0.2.254")
        let offLink = Underlay.configuration(["198.51.100.1/32"], gateway: "192.0.2.254")
        expect(UnderlayRoutes([(low, offLink)]), "203.0.113.9", low, "198.51.100.1", "192.0.2.254")
    }

    @Test("A /31 link reaches its other end, a /32 nobody", arguments: [("/31", true), ("/32", false)])
    func pointToPoint(prefix: String, isReachable: Bool) {
        let routes = UnderlayRoutes([(low, Underlay.configuration(["192.0.2.0" + prefix]))])
        #expect((routes.lookup(Underlay.address("192.0.2.1")) != nil) == isReachable)
    }

    @Test("Families do not mix")
    func families() {
        let routes = UnderlayRoutes([
            (low, Underlay.configuration(["192.0.2.1/24"], gateway: "192.0.2.254")),
            (high, Underlay.configuration(["2001:db8::1/64"], gateway: "2001:db8::fe")),
        ])
        expect(routes, "2001:db8::2", high, "2001:db8::1", "2001:db8::2")
        expect(routes, "2001:db8:1::2", high, "2001:db8::1", "2001:db8::fe")
        expect(routes, "203.0.113.9", low, "192.0.2.1", "192.0.2.254")
    }

    @Test("Access ports have no part in it")
    func accessPorts() {
        var port = Underlay.configuration(["192.0.2.1/24"])
        port.role = .access
        #expect(UnderlayRoutes([(access, port)]).lookup(Underlay.peer) == nil)
    }

    @Test(
        "What is no other host has no route",
        arguments: [
            "192.0.2.1", "0.0.0.0", "127.0.0.1", "239.1.1.1", "255.255.255.255", "::", "::1", "ff02::1", "fe80::7", "2001:db8:1::1",
        ])
    func noHost(remote: String) {
        let routes = UnderlayRoutes([
            (low, Underlay.configuration(["192.0.2.1/24", "2001:db8::1/64"], gateway: "192.0.2.254")),
            (high, Underlay.configuration(["2001:db8:1::1/64"], gateway: "2001:db8:1::fe")),
        ])
        #expect(routes.lookup(Underlay.address(remote)) == nil)
    }

    private func expect(
        _ routes: UnderlayRoutes, _ remote: String, _ port: PortIndex, _ source: String, _ nextHop: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        let route = UnderlayRoute(port: port, source: Underlay.address(source), nextHop: Underlay.address(nextHop))
        #expect(routes.lookup(Underlay.address(remote)) == route, sourceLocation: location)
    }
}
