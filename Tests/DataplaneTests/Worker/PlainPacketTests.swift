import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    /// A packet that is plain in every respect takes a short way through the checks, over IPv6 another one, every other goes by the book. All ways have to
    /// come to the same end. Only packets to a port's first address of their family are plain: where another one comes first, the same packet goes by
    /// the book.
    @Suite("Plain packets from the underlay")
    struct PlainPacketTests {
        /// What became of a packet.
        struct Outcome: Equatable {
            var drops: [DropReason: UInt64]
            /// Received from each tunnel.
            var tunnels: [UInt64]
            var punts = 0
            /// Senders that control was told of.
            var strangers: [UnderlayAddress] = []
            var output: [PortIndex: [Bytes]] = [:]
        }

        /// What holds for both ports.
        struct Policy: CustomTestStringConvertible {
            var testDescription: String
            var acceptsZeroChecksum = false
            var acceptsStrangers = false
            var reservedBits: UInt64 = 0
            var tag: UInt16?

            static let all = [
                Policy(testDescription: "default"),
                Policy(testDescription: "liberal", acceptsZeroChecksum: true, acceptsStrangers: true),
                Policy(testDescription: "tagged", acceptsZeroChecksum: true, reservedBits: 0x8000_0000_0000_0001, tag: 300),
                Policy(testDescription: "strict", acceptsZeroChecksum: true, acceptsStrangers: true, reservedBits: .max),
            ]

            /// Reasons that no packet can be dropped for.
            var unreachable: Set<DropReason> {
                var reasons: Set<DropReason> = []
                if acceptsZeroChecksum { reasons.insert(.udpChecksumZero) }
                if tag == nil { reasons.insert(.underlayVLAN) }
                if reservedBits == 0 { reasons.insert(.vxlanReserved) }
                return reasons
            }
        }

        private static let packetCount = 100_000

        /// Network blue with VTEP 1 and 2 over both families, and a second underlay port whose own addresses are its second ones.
        private func withTwoPorts(_ policy: Policy, _ body: (Rig, _ short: PortIndex, _ book: PortIndex) throws -> Void) throws {
            var options = Rig.Options()
            options.underlayPorts = 2
            options.macCapacity = 64
            try Rig.blue(options) { rig in
                let book = rig.wan(1)
                rig.setOwnAddresses()
                let addresses = [
                    ipv4Address(0xCB00_714D), ipv4Address(rig.options.address), ipv6Address(0x77, prefix: Bytes(hex: "fd8a5bc6")),
                    Rig.address6,
                ].map(Rig.underlayAddress)
                rig.tables.ports.publishAddresses(book, addresses)?.deallocate()
                for tunnel in [1, 2] { rig.addSender(UnderlayAddress(bytes: Rig.peerAddress6(tunnel)), tunnel: tunnel) }
                if policy.acceptsStrangers {
                    rig.tables.publishAccept([(UnderlayAddress(ipv4: 0xC000_0264), 128), (.none, 0)])?.deallocate()
                }
                rig.tables.publishReservedBits(policy.reservedBits)
                for port in [rig.wan, book] {
                    rig.tables.ports.setAcceptsZeroChecksum(port, policy.acceptsZeroChecksum)
                    rig.tables.ports.setOuterTag(port, policy.tag.flatMap(VLANID.init))
                }
                rig.put(Blue.a, .port(2))
                rig.put(Blue.b, .tunnel(1))
                try body(rig, rig.wan, book)
            }
        }

        private func totals(_ rig: Rig) -> Outcome {
            Outcome(drops: rig.drops, tunnels: [0, 1, 2].map { rig.counters().tunnel(TunnelIndex($0)).rxPackets })
        }

        /// What one packet adds to the totals, and what comes out.
        private func outcome(_ rig: Rig, _ packet: Packet, on port: PortIndex) throws -> Outcome {
            let before = totals(rig)
            let output = try rig.forward(packet, on: port)
            let after = totals(rig)
            var outcome = Outcome(
                drops: after.drops.merging(before.drops, uniquingKeysWith: -).filter { $0.value != 0 },
                tunnels: zip(after.tunnels, before.tunnels).map(-), output: output)
            outcome.strangers = rig.events.filter { $0.kind == .vtepHeard }.map(\.vtep)
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
            { $0.ip.tos = 1 }, { $0.ip.tos = 2 }, { $0.ip.tos = 3 }, { $0.inner = withECN($0.inner, 1) },
            { $0.inner = withECN($0.inner, 2) },
        ]

        private static let changes6: [@Sendable (inout VXLANPacket6) -> Void] = [
            { $0.destinationMAC = .broadcast }, { $0.destinationMAC = Blue.a }, { $0.ip.source = $0.ip.destination },
            { $0.ip.source = ipv6Address(0x64) }, { $0.ip.source = ipv6Address(0, prefix: []) },
            { $0.ip.source = Bytes(repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 0x64] }, { $0.ip.destination = ipv6Address(0x64) },
            { $0.ip.destination = ipv6Address(1, prefix: [0xFF, 2]) }, { $0.ip.next = 58 }, { $0.ip.next = 6 }, { $0.ip.next = 44 },
            { $0.ip.next = 0 }, { $0.ip.trafficClass = 0xB8 }, { $0.ip.flowLabel = 0xF_FFFF }, { $0.ip.hopLimit = 0 },
            { $0.ip.payloadLength = UInt16($0.inner.count + 15) }, { $0.udpPort = 4790 }, { $0.udpPort = 0xB512 },
            { $0.udpChecksum = 0 }, { $0.udpChecksum = 0 }, { $0.udpChecksum = 0 }, { $0.udpChecksum = 0 }, { $0.udpChecksum = 1 },
            { $0.flags = 0 }, { $0.flags = 0xF7FF_FFFF }, { $0.flags = 0xFFFF_FFFF }, { $0.vni = 10101 }, { $0.vni = 0 },
            { $0.reserved = 0xFF }, { $0.inner = [] }, { $0.inner = Bytes($0.inner.prefix(13)) }, { $0.inner = Bytes($0.inner.prefix(14)) },
            { $0.inner = tagged($0.inner.isEmpty ? Blue.aToB : $0.inner + Blue.aToB, 100) },
            { $0.inner = datagram(from: Blue.multicast, to: Blue.a) }, { $0.inner = datagram(from: .zero, to: Blue.a) },
            { $0.inner = datagram(from: Blue.b, to: MACAddress(1, 0x80, 0xC2, 0, 0, 2)) }, { $0.inner = Blue.aToB },
            { $0.inner = datagram(from: Blue.c, to: .broadcast) }, { $0.inner = datagram(from: Blue.c, to: Blue.b) },
            { $0.ip.trafficClass = 1 }, { $0.ip.trafficClass = 2 }, { $0.ip.trafficClass = 3 }, { $0.inner = withECN($0.inner, 1) },
            { $0.inner = withECN($0.inner, 2) },
        ]

        /// An inner IPv4 frame with an ECN field; shorter ones as they are.
        private static func withECN(_ frame: Bytes, _ field: UInt8) -> Bytes {
            guard frame.count >= 34 else { return frame }
            let changed = frame.replacing(15, frame[15] & ~3 | field).replacing(24, 0, 0)
            return changed.replacing(24, bytes(naiveChecksum(Bytes(changed[14..<34]))))
        }

        /// Good packets of both families with up to two changes each, for a mutator to damage.
        private func seeds(_ rig: Rig, _ tag: UInt16?, _ random: inout SplitMix64) -> [Bytes] {
            let ipv4 = (0..<4000).map { number in
                var packet = rig.encapsulated(Blue.bToA, from: 1 + number % 2)
                for _ in 0..<random.below(3) { PlainPacketTests.changes[random.below(PlainPacketTests.changes.count)](&packet) }
                return packet.bytes
            }
            let ipv6 = (0..<4000).map { number in
                var packet = rig.encapsulated6(Blue.bToA, from: 1 + number % 2)
                if number % 4 < 2 { packet.udpChecksum = 0 }
                for _ in 0..<random.below(3) { PlainPacketTests.changes6[random.below(PlainPacketTests.changes6.count)](&packet) }
                return packet.bytes
            }
            return (ipv4 + ipv6).map { frame in tag.map { tagged(frame, $0) } ?? frame }
        }

        @Test("Of a hundred thousand damaged packets each one fares the same, short way or by the book", arguments: Policy.all)
        func agreement(policy: Policy) throws {
            var random = seededRandom("Plain packets, \(policy.testDescription)")
            try withTwoPorts(policy) { rig, short, book in
                var mutator = PacketMutator(seeds: seeds(rig, policy.tag, &random), random: random)
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
                    #expect((rig.drops[reason, default: 0] == 0) == policy.unreachable.contains(reason), "\(reason.name)")
                }
            }
        }

        @Test("Every single bit of the headers matters to both ways alike, or to neither", arguments: Policy.all.prefix(2), Family.allCases)
        func everyBit(policy: Policy, family: Family) throws {
            try withTwoPorts(policy) { rig, short, book in
                var packet = rig.arriving(Blue.bToA, from: 1, over: family)
                if policy.acceptsZeroChecksum { packet.udpChecksum = 0 }
                let good = packet.bytes
                for bit in 0..<(family.headerByteCount + 14) * 8 {
                    let flipped = good.replacing(bit / 8, good[bit / 8] ^ 1 << UInt8(bit % 8))
                    for frame in [flipped, PacketMutator.repaired(flipped)] {
                        let outcomes = try [short, book].map { try outcome(rig, rig.packet(frame), on: $0) }
                        #expect(outcomes[0] == outcomes[1], "bit \(bit)")
                    }
                }
                rig.expectedDrops = rig.drops
            }
        }

        @Test(
            "A packet longer than IP can say is refused, though its length fields agree in their 16 bits", arguments: [0, 1, 1400],
            Family.allCases)
        func overlong(padding: Int, family: Family) throws {
            try withTwoPorts(Policy.all[1]) { rig, short, book in
                var packet = rig.arriving(datagram(from: Blue.c, to: Blue.a), from: 1, over: family)
                packet.udpChecksum = 0
                packet.inner += Bytes(repeating: 7, count: padding)
                let frame = packet.bytes + Bytes(repeating: 0xEE, count: 65536)
                let reason = family == .ipv4 ? DropReason.ipv4Length : .ipv6Length
                for port in [short, book] {
                    let outcome = try outcome(rig, rig.packet(frame, segments: Array(repeating: 2000, count: 34)), on: port)
                    #expect(outcome == Outcome(drops: [reason: 1], tunnels: [0, 0, 0]))
                }
                #expect(rig.place(of: Blue.c) == .none, "it teaches nothing")
                rig.expectedDrops = [reason: 2]
            }
        }
    }
}
