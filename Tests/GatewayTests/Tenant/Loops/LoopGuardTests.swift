import Dataplane
import Gateway
import Testing

@Suite("Loops: what is blocked and when it opens")
struct LoopGuardTests {
    private let place = { LoopBench.place($0, 0) }

    @Test("Of two ports that a cable joins the later one is blocked, within a second, and opens three seconds after the cable is gone")
    func cable() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1), LoopBench.port(2)])
        bench.run(seconds: 5)
        #expect(bench.story == [])
        bench.plug(LoopBench.place(0), LoopBench.place(1))
        bench.run(seconds: 1.1)
        #expect(bench.story == ["block 1"])
        bench.run(seconds: 120)
        #expect(bench.story == ["block 1"], "a loop that stands does not flap")
        bench.pull()
        bench.run(seconds: 2.8)
        #expect(bench.blocked == [1])
        bench.run(seconds: 0.5)
        #expect(bench.story == ["block 1", "open 1"])
    }

    @Test("The port whose link came up later is blocked, whatever the order of the configuration")
    func youngest() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1)])
        bench.loops.linkChanged(PortIndex(0), isUp: false, now: bench.now)
        bench.run(seconds: 1)
        bench.loops.linkChanged(PortIndex(0), isUp: true, now: bench.now)
        bench.plug(LoopBench.place(0), LoopBench.place(1))
        bench.run(seconds: 1.1)
        #expect(bench.story == ["block 0"])
    }

    @Test("No probe is sent through a port without link; it is probed as soon as it comes up")
    func link() {
        var bench = LoopBench([LoopBench.port(0, vlans: [1, 2, 3])])
        bench.loops.linkChanged(PortIndex(0), isUp: false, now: bench.now)
        bench.run(seconds: 3)
        #expect(bench.sent.isEmpty)
        bench.loops.linkChanged(PortIndex(0), isUp: true, now: bench.now)
        bench.tick()
        #expect(bench.sent.count == 1)
    }

    @Test("A port that gets its own probes back is blocked", arguments: [0, 200] as [UInt16])
    func onePort(vlan: UInt16) {
        var bench = LoopBench([LoopBench.port(0, vlans: [0, 200])])
        bench.plug(LoopBench.place(0), LoopBench.place(0, vlan))
        bench.run(seconds: 1.1)
        #expect(bench.story == ["block 0"])
        bench.run(seconds: 60)
        bench.pull()
        bench.run(seconds: 3.5)
        #expect(bench.story == ["block 0", "open 0"])
    }

    /// Ticks of two guards on one segment and in one network. A probe comes back as long as the other one's port is open.
    private func duel(_ gateways: [UInt64], seconds: Int) -> [Int] {
        var now = MonotonicTime(.seconds(100))
        var guards = gateways.map { LoopGuard(gateway: $0) }
        for number in guards.indices { _ = guards[number].guardPorts([LoopBench.port(0)], now: now) }
        return (0..<seconds * 10).map { _ in
            now = now + .milliseconds(100)
            let isOpen = guards.map(\.blocks.isEmpty)
            for number in guards.indices {
                for case .send(let frame, _) in guards[number].tick(now: now) where isOpen[1 - number] {
                    _ = guards[number].receive(frame, network: NetworkIndex(1), origin: .tunnel(TunnelIndex(1)), now: now)
                }
            }
            return guards.count { !$0.blocks.isEmpty }
        }
    }

    @Test("Of two gateways that find a loop at the same moment, one comes back and stays")
    func duels() {
        for number in 1...200 as ClosedRange<UInt64> {
            let blocked = duel([number, number &* 0xD129_9C33_7A11], seconds: 60)
            #expect(blocked.contains(2), "they start together")
            #expect(blocked.suffix(300).allSatisfy { $0 == 1 }, "gateway \(number): \(blocked)")
        }
    }

    @Test("A probe that comes back through a tunnel blocks the port that it was sent through")
    func tunnel() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1)])
        bench.wires[LoopBench.place(0)] = [(.tunnel(TunnelIndex(3)), NetworkIndex(1))]
        bench.run(seconds: 30)
        #expect(bench.story == ["block 0"])
        bench.pull()
        bench.run(seconds: 5.1)
        #expect(bench.story == ["block 0", "open 0"])
    }

    @Test("A port that is not guarded is never blocked: the other end is")
    func unguarded() {
        var bench = LoopBench([LoopBench.port(0)])
        bench.wires[LoopBench.place(0)] = [(.local(port: PortIndex(1), vlan: nil), NetworkIndex(1))]
        bench.run(seconds: 30)
        #expect(bench.story == ["block 0"])
    }

    @Test("Of three ports on one switch one stays open, and when that is unplugged another opens")
    func threePorts() {
        var bench = LoopBench((0..<3).map { LoopBench.port($0) })
        for (a, b) in [(0, 1), (0, 2), (1, 2)] as [(UInt16, UInt16)] { bench.plug(LoopBench.place(a), LoopBench.place(b)) }
        bench.run(seconds: 30)
        #expect(bench.blocked == [1, 2])
        bench.pull()
        bench.plug(LoopBench.place(1), LoopBench.place(2))
        bench.run(seconds: 30)
        #expect(bench.blocked == [2], "\(bench.story)")
        #expect(bench.story.filter { $0.hasPrefix("open") } == ["open 1"], "both never open at once")
    }

    @Test("A loop that keeps coming back stays cut twice as long each time, up to 96 seconds, until it has been away for ten minutes")
    func relapses() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1)])
        var waits: [Int] = []
        for _ in 0..<8 {
            bench.plug(LoopBench.place(0), LoopBench.place(1))
            bench.run(seconds: 2)
            bench.pull()
            var tenths = 0
            while !bench.blocked.isEmpty {
                bench.tick()
                tenths += 1
            }
            waits.append(tenths)
        }
        for (wait, silence) in zip(waits, [3, 6, 12, 24, 48, 96, 96, 96]) {
            #expect((10 * (silence - 1) - 1...10 * silence + 1).contains(wait), "\(waits)")
        }
        bench.run(seconds: 601)
        bench.plug(LoopBench.place(0), LoopBench.place(1))
        bench.run(seconds: 2)
        bench.pull()
        bench.run(seconds: 3.5)
        #expect(bench.blocked == [])
    }

    @Test("Who has not listened for a second knows nothing of silence")
    func gap() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1)])
        bench.plug(LoopBench.place(0), LoopBench.place(1))
        bench.run(seconds: 2)
        bench.tick(after: .seconds(60))
        #expect(bench.blocked == [1])
        bench.run(seconds: 30)
        #expect(bench.story == ["block 1"])
    }

    @Test("A probe that comes back in another network blocks nothing, and is told once a minute")
    func joined() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1, network: 2)])
        bench.plug(LoopBench.place(0), LoopBench.place(1, network: 2))
        bench.run(seconds: 119)
        #expect(bench.story == ["joined", "joined"])
    }

    @Test("A port that is not to be guarded any more is opened; what stays guarded stays blocked")
    func reload() {
        let ports = (0..<3).map { LoopBench.port($0) }
        var bench = LoopBench(ports)
        bench.plug(LoopBench.place(0), LoopBench.place(1))
        bench.run(seconds: 2)
        #expect(bench.loops.guardPorts([ports[0], LoopBench.port(1, vlans: [0, 5])], now: bench.now) == [])
        #expect(bench.blocked == [1])
        let block = bench.loops.blocks[PortIndex(1)]!
        var without = bench
        #expect(without.loops.guardPorts([ports[0], LoopBench.port(1, vlans: [])], now: bench.now) == [.open(PortIndex(1), block)])
        #expect(without.blocked == [])
        #expect(bench.loops.guardPorts([ports[0]], now: bench.now) == [.open(PortIndex(1), block)])
        #expect(bench.loops.guardPorts([], now: bench.now) == [] && !bench.loops.isGuarding)
        #expect(bench.loops.tick(now: bench.now) == [])
    }

    @Test("Probes of another gateway, old ones, those of places that are gone and damaged ones prove nothing")
    func disregarded() {
        var bench = LoopBench([LoopBench.port(0), LoopBench.port(1)])
        let loops = bench.loops, mac = MACAddress(2, 0, 0, 0, 0, 0)
        let good = LoopProbeFrame(gateway: loops.gateway, place: LoopBench.place(0), sentAt: bench.now)
        let bad = [
            LoopProbeFrame(gateway: 7, place: good.place, sentAt: bench.now),
            LoopProbeFrame(gateway: loops.gateway, place: good.place, sentAt: bench.now + .seconds(-3)),
            LoopProbeFrame(gateway: loops.gateway, place: good.place, sentAt: bench.now + .seconds(1)),
            LoopProbeFrame(gateway: loops.gateway, place: LoopBench.place(0, 9), sentAt: bench.now),
            LoopProbeFrame(gateway: loops.gateway, place: LoopBench.place(9), sentAt: bench.now),
            LoopProbeFrame(gateway: loops.gateway, place: LoopBench.place(0, network: 2), sentAt: bench.now),
        ]
        let origin = Destination.local(port: PortIndex(1), vlan: nil)
        for probe in bad {
            let actions = bench.loops.receive(probe.frame(from: mac), network: NetworkIndex(1), origin: origin, now: bench.now)
            #expect(actions == [], "\(probe)")
        }
        for count in 0..<46 {
            let frame = [UInt8](good.frame(from: mac).prefix(count))
            #expect(bench.loops.receive(frame, network: NetworkIndex(1), origin: origin, now: bench.now) == [])
        }
        #expect(bench.loops.counters.disregarded == UInt64(bad.count + 46) && bench.loops.counters.returned == 0)
        #expect(!bench.loops.receive(good.frame(from: mac), network: NetworkIndex(1), origin: origin, now: bench.now).isEmpty)
    }

    @Test("Whatever comes in at random, only guarded ports are blocked, and every block ends")
    func random() {
        let seed = UInt64.random(in: .min ... .max)
        print("loop guard seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = LoopBench((0..<4).map { LoopBench.port($0, vlans: [0, 7]) })
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                let ports = (0..<2).map { _ in UInt16.random(in: 0..<6, using: &random) }
                bench.plug(LoopBench.place(ports[0], 7), LoopBench.place(ports[1]))
            case 1: bench.pull()
            case 2:
                let port = PortIndex(UInt16.random(in: 0..<6, using: &random))
                bench.loops.linkChanged(port, isUp: Bool.random(using: &random), now: bench.now)
            case 3:
                var frame = LoopProbeFrame(
                    gateway: bench.loops.gateway, place: LoopBench.place(UInt16.random(in: 0..<6, using: &random)), sentAt: bench.now
                ).frame(from: .zero)
                frame[Int.random(in: 0..<60, using: &random)] = UInt8.random(in: 0...255, using: &random)
                let origin = Destination.local(port: PortIndex(UInt16.random(in: 0..<6, using: &random)), vlan: nil)
                _ = bench.loops.receive(frame, network: NetworkIndex(1), origin: origin, now: bench.now)
            default: bench.tick()
            }
            #expect(bench.blocked.allSatisfy { $0 < 4 })
        }
        bench.pull()
        for _ in 0..<1000 { bench.tick() }
        #expect(bench.blocked == [], "seed \(seed)")
    }
}
