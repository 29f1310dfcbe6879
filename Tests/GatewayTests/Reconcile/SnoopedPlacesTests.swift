import Dataplane
import Gateway
import Testing

@Suite("Reconciliation: multicast snooping")
struct SnoopedPlacesTests {
    private static let vni = VNI(100)!
    private static let group = UnderlayAddress(ipv4: 0xEF01_0101)

    /// Network blue on both access ports, with two VTEPs.
    private static func configuration(snoops: Bool = true, _ change: (inout Configuration.Network) -> Void = { _ in }) -> Configuration {
        var wan0 = Configuration.Port(name: "wan0", device: "c", role: .underlay, mtu: 1600)
        wan0.addresses = [InterfaceAddress("192.0.2.1/24")!]
        var network = Configuration.Network(name: "blue", vni: vni)
        network.members = [.init(port: "lan0", tags: MemberTags(vlan: VLANID(100))), .init(port: "lan1", tags: .untagged)]
        network.remotes = ["192.0.2.2", "192.0.2.3"].map { IPAddress($0)! }
        network.snoopsMulticast = snoops
        change(&network)
        var configuration = Configuration()
        configuration.ports = [.init(name: "lan0", device: "a", role: .access), .init(name: "lan1", device: "b", role: .access), wan0]
        configuration.networks = [network]
        return configuration
    }

    private static let lan0 = Destination.local(port: PortIndex(0), vlan: VLANID(100)),
        lan1 = Destination.local(port: PortIndex(1), vlan: nil)

    /// Everything for lan0, nothing for anybody else.
    private static var targets: MulticastTargets {
        var targets = MulticastTargets()
        targets.ipv4 = .init(routers: .init(local: [lan0]), reports: .init(local: [lan0]))
        return targets
    }

    private func known(_ reconciler: Reconciler) -> MulticastTargets.Places? {
        reconciler.networks[Self.vni].flatMap { reconciler.tables.networks.multicastPlaces($0.index, Self.group) }
    }

    @Test("The places of networks that snoop are those that floods go to")
    func places() throws {
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: Self.configuration(snoops: false))
        #expect(reconciler.snoopedPlaces.isEmpty)
        _ = reconciler.reconcile(to: Self.configuration { $0.group = IPAddress("239.9.9.9")! })
        let tunnels = try ["192.0.2.2", "192.0.2.3", "239.9.9.9"].map { try #require(reconciler.tunnels[RemoteVTEP(IPAddress($0)!)]).index }
        let remote = tunnels.map { Destination.tunnel($0) }
        #expect(reconciler.snoopedPlaces == [Self.vni: SnoopedPlaces(local: [Self.lan0, Self.lan1], remote: remote, group: remote[2])])
        reconciler.tables.destroy()
    }

    @Test("What workers know of groups goes at once when a place of the network goes, and stays when something else changes")
    func stale() {
        let changes: [(goes: Bool, (inout Configuration.Network) -> Void)] = [
            (false, { _ in }), (false, { $0.icmpTooBig = true }), (false, { $0.name = "green" }), (true, { $0.members.removeLast() }),
            (true, { $0.remotes.removeLast() }), (true, { $0.snoopsMulticast = false }), (true, { $0.udpPort = 8472 }),
        ]
        for (number, change) in changes.enumerated() {
            var reconciler = Fixture.makeReconciler()
            _ = reconciler.reconcile(to: Self.configuration())
            reconciler.publishMulticast([Self.vni: Self.targets])
            #expect(known(reconciler) == .init(local: [Self.lan0]))
            _ = reconciler.reconcile(to: Self.configuration(change.1), at: 1)
            #expect((known(reconciler) == nil) == change.goes, "change \(number)")
            reconciler.tables.destroy()
        }
    }

    @Test("A network that takes the place of another in the tables knows nothing of its groups")
    func nextNetwork() {
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: Self.configuration())
        reconciler.publishMulticast([Self.vni: Self.targets, VNI(999)!: Self.targets])
        var other = Self.configuration()
        other.networks[0] = Configuration.Network(name: "red", vni: VNI(101)!)
        other.networks[0].snoopsMulticast = true
        let before = reconciler.networks[Self.vni]?.index
        _ = reconciler.reconcile(to: other, at: 1)
        #expect(reconciler.networks[VNI(101)!]?.index == before)
        #expect(before.map { reconciler.tables.networks.multicastPlaces($0, Self.group) == nil } == true)
        reconciler.tables.destroy()
    }
}
