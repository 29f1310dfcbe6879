import Dataplane
import Gateway
import Testing

@Suite("Hosts of networks that are reloaded")
struct HostNeighborReloadTests {
    typealias Bench = HostNeighborBench

    private func wanted(_ vni: UInt32 = 1, udpPort: UInt16? = nil, hosts neighbors: [NetworkAddress: MACAddress] = [:])
        -> HostNeighbors.Wanted
    {
        .init(vni: VNI(vni)!, udpPort: udpPort, neighbors: Dictionary(uniqueKeysWithValues: neighbors.map { ($0.key.address, $0.value) }))
    }

    @Test("Configured hosts are there at once, never probed and never changed but for being routers; contradictions are counted")
    func configured() {
        var bench = Bench()
        bench.set([Bench.blue: wanted(hosts: [Bench.v4: Bench.a, Bench.v6: Bench.a])])
        #expect(bench.published == [Bench.v4: KnownNeighbor(mac: Bench.a), Bench.v6: KnownNeighbor(mac: Bench.a)])
        bench.wait(1000)
        bench.hear(.announcement, at: Bench.b)
        bench.hear(.question)
        bench.hear(.answer, Bench.v6, isRouter: true)
        #expect(bench.takeProbes().isEmpty && bench.hosts.counters.contradicted == 1 && bench.hosts.counters.moved == 0)
        #expect(bench.published == [Bench.v4: KnownNeighbor(mac: Bench.a), Bench.v6: KnownNeighbor(mac: Bench.a, isRouter: true)])
        #expect(bench.hosts[Bench.v4]?.state == .fixed)
    }

    @Test("They come, change and go, and take the place of what was learned")
    func changes() {
        var bench = Bench()
        bench.hear(.question)
        bench.set([Bench.blue: wanted(hosts: [Bench.v4: Bench.b])])
        #expect(bench.published == [Bench.v4: KnownNeighbor(mac: Bench.b)])
        bench.set([Bench.blue: wanted(hosts: [Bench.v4: Bench.a])])
        #expect(bench.published == [Bench.v4: KnownNeighbor(mac: Bench.a)])
        bench.set([Bench.blue: wanted()])
        #expect(bench.published.isEmpty && bench.hosts.count == 0)
        bench.hear(.question)
        bench.set([Bench.blue: wanted()])
        #expect(bench.published.count == 1, "what is learned stays")
        bench.wait(210)
        #expect(bench.published.isEmpty && bench.takeProbes() == [Bench.v4: [Bench.a, Bench.a, Bench.a]])
    }

    @Test("Configured hosts always have room")
    func room() {
        var bench = Bench(capacity: 1, perNetwork: 1)
        bench.hear(.question)
        bench.set([Bench.blue: wanted(hosts: [Bench.v6: Bench.a])])
        #expect(bench.published.count == 2)
    }

    @Test("A network that suppresses no more, or whose position another one takes, loses its hosts", arguments: 0..<3)
    func networks(case number: Int) {
        var bench = Bench()
        bench.hear(.question)
        bench.hear(.question, Bench.v6)
        let red = NetworkAddress(network: Bench.red, address: Bench.v4.address)
        bench.hear(.question, red)
        let after = [nil, wanted(7), wanted(1, udpPort: 8472)][number]
        bench.set([Bench.red: wanted(2)].merging(after.map { [Bench.blue: $0] } ?? [:]) { $1 })
        #expect(Array(bench.published.keys) == [red] && bench.hosts.count == 1)
        bench.hear(.question)
        #expect(bench.published.count == (after == nil ? 1 : 2))
        bench.wait(1)
        #expect(bench.takeProbes().isEmpty, "nothing is left of the one that was asked for")
    }

    @Test("Whatever happens, the counts are right and workers know what control publishes")
    func model() {
        let seed = UInt64.random(in: .min ... .max)
        print("hosts seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = Bench(capacity: 30, perNetwork: 20)
        bench.hosts.timing.lifetime = .seconds(9)
        for _ in 0..<20_000 {
            let network = [Bench.blue, Bench.red].randomElement(using: &random)!
            let number = UInt64.random(in: 1...25, using: &random)
            let address = Bool.random(using: &random) ? IPAddress(ipv4: UInt32(number)) : IPAddress(high: 0x2001 << 48, low: number)
            let key = NetworkAddress(network: network, address: address)
            let mac = [Bench.a, Bench.b].randomElement(using: &random)!
            switch Int.random(in: 0..<40, using: &random) {
            case 0:
                let neighbors = Bool.random(using: &random) ? [key: mac] : [:]
                let changed = wanted(UInt32.random(in: 1...2, using: &random), hosts: neighbors)
                bench.set([Bench.blue: wanted()].merging([network: changed]) { $1 })
            case 1: bench.wait(Double(Int.random(in: 0...30, using: &random)) / 10)
            default:
                let kind = [NeighborSighting.Kind.question, .answer, .announcement, .probe].randomElement(using: &random)!
                let isRouter = address.isIPv4 || kind == .question ? nil : Bool.random(using: &random)
                bench.hear(kind, key, at: mac, isRouter: isRouter, isOverride: Int.random(in: 0..<4, using: &random) > 0)
            }
            let hosts = [Bench.blue, Bench.red].flatMap { network in
                bench.hosts.hosts(of: network).map { (NetworkAddress(network: network, address: $0.address), $0.host) }
            }
            let published = hosts.filter(\.1.isPublished).map { ($0.0, KnownNeighbor(mac: $0.1.mac, isRouter: $0.1.isRouter)) }
            guard hosts.count == bench.hosts.count, Dictionary(uniqueKeysWithValues: published) == bench.published else {
                Issue.record("seed \(seed)")
                return
            }
        }
        bench.set([:])
        #expect(bench.published.isEmpty && bench.hosts.count == 0)
    }
}
