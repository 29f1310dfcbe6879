import Dataplane
import Gateway
import Testing

@Suite("Reconciling")
struct ReconcilerTests {
    @Test("After any reload the tables equal those of a fresh start", arguments: 0..<4)
    func reloadEqualsFreshStart(part: Int) {
        let seed = UInt64.random(in: .min ... .max)
        print("reload seed: \(seed)")
        var maker = ConfigurationMaker(random: SeededRandom(state: seed))
        for round in 0..<25 {
            let old = maker.make()
            let new = maker.make()
            var reloaded = Fixture.makeReconciler()
            var fresh = Fixture.makeReconciler()
            _ = reloaded.reconcile(to: old)
            _ = reloaded.reconcile(to: new, at: 10)
            _ = fresh.reconcile(to: new, at: 10)
            #expect(TableDump(reloaded).difference(to: TableDump(fresh)) == [], "seed \(seed) part \(part) round \(round)")
            #expect(reloaded.tables.macs.brokenInvariants().isEmpty)
            reloaded.tables.destroy()
            fresh.tables.destroy()
        }
    }

    @Test("A hundred reloads in a row leave what one start makes, and no position is lost")
    func manyReloads() {
        let seed = UInt64.random(in: .min ... .max)
        print("many reloads seed: \(seed)")
        var maker = ConfigurationMaker(random: SeededRandom(state: seed))
        var reloaded = Fixture.makeReconciler()
        var last = Configuration()
        for second in 0..<100 {
            last = maker.make()
            _ = reloaded.reconcile(to: last, at: second)
            #expect(reloaded.networks.values.allSatisfy { $0.index.rawValue <= 12 }, "seed \(seed): network positions are not given back")
            #expect(reloaded.tunnels.values.allSatisfy { $0.index.rawValue <= 64 }, "seed \(seed): tunnel positions are not given back")
        }
        var fresh = Fixture.makeReconciler()
        _ = fresh.reconcile(to: last, at: 100)
        #expect(TableDump(reloaded).difference(to: TableDump(fresh)) == [], "seed \(seed)")
        #expect(reloaded.reconcile(to: last, at: 101).isEmpty, "the same configuration again is no change")
        reloaded.tables.destroy()
        fresh.tables.destroy()
    }

    @Test("Learned MACs outlive a reload exactly when their network and their place do")
    func learnedEntries() {
        let seed = UInt64.random(in: .min ... .max)
        print("learned entries seed: \(seed)")
        var maker = ConfigurationMaker(random: SeededRandom(state: seed))
        for _ in 0..<50 {
            let old = maker.make()
            let new = maker.make()
            var reconciler = Fixture.makeReconciler()
            _ = reconciler.reconcile(to: old)
            let learned = learnEverywhere(reconciler)
            _ = reconciler.reconcile(to: new, at: 10)
            let before = WantedState(old, ports: Fixture.directory), after = WantedState(new, ports: Fixture.directory)
            for entry in learned {
                let isKept = survives(entry, from: before, to: after)
                let found = reconciler.networks[entry.vni].map {
                    !reconciler.tables.macs.lookup(MACKey(network: $0.index, mac: entry.mac)).isNone
                }
                #expect((found ?? false) == isKept, "seed \(seed): \(entry)")
            }
            reconciler.tables.destroy()
        }
    }

    @Test("What a network that goes knows of its hosts is gone before another network has its place")
    func hostNeighbors() {
        func configuration(_ vni: UInt32) -> Configuration {
            var configuration = Configuration()
            configuration.networks = [.init(name: "n", vni: VNI(vni)!)]
            configuration.networks[0].suppressesNeighbors = true
            return configuration
        }
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: configuration(1))
        let index = reconciler.networks[VNI(1)!]!.index, address = UnderlayAddress(ipv4: 1)
        reconciler.tables.neighbors.put(index, address, KnownNeighbor(mac: MACAddress(2, 0, 0, 0, 0, 1)))
        _ = reconciler.reconcile(to: configuration(1), at: 1)
        #expect(reconciler.tables.neighbors[index, address] != nil)
        _ = reconciler.reconcile(to: configuration(2), at: 2)
        #expect(reconciler.networks[VNI(2)!]?.index == index && reconciler.tables.networks.features(index) == .neighborSuppression)
        #expect(reconciler.tables.neighbors[index, address] == nil && reconciler.tables.neighbors.count == 0)
        reconciler.tables.destroy()
    }

    private struct Learned {
        var vni: VNI
        var mac: MACAddress
        var location: Configuration.StaticMAC.Location
    }

    /// A MAC behind each member and each tunnel of each network.
    private func learnEverywhere(_ reconciler: Reconciler) -> [Learned] {
        var learned: [Learned] = []
        for (vni, network) in reconciler.networks {
            let places =
                network.members.map { Configuration.StaticMAC.Location.member($0) }
                + reconciler.tunnels.keys.filter { $0.udpPort == network.udpPort }.map { .remote($0.address) }
            for (number, place) in places.enumerated() {
                let mac = MACAddress(2, 0, 0, 9, 9, UInt8(number))
                var previous = Destination.none
                let outcome = reconciler.tables.macs.learn(
                    MACKey(network: network.index, mac: mac), reconciler.destination(of: place, in: network)!, now: 5, previous: &previous)
                #expect(outcome == .inserted)
                learned.append(Learned(vni: vni, mac: mac, location: place))
            }
        }
        return learned
    }

    /// A MAC goes with its network, with its place, and when its network takes the VTEP that it is behind off its list.
    private func survives(_ entry: Learned, from before: WantedState, to after: WantedState) -> Bool {
        guard let old = before.networks[entry.vni], let new = after.networks[entry.vni], old.udpPort == new.udpPort else { return false }
        switch entry.location {
        case .member(let member): return new.members.contains(member)
        case .remote(let address):
            let remote = RemoteVTEP(address, udpPort: new.udpPort)
            let isTakenOff = old.remotes.contains(remote) && !new.remotes.contains(remote)
            return !isTakenOff && after.tunnels[remote] != nil
        }
    }

    @Test("Static MACs of a network that comes find the room of one that goes")
    func staticsInAFullTable() {
        func configuration(_ vni: UInt32) -> Configuration {
            var network = Configuration.Network(name: "net\(vni)", vni: VNI(vni)!)
            network.members = [.init(port: "lan0", tags: .untagged)]
            network.staticMACs = (0..<12).map { .init(mac: MACAddress(2, 0, 0, 0, 3, $0), location: .member(network.members[0])) }
            var configuration = Configuration()
            configuration.macs.capacity = 16
            configuration.networks = [network]
            return configuration
        }
        var reconciler = Fixture.makeReconciler(macCapacity: 16)
        for vni: UInt32 in [100, 101, 100] {
            let wanted = WantedState(configuration(vni), ports: Fixture.directory)
            let result = reconciler.reconcile(to: wanted, routes: UnderlayRoutes([]), now: MonotonicTime(.zero), seconds: 1)
            #expect(result.refused.isEmpty)
            #expect(reconciler.tables.macs.count == 12)
        }
        reconciler.tables.destroy()
    }

    @Test("What a table has no room for is named")
    func refusedStepsAreNamed() {
        var configuration = Configuration()
        configuration.macs.capacity = 16
        var network = Configuration.Network(name: "blue", vni: VNI(100)!)
        network.members = [.init(port: "lan0", tags: .untagged)]
        network.staticMACs = (0..<17).map { .init(mac: MACAddress(2, 0, 0, 0, 3, $0), location: .member(network.members[0])) }
        configuration.networks = [network]
        var reconciler = Fixture.makeReconciler(macCapacity: 16)
        let result = reconciler.reconcile(
            to: WantedState(configuration, ports: Fixture.directory), routes: UnderlayRoutes([]), now: MonotonicTime(.zero), seconds: 1)
        #expect(result.refused.count == 1)
        reconciler.tables.destroy()
    }

    @Test("A reload of one network takes no step in another")
    func unchangedNetworksAreLeftAlone() {
        var maker = ConfigurationMaker(random: SeededRandom(state: 7))
        var old = maker.make()
        while old.networks.count < 3 { old = maker.make() }
        var new = old
        new.networks[0].remotes = []
        let steps = Difference.steps(from: WantedState(old, ports: Fixture.directory), to: WantedState(new, ports: Fixture.directory))
        for network in old.networks.dropFirst() {
            #expect(!steps.contains { $0.description.hasPrefix("VNI \(network.vni):") })
        }
    }

    @Test("What only a restart changes is named, all of it")
    func restartIsNamed() {
        var old = Configuration()
        old.ports = [.init(name: "lan0", device: "net_tap0", role: .access), .init(name: "lan1", device: "net_tap1", role: .access)]
        var new = old
        new.system.cores = [1, 2]
        new.system.memory = 1024
        new.ports = [
            .init(name: "lan0", device: "net_tap7", role: .access, mtu: 1400), .init(name: "lan2", device: "net_tap2", role: .access),
        ]
        new.ports[0].queues = .exactly(1)
        new.macs.capacity = 1 << 20
        let lines = RestartCheck.differences(from: old, to: new, macCapacityMaximum: 65536)
        for key in [
            "system.cores", "system.memory", "ports.lan0.device", "ports.lan0.mtu", "ports.lan0.queues: auto -> 1",
            "ports.lan1: port removed", "ports.lan2: new port", "macs.capacity",
        ] {
            #expect(lines.contains { $0.hasPrefix(key) }, "\(key) is missing in \(lines)")
        }
        #expect(lines.count == 8)
        #expect(RestartCheck.differences(from: old, to: old, macCapacityMaximum: 65536).isEmpty)
    }

    @Test("A neighbour that is found or lost goes into every tunnel behind it, and only there")
    func neighborsReachTunnels() throws {
        var configuration = Configuration()
        var wan0 = Configuration.Port(name: "wan0", device: "c", role: .underlay, mtu: 1600)
        wan0.addresses = [InterfaceAddress("192.0.2.1/24")!]
        wan0.gateways = [IPAddress("192.0.2.254")!]
        configuration.ports = [wan0]
        var network = Configuration.Network(name: "blue", vni: VNI(100)!)
        network.remotes = ["192.0.2.2", "203.0.113.7", "203.0.113.8"].map { IPAddress($0)! }
        configuration.networks = [network]
        var reconciler = Fixture.makeReconciler()
        _ = reconciler.reconcile(to: configuration)

        func resolved(_ address: String) throws -> Bool {
            let tunnel = try #require(reconciler.tunnels[RemoteVTEP(IPAddress(address)!)])
            return reconciler.tables.tunnels[tunnel.index]?.isResolved == true
        }
        #expect(try !resolved("203.0.113.7"))
        let reply = ARPPacket.announcement(of: IPAddress("192.0.2.254")!, at: MACAddress(2, 0, 0, 0, 2, 254)).frame(to: .broadcast)
        _ = reconciler.settle(reconciler.host.receive(frame: reply, onPort: PortIndex(2), now: MonotonicTime(.seconds(1))))
        #expect(try resolved("203.0.113.7"))
        #expect(try resolved("203.0.113.8"))
        #expect(try !resolved("192.0.2.2"))
        reconciler.tables.destroy()
    }
}
