import Dataplane
import Gateway
import Testing

@Suite("Hosts of networks")
struct HostNeighborTests {
    typealias Bench = HostNeighborBench

    @Test(
        "An ARP packet of any kind but a probe makes a host known at once",
        arguments: [NeighborSighting.Kind.question, .answer, .announcement])
    func arp(kind: NeighborSighting.Kind) {
        var bench = Bench()
        bench.hear(.probe)
        #expect(bench.published.isEmpty && bench.hosts.count == 0)
        bench.hear(kind)
        #expect(bench.published == [Bench.v4: KnownNeighbor(mac: Bench.a)])
        #expect(bench.hosts[Bench.v4]?.state == .known && bench.hosts.count == 1)
        #expect(bench.hosts[NetworkAddress(network: Bench.red, address: Bench.v4.address)] == nil)
    }

    @Test("An advertisement does, and tells whether the host is a router; a solicitation has it asked first")
    func neighborDiscovery() {
        var bench = Bench()
        bench.hear(.question, Bench.v6)
        #expect(bench.published.isEmpty && bench.hosts[Bench.v6]?.state == .probing)
        bench.wait(0.2)
        #expect(bench.takeProbes() == [Bench.v6: [Bench.a]])
        bench.hear(.question, Bench.v6)
        #expect(bench.published.isEmpty)
        bench.hear(.answer, Bench.v6, isRouter: true)
        #expect(bench.published == [Bench.v6: KnownNeighbor(mac: Bench.a, isRouter: true)])
        bench.hear(.question, Bench.v6)
        #expect(bench.published == [Bench.v6: KnownNeighbor(mac: Bench.a, isRouter: true)], "a question says nothing of it")
        bench.hear(.announcement, Bench.v6, isRouter: false)
        #expect(bench.published == [Bench.v6: KnownNeighbor(mac: Bench.a)])
    }

    @Test("A solicitation whose sender does not answer is forgotten")
    func unansweredSolicitation() {
        var bench = Bench()
        bench.hear(.question, Bench.v6)
        bench.wait(5)
        #expect(bench.takeProbes() == [Bench.v6: [Bench.a, Bench.a, Bench.a]] && bench.hosts.count == 0 && bench.hosts.counters.gone == 1)
    }

    @Test("A host is probed after two thirds of its life, three times a second apart, and is gone when it does not answer")
    func silence() {
        var bench = Bench()
        bench.hosts.timing.lifetime = .seconds(30)
        bench.hear(.question)
        bench.wait(19.9)
        #expect(bench.takeProbes().isEmpty && bench.hosts[Bench.v4]?.state == .known)
        bench.wait(0.3)
        #expect(bench.takeProbes() == [Bench.v4: [Bench.a]] && bench.hosts[Bench.v4]?.state == .probing)
        bench.wait(2.2)
        #expect(
            bench.takeProbes() == [Bench.v4: [Bench.a, Bench.a]] && bench.published[Bench.v4] != nil,
            "answered for as long as it may be there")
        bench.wait(1.2)
        #expect(bench.published.isEmpty && bench.hosts.count == 0 && bench.takeProbes().isEmpty)
        #expect(bench.hosts.counters.probes == 3 && bench.hosts.counters.gone == 1)
    }

    @Test("A host that answers stays, and one that talks is never asked")
    func refresh() {
        var bench = Bench()
        bench.hosts.timing.lifetime = .seconds(30)
        bench.hear(.question)
        let talking = NetworkAddress(network: Bench.blue, address: IPAddress("10.1.0.2")!)
        var probes = 0
        for _ in 0..<200 {
            bench.hear(.question, talking, at: Bench.b)
            bench.wait(1)
            for (key, macs) in bench.takeProbes() {
                #expect(key == Bench.v4 && macs == [Bench.a])
                probes += 1
                bench.hear(.answer, key)
                #expect(bench.hosts[key]?.state == .known)
            }
        }
        #expect((8...10).contains(probes) && bench.published.count == 2 && bench.hosts.counters.gone == 0)
    }

    @Test("An address that another MAC claims goes there, and is counted")
    func moves() {
        var bench = Bench()
        bench.hear(.question)
        for (mac, kind) in [(Bench.b, NeighborSighting.Kind.announcement), (Bench.a, .question), (Bench.b, .answer)] {
            bench.hear(kind, at: mac)
            #expect(bench.published == [Bench.v4: KnownNeighbor(mac: mac)])
        }
        #expect(bench.hosts.counters.moved == 3 && bench.hosts.count == 1)
        // The life of the new one begins with its first sighting.
        bench.wait(199)
        #expect(bench.takeProbes().isEmpty)
        bench.wait(2)
        #expect(bench.takeProbes() == [Bench.v4: [Bench.b]])
    }

    @Test("Over IPv6 a claim that does not override has the host asked, and a solicitation from elsewhere has that one asked")
    func movesOverIPv6() {
        var bench = Bench()
        bench.hear(.answer, Bench.v6, isRouter: true)
        bench.hear(.announcement, Bench.v6, at: Bench.b, isRouter: false, isOverride: false)
        bench.wait(0.3)
        #expect(bench.takeProbes() == [Bench.v6: [Bench.a]] && bench.published == [Bench.v6: KnownNeighbor(mac: Bench.a, isRouter: true)])
        bench.hear(.answer, Bench.v6, isRouter: true)
        bench.hear(.question, Bench.v6, at: Bench.b)
        #expect(bench.published.isEmpty && bench.hosts.counters.moved == 1)
        bench.wait(0.3)
        #expect(bench.takeProbes() == [Bench.v6: [Bench.b]])
        bench.hear(.answer, Bench.v6, at: Bench.b, isRouter: false)
        #expect(bench.published == [Bench.v6: KnownNeighbor(mac: Bench.b)])
    }

    @Test("A host that is about to take its address is not probed meanwhile")
    func pause() {
        var bench = Bench()
        bench.hosts.timing.lifetime = .seconds(30)
        bench.hear(.question)
        bench.wait(19.5)
        bench.hear(.probe)
        bench.hear(.probe, at: Bench.b)
        bench.wait(9.5)
        #expect(bench.takeProbes().isEmpty)
        bench.wait(1)
        #expect(bench.takeProbes() == [Bench.v4: [Bench.a]])
    }

    @Test("What is full is counted, and one network leaves room for the others")
    func capacity() {
        var bench = Bench(capacity: 6, perNetwork: 4)
        func key(_ network: NetworkIndex, _ number: UInt32) -> NetworkAddress {
            NetworkAddress(network: network, address: IPAddress(ipv4: 0x0A01_0000 + number))
        }
        for number in 1...10 { bench.hear(.question, key(Bench.blue, UInt32(number))) }
        #expect(bench.published.count == 4 && bench.hosts.counters.full == 6)
        for number in 1...10 { bench.hear(.question, key(Bench.red, UInt32(number))) }
        #expect(bench.published.count == 6 && bench.hosts.count == 6 && bench.hosts.counters.full == 14)
        bench.hear(.announcement, key(Bench.blue, 1), at: Bench.b)
        #expect(bench.published[key(Bench.blue, 1)]?.mac == Bench.b, "what is there may change")
    }

    @Test("Of many that are due at once, so many are probed in a tick; the others wait, and none is lost")
    func manyDue() {
        var bench = Bench(capacity: 1000, perNetwork: 1000)
        for number in 1...500 {
            bench.hear(.question, NetworkAddress(network: Bench.blue, address: IPAddress(ipv4: 0x0A01_0000 + UInt32(number))))
        }
        bench.wait(199.9)
        #expect(bench.takeProbes().isEmpty)
        var perTick: [Int] = []
        for _ in 0..<9 {
            bench.wait(0.1)
            perTick.append(bench.takeProbes().values.map(\.count).reduce(0, +))
        }
        #expect(perTick.reduce(0, +) == 500 && perTick.allSatisfy { $0 <= HostNeighbors.probesPerTickMax })
        bench.wait(10)
        #expect(bench.hosts.count == 0 && bench.published.isEmpty && bench.hosts.counters.probes == 1500)
    }
}
