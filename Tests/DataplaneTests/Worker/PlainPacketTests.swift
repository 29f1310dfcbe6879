import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    /// A packet that is plain in every respect takes a short way through the checks, every other goes by the book. Both ways have to come to the
    /// same end. Only packets to a port's first address are plain: where another one comes first, the same packet goes by the book.
    @Suite("Plain packets from the underlay")
    struct PlainPacketTests {
        /// What became of a packet.
        struct Outcome: Equatable {
            var drops: [DropReason: UInt64]
            /// Received from each tunnel.
            var tunnels: [UInt64]
            var punts = 0
            var output: [PortIndex: [Bytes]] = [:]
        }

        private static let packetCount = 100_000

        /// Network blue, and a second underlay port whose own address is its second.
        private func withTwoPorts(_ body: (Rig, _ short: PortIndex, _ book: PortIndex) throws -> Void) throws {
            var options = Rig.Options()
            options.underlayPorts = 2
            options.macCapacity = 64
            try Rig.blue(options) { rig in
                let book = PortIndex(rig.wan.rawValue + 1)
                rig.tables.ports.publishAddresses(book, [0xCB00_714D, rig.options.address].map(UnderlayAddress.init(ipv4:)))?.deallocate()
                rig.put(Blue.a, .port(2))
                rig.put(Blue.b, .tunnel(1))
                try body(rig, rig.wan, book)
            }
        }

        private func totals(_ rig: Rig) -> Outcome {
            Outcome(drops: rig.drops, tunnels: [1, 2].map { rig.counters().tunnel(TunnelIndex($0)).rxPackets })
        }

        /// What one packet adds to the totals, and what comes out.
        private func outcome(_ rig: Rig, _ packet: Packet, on port: PortIndex) throws -> Outcome {
            let before = totals(rig)
            let output = try rig.forward(packet, on: port)
            let after = totals(rig)
            var outcome = Outcome(
                drops: after.drops.merging(before.drops, uniquingKeysWith: -).filter { $0.value != 0 },
                tunnels: zip(after.tunnels, before.tunnels).map(-), output: output)
            while rig.exchange.nextPunt() != nil { outcome.punts += 1 }
            return outcome
        }

        /// What may be different about a VXLAN packet, right or wrong.
        private static let changes: [@Sendable (inout VXLANPacket) -> Void] = [
            { $0.destinationMAC = .broadcast }, { $0.destinationMAC = Blue.a }, { $0.ip.source = $0.ip.destination },
            { $0.ip.source = 0xC000_0264 }, { $0.ip.source = 0 }, { $0.ip.destination = 0xC000_0264 },
            { $0.ip.proto = 1 }, { $0.ip.proto = 6 }, { $0.ip.tos = 0xB8 }, { $0.ip.ttl = 0 }, { $0.ip.flagsAndOffset = 0 },
            { $0.ip.flagsAndOffset = 0x8000 }, { $0.ip.flagsAndOffset = 0x2000 }, { $0.ip.flagsAndOffset = 0x0100 },
            { $0.ip.options = [1, 1, 1, 1] }, { $0.udpPort = 4790 }, { $0.udpPort = 0xB512 }, { $0.udpChecksum = nil },
            { $0.udpChecksum = 1 }, { $0.flags = 0 }, { $0.flags = 0xF7FF_FFFF }, { $0.flags = 0xFFFF_FFFF }, { $0.vni = 10101 },
            { $0.vni = 0 }, { $0.reserved = 0xFF }, { $0.inner = [] }, { $0.inner = Bytes($0.inner.prefix(13)) },
            { $0.inner = Bytes($0.inner.prefix(14)) }, { $0.inner = tagged($0.inner.isEmpty ? Blue.aToB : $0.inner + Blue.aToB, 100) },
            { $0.inner = datagram(from: Blue.multicast, to: Blue.a) }, { $0.inner = datagram(from: .zero, to: Blue.a) },
            { $0.inner = datagram(from: Blue.b, to: MACAddress(1, 0x80, 0xC2, 0, 0, 2)) }, { $0.inner = Blue.aToB },
            { $0.inner = datagram(from: Blue.c, to: .broadcast) }, { $0.inner = datagram(from: Blue.c, to: Blue.b) },
        ]

        /// Good packets with up to two changes each, for a mutator to damage.
        private func seeds(_ rig: Rig, _ random: inout SplitMix64) -> [Bytes] {
            (0..<4000).map { number in
                var packet = rig.encapsulated(Blue.bToA, from: 1 + number % 2)
                for _ in 0..<random.below(3) { PlainPacketTests.changes[random.below(PlainPacketTests.changes.count)](&packet) }
                return packet.bytes
            }
        }

        @Test("Of a hundred thousand damaged packets each one fares the same, short way or by the book")
        func agreement() throws {
            var random = seededRandom("Plain packets")
            try withTwoPorts { rig, short, book in
                var mutator = PacketMutator(seeds: seeds(rig, &random), random: random)
                var forwarded = 0
                defer { rig.expectedDrops = rig.drops }
                for number in 0..<PlainPacketTests.packetCount {
                    var twin = mutator
                    let outcomes = try [outcome(rig, mutator.next(rig.pool), on: short), outcome(rig, twin.next(rig.pool), on: book)]
                    if !outcomes[0].output.isEmpty { forwarded += 1 }
                    guard outcomes[0] != outcomes[1] else { continue }
                    Issue.record("packet \(number): short way \(outcomes[0]), by the book \(outcomes[1])")
                    return
                }
                #expect(forwarded > PlainPacketTests.packetCount / 20)
                for reason in DropReason.allCases where [.underlay, .decapsulation].contains(reason.stage) {
                    #expect(rig.drops[reason, default: 0] > 0, "\(reason.name)")
                }
            }
        }

        @Test("Every single bit of the headers matters to both ways alike, or to neither")
        func everyBit() throws {
            try withTwoPorts { rig, short, book in
                let good = rig.encapsulated(Blue.bToA, from: 1).bytes
                for bit in 0..<64 * 8 {
                    let flipped = good.replacing(bit / 8, good[bit / 8] ^ 1 << UInt8(bit % 8))
                    let repaired = flipped.replacing(24, bytes(naiveChecksum(Bytes(flipped[14..<34]).replacing(10, 0, 0))))
                    for frame in [flipped, repaired] {
                        let outcomes = try [short, book].map { try outcome(rig, rig.packet(frame), on: $0) }
                        #expect(outcomes[0] == outcomes[1], "bit \(bit)")
                    }
                }
                rig.expectedDrops = rig.drops
            }
        }

        @Test("A packet longer than IPv4 can say is refused, though its length fields agree in their 16 bits", arguments: [0, 1, 1400])
        func overlong(padding: Int) throws {
            try withTwoPorts { rig, short, book in
                var packet = rig.encapsulated(datagram(from: Blue.c, to: Blue.a), from: 1)
                packet.inner += Bytes(repeating: 7, count: padding)
                let frame = packet.bytes + Bytes(repeating: 0xEE, count: 65536)
                for port in [short, book] {
                    let outcome = try outcome(rig, rig.packet(frame, segments: Array(repeating: 2000, count: 34)), on: port)
                    #expect(outcome == Outcome(drops: [.ipv4Length: 1], tunnels: [0, 0]))
                }
                #expect(rig.place(of: Blue.c) == .none, "it teaches nothing")
                rig.expectedDrops = [.ipv4Length: 2]
            }
        }
    }
}
