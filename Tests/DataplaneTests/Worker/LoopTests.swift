import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    /// Loop probes that come back, and blocked ports.
    @Suite("Loops")
    struct LoopTests {
        static let gateway: UInt64 = 0x1122_3344_5566_7788

        private func withProbes(_ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void) throws {
            try Rig.blue(options) { rig in
                rig.tables.publishProbes(gateway: LoopTests.gateway)
                try body(rig)
            }
        }

        private func shown(_ rig: Rig) -> [TenantFrame] {
            var frames: [TenantFrame] = []
            while let frame = rig.exchange.nextTenantFrame() { frames.append(frame) }
            return frames
        }

        @Test("A probe of ours is shown to control with the place where it came back, and goes no further", arguments: [false, true])
        func ownProbe(isBlocked: Bool) throws {
            try withProbes { rig in
                if isBlocked { for number in 0..<3 { rig.tables.ports.block(rig.lan(number)) } }
                let probe = loopProbe()
                let arrivals: [(Packet, Int, Destination)] = [
                    (try rig.packet(probe), 2, .port(2)), (try rig.packet(tagged(probe, 0xE064)), 0, .port(0, vlan: 100)),
                    (try rig.packet(tagged(probe, 0xE000)), 2, .port(2)),
                    (try DropCase.stripped(rig, probe, tag: 200), 1, .port(1, vlan: 200)),
                ]
                for (packet, port, origin) in arrivals {
                    try #expect(rig.forward(packet, on: rig.lan(port)) == [:])
                    let frames = shown(rig)
                    #expect(frames.map(\.frame) == [probe] && frames.map(\.origin) == [origin])
                    #expect(frames.map(\.network) == [NetworkIndex(1)])
                }
                try #expect(rig.forward(rig.encapsulated(probe, from: 2)) == [:])
                #expect(shown(rig).map(\.origin) == [.tunnel(2)])
                #expect(rig.tables.macs.count == 0 && rig.events.isEmpty, "nothing is learned from a probe")
                rig.expectedDrops = [.loopProbe: 5]
            }
        }

        @Test("Probes of other gateways, and all while we send none, are multicast like any other")
        func foreignProbes() throws {
            for own in [nil, LoopTests.gateway] {
                try Rig.blue { rig in
                    rig.tables.publishProbes(gateway: own)
                    let probe = loopProbe(gateway: own == nil ? LoopTests.gateway : 7)
                    try #expect(rig.forward(tagged(probe, 100), on: rig.lan(0)).count == 3)
                    try #expect(rig.forward(rig.encapsulated(probe, from: 1)).count == 3)
                    #expect(shown(rig).isEmpty)
                }
            }
        }

        @Test("What only resembles a probe is multicast: another type, magic or address, or cut short")
        func lookalikes() throws {
            try withProbes { rig in
                let probe = loopProbe()
                for frame in [
                    probe.replacing(12, 0x90, 1), probe.replacing(20, 0), probe.replacing(24, 0), probe.replacing(0, 0xCD),
                    Bytes(probe.prefix(45)),
                ] {
                    try #expect(rig.forward(frame, on: rig.lan(2)).count == 3)
                    try #expect(rig.forward(rig.encapsulated(frame, from: 1)).count == 3)
                }
                // What identifies it has to be in the first segment.
                try #expect(rig.forward(rig.packet(probe, segments: [45]), on: rig.lan(2)).count == 3)
                #expect(shown(rig).isEmpty)
            }
        }

        @Test("Nothing enters through a blocked port, and nothing leaves, until it is open again")
        func blocked() throws {
            try withProbes { rig in
                rig.put(Blue.b, .port(0, vlan: 100), origin: .learned)
                rig.tables.ports.block(rig.lan(0))
                #expect(rig.tables.ports.isBlocked(rig.lan(0)))
                try #expect(rig.forward(tagged(datagram(from: Blue.c, to: Blue.a), 100), on: rig.lan(0)) == [:])
                #expect(rig.place(of: Blue.c) == .none)
                // Known, flooded to several, and from a tunnel.
                try #expect(rig.forward(Blue.aToB, on: rig.lan(2)) == [:])
                try #expect(rig.forward(Blue.aToAll, on: rig.lan(2)).keys.sorted() == [rig.lan(1), rig.wan])
                try #expect(rig.forward(rig.encapsulated(Blue.aToB, from: 1)) == [:])
                rig.expectedDrops = [.portBlocked: 4]
                rig.tables.ports.open(rig.lan(0), mtu: rig.options.accessMTU)
                try #expect(rig.forward(Blue.aToB, on: rig.lan(2)) == [rig.lan(0): [tagged(Blue.aToB, 100)]])
                let large = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1501))
                try #expect(rig.forward(large, on: rig.lan(2)) == [:])
                rig.expectedDrops[.mtuExceeded] = 1
            }
        }

        @Test("A flood with no member left but a blocked one is dropped for that")
        func onlyMember() throws {
            try withProbes { rig in
                rig.makeNetwork(2, vni: 2, members: [(0, 7), (1, 7)])
                rig.tables.ports.block(rig.lan(1))
                try #expect(rig.forward(tagged(Blue.aToAll, 7), on: rig.lan(0)) == [:])
                rig.expectedDrops = [.portBlocked: 1]
            }
        }

        @Test("Control's probes leave through a blocked port with the tag of the member; its other frames do not")
        func injected() throws {
            try withProbes { rig in
                for isBlocked in [false, true] {
                    if isBlocked { rig.tables.ports.block(rig.lan(1)) }
                    #expect(rig.exchange.inject(loopProbe(), network: NetworkIndex(1), to: .port(1, vlan: 200), pool: rig.pool))
                    rig.poll()
                    #expect(rig.takeAll() == [rig.lan(1): [tagged(loopProbe(), 200)]])
                }
                #expect(rig.exchange.inject(Blue.aToB, network: NetworkIndex(1), to: .port(1, vlan: 200), pool: rig.pool))
                rig.poll()
                // A probe of somebody else's, flooded.
                try #expect(rig.forward(loopProbe(gateway: 7), on: rig.lan(2)).keys.sorted() == [rig.lan(0), rig.wan])
                #expect(rig.takeAll() == [:])
                rig.expectedDrops = [.portBlocked: 2]
            }
        }

        @Test("Control sees probes although other frames have used up what it may be shown, and so many a second at most")
        func budget() throws {
            try withProbes { rig in
                rig.workers[0].worker.holdClock()
                var seen = 0
                for _ in 0..<Worker.probesPerSecond + 10 {
                    try rig.receive(loopProbe(), on: rig.lan(2))
                    rig.poll()
                    seen += shown(rig).count
                }
                #expect(seen == Worker.probesPerSecond)
                #expect(rig.counters().totals.tenantFramesUnseen == 10)
                rig.expectedDrops = [.loopProbe: UInt64(Worker.probesPerSecond + 10)]
            }
        }

        @Test("Damaged probes on open and blocked ports are shown, forwarded or dropped, and no buffer is lost")
        func damaged() throws {
            let random = seededRandom("Bad probes")
            var options = Rig.Options()
            options.macCapacity = 64
            try withProbes(options) { rig in
                rig.tables.ports.block(rig.lan(0))
                let probes = [loopProbe(), tagged(loopProbe(), 100), tagged(loopProbe(), 0xE0C8), loopProbe(gateway: 3)]
                var access = PacketMutator(seeds: probes + LinkLocalFrame.allCases.map(\.bytes), random: random)
                var underlay = PacketMutator(seeds: probes.map { rig.encapsulated($0, from: 1).bytes }, random: random)
                var seen = 0
                for round in 0..<20_000 {
                    for (packet, port) in [(access.next(rig.pool), rig.lan(round % 3)), (underlay.next(rig.pool), rig.wan)] {
                        try rig.receive(packet, on: port)
                    }
                    rig.poll()
                    seen += shown(rig).count
                    _ = rig.takeAll()
                    while rig.exchange.nextPunt() != nil {}
                    _ = rig.events
                }
                rig.expectedDrops = rig.drops
                #expect(seen > 1000 && rig.drops[.portBlocked, default: 0] > 1000 && rig.drops[.lldp, default: 0] > 100)
            }
        }
    }
}
