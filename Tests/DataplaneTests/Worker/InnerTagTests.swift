import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Tags inside of VXLAN, and behind the tag of a member")
    struct InnerTagTests {
        private func with(_ features: NetworkFeatures, _ body: (Rig) throws -> Void) throws {
            try Rig.blue { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), features)
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.a, .port(0, vlan: 100))
                rig.put(Blue.c, .port(2))
                try body(rig)
            }
        }

        private let inner = CongestionTests.inner(.ipv4, trafficClass: 2, from: Blue.b, to: Blue.a)

        @Test("Kept, a tag crosses the gateway as payload: both ways, floods too", arguments: [0x8100, 0x88A8] as [UInt16])
        func kept(type: UInt16) throws {
            try with(.innerTagKeep) { rig in
                let customer = tagged(Blue.aToB, 0x6007, type: type)
                let sent = try rig.forward(tagged(customer, 100), on: rig.lan(0))[rig.wan] ?? []
                #expect(sent.map { OuterView($0).inner } == [customer])
                let back = tagged(Blue.bToA, 0x6007, type: type)
                for family in Family.allCases {
                    rig.makeTunnel(1, over: family)
                    let output = try rig.forward(rig.arriving(back, from: 1, over: family))
                    #expect(output == [rig.lan(0): [tagged(back, 100)]])
                }
                let flood = tagged(datagram(from: Blue.a, to: .broadcast), 7, type: type)
                let copies = try rig.forward(tagged(flood, 100), on: rig.lan(0))
                #expect(copies[rig.lan(1)] == [tagged(flood, 200)] && copies[rig.lan(2)] == [flood])
                #expect(copies[rig.wan]?.map { OuterView($0).inner } == [flood, flood])
            }
        }

        @Test("Stripped, one tag goes, of 802.1Q or 802.1ad, whoever took the member's tag off", arguments: [0x8100, 0x88A8] as [UInt16])
        func stripped(type: UInt16) throws {
            try with(.innerTagStrip) { rig in
                let customer = tagged(Blue.aToB, 0x6007, type: type)
                for packet in try [rig.packet(tagged(customer, 0xA064)), DropCase.stripped(rig, customer, tag: 100)] {
                    let sent = try rig.forward(packet, on: rig.lan(0))[rig.wan] ?? []
                    #expect(sent.map { OuterView($0).inner } == [Blue.aToB])
                }
                let local = try rig.forward(tagged(tagged(datagram(from: Blue.a, to: Blue.c), 7, type: type), 100), on: rig.lan(0))
                #expect(local == [rig.lan(2): [datagram(from: Blue.a, to: Blue.c)]])
                let flood = datagram(from: Blue.a, to: .broadcast)
                let copies = try rig.forward(tagged(tagged(flood, 7, type: type), 0xA064), on: rig.lan(0))
                #expect(copies[rig.lan(1)] == [tagged(flood, 0xA0C8)] && copies[rig.lan(2)] == [flood])
                #expect(copies[rig.wan]?.map { OuterView($0).inner } == [flood, flood])
                for family in Family.allCases {
                    rig.makeTunnel(1, over: family)
                    let output = try rig.forward(rig.arriving(tagged(Blue.bToA, 0x6007, type: type), from: 1, over: family))
                    #expect(output == [rig.lan(0): [tagged(Blue.bToA, 100)]])
                }
            }
        }

        @Test("Congestion is heeded behind a tag that goes")
        func congestion() throws {
            try with(.innerTagStrip) { rig in
                var packet = rig.arriving(tagged(inner, 7), from: 1, over: .ipv4)
                packet.trafficClass = 3
                let marked = CongestionTests.inner(.ipv4, trafficClass: 3, from: Blue.b, to: Blue.a)
                try #expect(rig.forward(packet) == [rig.lan(0): [tagged(marked, 100)]])
            }
        }

        @Test("Two tags are one too many to strip, and a frame may end behind its tag")
        func stacked() throws {
            try with(.innerTagStrip) { rig in
                try #expect(rig.forward(tagged(tagged(tagged(Blue.aToB, 1), 2), 100), on: rig.lan(0)).isEmpty)
                try #expect(rig.forward(rig.arriving(tagged(tagged(Blue.bToA, 1), 2), from: 1, over: .ipv4)).isEmpty)
                let short = Bytes(tagged(tagged(Blue.aToB, 7), 100).prefix(21))
                try #expect(rig.forward(short, on: rig.lan(0)).isEmpty)
                try #expect(rig.forward(rig.arriving(Bytes(tagged(Blue.bToA, 7).prefix(17)), from: 1, over: .ipv4)).isEmpty)
                rig.expectedDrops = [.vlanStacked: 2, .innerVLANTag: 2]
            }
        }

        @Test(
            "Stacks of tags of any kind, cut anywhere, pass or are dropped for a reason",
            arguments: [.innerTagStrip, .innerTagKeep, []] as [NetworkFeatures])
        func damagedStacks(features: NetworkFeatures) throws {
            var random = seededRandom("Stacks of tags, \(features)")
            try with(features) { rig in
                var sent = 0, received = 0
                for _ in 0..<20_000 {
                    var frame = [Blue.aToB, datagram(from: Blue.a, to: Blue.c), Blue.bToA].randomElement(using: &random)!
                    for _ in 0..<Int.random(in: 0...3, using: &random) {
                        frame = tagged(
                            frame, .random(in: 0...0xFFFF, using: &random), type: [0x8100, 0x88A8, 0x9100].randomElement(using: &random)!)
                    }
                    if Bool.random(using: &random) { frame = Bytes(frame.prefix(Int.random(in: 12...frame.count, using: &random))) }
                    let isAccess = Bool.random(using: &random)
                    let port = isAccess ? rig.lan(Int.random(in: 0...2, using: &random)) : rig.wan
                    let family = Family.allCases.randomElement(using: &random)!
                    let bytes =
                        isAccess
                        ? (Bool.random(using: &random) ? tagged(frame, 100) : frame) : rig.arriving(frame, from: 2, over: family).bytes
                    sent += 1
                    // A flood is one of many copies.
                    received += try rig.forward(bytes, on: port).isEmpty ? 0 : 1
                }
                rig.expectedDrops = rig.drops
                #expect(received > 100 && received + Int(rig.drops.values.reduce(0, +)) >= sent)
                _ = rig.events
            }
        }
    }
}
