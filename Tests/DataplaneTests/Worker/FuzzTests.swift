import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Bad input")
    struct FuzzTests {
        /// Where packets went.
        struct Outcomes: Equatable {
            var received = 0, transmitted = 0, punted = 0, dropped = 0
            var sum: Int { transmitted + punted + dropped }
        }

        /// A burst of packets on each of two ports, and what became of them.
        private func play(_ rig: Rig, _ mutators: inout [PacketMutator], _ ports: [PortIndex], _ check: (PortIndex, Bytes) -> Void)
            -> Outcomes
        {
            var outcomes = Outcomes()
            let droppedBefore = dropCount(rig)
            for (position, port) in ports.enumerated() {
                for _ in 0..<Worker.burst {
                    let packet = mutators[position].next(rig.pool)
                    rig.received[Int(port.rawValue)].add(Int(packet.pointee.pkt_len))
                    if !rig.ports[Int(port.rawValue)].receive(packet) { Issue.record("the port's ring is full") }
                }
            }
            outcomes.received = rig.poll()
            for port in rig.ports.indices.map({ PortIndex(UInt16($0)) }) {
                let packets = rig.takePackets(port)
                outcomes.transmitted += packets.count
                if let packet = packets.first { check(port, PacketPool.bytes(packet)) }
                packets.forEach { vd_mbuf_free($0) }
            }
            while rig.exchange.nextPunt() != nil { outcomes.punted += 1 }
            outcomes.dropped = dropCount(rig) - droppedBefore
            return outcomes
        }

        private func dropCount(_ rig: Rig) -> Int { DropReason.allCases.reduce(0) { $0 + Int(rig.counters().drops($1)) } }

        /// Whatever came in, what goes out to other VTEPs is well-formed.
        private func checkWellFormed(_ rig: Rig, _ port: PortIndex, _ frame: Bytes) {
            guard port.rawValue >= rig.wan.rawValue else {
                #expect(frame.count >= 14)
                return
            }
            let view = OuterView(frame)
            let udpOffset = view.family.udpOffset + view.tagBytes
            #expect(view.tag == (port == rig.wan ? nil : 300) && frame.count >= udpOffset + 30)
            #expect(Int(frame.u16(udpOffset + 4)) == frame.count - udpOffset && view.sourcePort >= 49152)
            #expect(![0x8100, 0x88A8].contains(view.inner.u16(12)), "no tag inside")
            // Without UDP checksum over IPv4; with one over IPv6, and nothing left to put right.
            #expect((view.udpChecksum == 0) == (view.family == .ipv4) && PacketMutator.repaired(frame) == frame)
            if view.family == .ipv4 {
                #expect(naiveChecksum(view.ipv4Header) == 0 && Int(view.ipv4Header.u16(2)) == frame.count - 14 - view.tagBytes)
            } else {
                #expect(Int(frame.u16(18 + view.tagBytes)) == frame.count - udpOffset)
            }
        }

        /// Strangers may send, some reserved bits must be zero; the second underlay port, if there is one, has a tag, and takes packets without UDP
        /// checksum over IPv6.
        private func setPolicies(_ rig: Rig) {
            rig.setOwnAddresses()
            rig.tables.publishAccept([(UnderlayAddress(bytes: Rig.peerAddress6(99)), 128), (UnderlayAddress(ipv4: 0xC000_0240), 122)])?
                .deallocate()
            rig.tables.publishReservedBits(0x8000_0100_0000_0081)
            guard rig.options.underlayPorts > 1 else { return }
            rig.tables.ports.setOuterTag(rig.wan(1), VLANID(300))
            rig.tables.ports.setAcceptsZeroChecksum(rig.wan(1), true)
        }

        @Test("Of two million damaged packets each one is transmitted, handed to control or dropped for a reason, and no buffer is lost")
        func everyPacketHasOneOutcome() throws {
            let random = seededRandom("Bad input, single targets")
            var options = Rig.Options()
            options.accessPorts = 1
            options.underlayPorts = 2
            options.macCapacity = 64
            // Two networks of one member and one VTEP each, so that a flood has one target.
            try Rig.run(options) { rig in
                let fields = OuterFields {
                    $0.udpChecksum = .software
                    $0.tag = 300
                }
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: .ipv6, fields, port: 1) }
                rig.makeTunnel(1, over: .ipv4)
                rig.addSender(UnderlayAddress(ipv4: Rig.peerAddress(2)), tunnel: 2)
                rig.makeNetwork(1, vni: 10100, members: [(0, 100)], tunnels: [1])
                rig.makeNetwork(2, vni: 10200, members: [(0, 0)], tunnels: [2])
                setPolicies(rig)
                var mutators = [
                    PacketMutator(seeds: PacketMutator.accessSeeds, random: random),
                    PacketMutator(seeds: PacketMutator.underlaySeeds(rig, vnis: [10100, 10200]), random: random),
                    PacketMutator(seeds: PacketMutator.underlaySeeds(rig, vnis: [10100, 10200], tag: 0xA12C), random: random),
                ]
                var total = Outcomes()
                while total.received < 2_000_000 {
                    let outcomes = play(rig, &mutators, [rig.lan(0), rig.wan, rig.wan(1)]) { checkWellFormed(rig, $0, $1) }
                    guard outcomes.received == 3 * Worker.burst, outcomes.sum == outcomes.received else {
                        Issue.record("\(outcomes) after \(total.received) packets")
                        break
                    }
                    total.received += outcomes.received
                    total.transmitted += outcomes.transmitted
                    total.punted += outcomes.punted
                }
                print("Bad input: \(total), drops \(rig.drops.map { "\($0.key.name) \($0.value)" }.sorted())")
                checkReach(rig, total)
            }
        }

        /// The packets were bad enough to be dropped for every reason that a packet itself can give, and good enough to pass.
        private func checkReach(_ rig: Rig, _ total: Outcomes) {
            let drops = rig.drops
            rig.expectedDrops = drops
            #expect(total.transmitted > 100_000 && total.punted > 1000)
            for reason in DropReason.allCases
            where [.access, .underlay, .decapsulation].contains(reason.stage) && reason != .untaggedRefused && reason != .portBlocked {
                #expect(drops[reason, default: 0] > 0, "\(reason.name)")
            }
        }

        @Test("Damaged packets that are flooded to many lose no buffer", arguments: [true, false])
        func floods(sendsSegments: Bool) throws {
            let random = seededRandom("Bad input, floods")
            var options = Rig.Options()
            options.macCapacity = 16
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                rig.tables.macs.setCapacity(2)
                rig.makeTunnel(2, over: .ipv6, OuterFields { $0.udpChecksum = .software })
                setPolicies(rig)
                var mutators = [
                    PacketMutator(seeds: PacketMutator.accessSeeds, random: random),
                    PacketMutator(seeds: PacketMutator.underlaySeeds(rig, vnis: [10100, 10100]), random: random),
                ]
                var transmitted = 0
                for round in 0..<3000 {
                    let outcomes = play(rig, &mutators, [rig.lan(round % 3), rig.wan]) { checkWellFormed(rig, $0, $1) }
                    transmitted += outcomes.transmitted
                    guard outcomes.sum >= outcomes.received, outcomes.sum <= 4 * outcomes.received else {
                        Issue.record("\(outcomes) in round \(round)")
                        break
                    }
                }
                rig.expectedDrops = rig.drops
                #expect(transmitted > 50_000)
            }
        }
    }
}
