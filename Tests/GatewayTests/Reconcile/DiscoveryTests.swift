import Dataplane
import Gateway
import Testing

@Suite("Remote VTEPs that are discovered")
struct DiscoveryTests {
    private func configuration(_ accept: Configuration.Accept, remotes: [String] = []) -> Configuration {
        var configuration = Configuration()
        configuration.vxlan.accept = accept
        var wan0 = Configuration.Port(name: "wan0", device: "c", role: .underlay, mtu: 1600)
        wan0.addresses = [InterfaceAddress("192.0.2.1/24")!, InterfaceAddress("2001:db8::1/64")!]
        wan0.gateways = [IPAddress("192.0.2.254")!]
        configuration.ports = [wan0]
        var network = Configuration.Network(name: "blue", vni: VNI(100)!)
        network.remotes = remotes.map { IPAddress($0)! }
        configuration.networks = [network]
        return configuration
    }

    private func discover(_ reconciler: inout Reconciler, _ address: String, _ configuration: Configuration, at seconds: Int = 1)
        -> Reconciler.Discovery
    {
        reconciler.discover(
            RemoteVTEP(IPAddress(address)!), accept: configuration.vxlan.accept,
            routes: UnderlayRoutes(configuration, ports: reconciler.ports), now: MonotonicTime(.seconds(seconds)))
    }

    @Test("Who may send gets a tunnel, of either family; who may not gets none")
    func accepted() {
        let configuration = configuration(.prefixes([InterfaceAddress("192.0.2.0/24")!, InterfaceAddress("2001:db8::/32")!]))
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: configuration)
        #expect(discover(&reconciler, "192.0.2.7", configuration) == .added)
        #expect(discover(&reconciler, "2001:db8::7", configuration) == .added)
        #expect(discover(&reconciler, "192.0.2.7", configuration) == .known)
        #expect(discover(&reconciler, "198.51.100.7", configuration) == .refused, "may not")
        #expect(discover(&reconciler, "2001:db8:1::7", configuration) == .refused, "no route")
        #expect(reconciler.tables.vteps[0xC000_0207] != .none)
        #expect(Set(reconciler.discovered.keys.map(\.description)) == ["192.0.2.7", "2001:db8::7"])
        reconciler.tables.destroy()
    }

    @Test("A reload keeps what was discovered while it may still send, and makes it configured where it is named")
    func reload() throws {
        var reconciler = Fixture.makeReconciler()
        let any = configuration(.any)
        _ = reconciler.reconcile(to: any)
        for address in ["192.0.2.7", "192.0.2.8", "203.0.113.9"] { #expect(discover(&reconciler, address, any) == .added) }
        let index = try #require(reconciler.tunnels[RemoteVTEP(IPAddress("192.0.2.7")!)]).index
        _ = reconciler.reconcile(to: configuration(.any, remotes: ["192.0.2.7"]), at: 2)
        #expect(reconciler.tunnels[RemoteVTEP(IPAddress("192.0.2.7")!)]?.index == index, "the same tunnel, and the MACs behind it")
        #expect(reconciler.discovered.count == 2)
        let steps = reconciler.reconcile(
            to: configuration(.prefixes([InterfaceAddress("203.0.113.0/24")!]), remotes: ["192.0.2.7"]), at: 3)
        #expect(steps.contains(.removeTunnel(RemoteVTEP(IPAddress("192.0.2.8")!))))
        #expect(reconciler.discovered.keys.map(\.description) == ["203.0.113.9"])
        _ = reconciler.reconcile(to: configuration(.configured), at: 4)
        #expect(reconciler.discovered.isEmpty && reconciler.tunnels.isEmpty)
        #expect(reconciler.tables.vteps[0xCB00_7109] == .none)
        reconciler.tables.destroy()
    }

    @Test("Who is silent for long is forgotten, with the MACs behind it")
    func silence() throws {
        let any = configuration(.any)
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: any)
        for address in ["192.0.2.7", "192.0.2.8"] { _ = discover(&reconciler, address, any, at: 0) }
        let talking = try #require(reconciler.tunnels[RemoteVTEP(IPAddress("192.0.2.7")!)]).index
        let silent = try #require(reconciler.tunnels[RemoteVTEP(IPAddress("192.0.2.8")!)]).index
        let network = try #require(reconciler.networks[VNI(100)!]).index
        for (number, tunnel) in [talking, silent].enumerated() {
            var previous = Destination.none
            let key = MACKey(network: network, mac: MACAddress(2, 0, 0, 0, 9, UInt8(number)))
            #expect(reconciler.tables.macs.learn(key, .tunnel(tunnel), now: 1, previous: &previous) == .inserted)
        }
        var packets: UInt64 = 1
        for second in stride(from: 10, through: 600, by: 10) {
            packets += 1
            let gone = reconciler.expire(now: MonotonicTime(.seconds(second)), silence: .seconds(600)) { $0 == talking ? packets : 5 }
            // The first look counts what came before it.
            #expect(gone.isEmpty == (second < 610), "at \(second)")
        }
        let gone = reconciler.expire(now: MonotonicTime(.seconds(610)), silence: .seconds(600)) { $0 == talking ? packets + 1 : 5 }
        #expect(gone == [RemoteVTEP(IPAddress("192.0.2.8")!)])
        #expect(reconciler.tables.macs.count == 1 && reconciler.tables.vteps[0xC000_0208] == .none)
        reconciler.tables.destroy()
    }

    @Test("There is a limit, and behind it nothing is lost")
    func limit() {
        let any = configuration(.any)
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: any)
        let limit = Configuration.Limits.discoveredVTEPs
        for number in 0..<limit {
            #expect(discover(&reconciler, "198.51.\(100 + number / 250).\(number % 250 + 1)", any) == .added)
        }
        #expect(discover(&reconciler, "203.0.113.1", any) == .full)
        #expect(reconciler.discovered.count == limit && reconciler.tunnels.count == limit)
        reconciler.tables.destroy()
    }
}
