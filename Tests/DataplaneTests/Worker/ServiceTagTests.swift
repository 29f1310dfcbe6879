import CShims
import Dataplane
import Testing

extension PacketPath {
    /// Network 1: lan0 with service VLAN 300 and VLAN 20 behind it, lan1 with VLAN 200, lan2 untagged. Network 2: lan0 with service VLAN 300 and whatever else is
    /// behind it, lan1 with service VLAN 300 and VLAN 20. Network 3: lan0 untagged.
    @Suite("Members with a service tag (QinQ)")
    struct ServiceTagTests {
        static let pair = Destination.port(0, service: 300, vlan: 20), service = Destination.port(0, service: 300)
        static let other = Destination.port(1, service: 300, vlan: 20)
        static let types = [0x88A8, 0x8100] as [UInt16]

        /// `type`: EtherType of the ports' service tags.
        private func with(_ type: UInt16 = 0x88A8, _ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void) throws {
            try Rig.run(options) { rig in
                rig.makeNetwork(1, vni: 10100, places: [Self.pair, .port(1, vlan: 200), .port(2)], tunnels: [1, 2])
                rig.makeNetwork(2, vni: 10200, places: [Self.service, Self.other], tunnels: [1, 2])
                rig.makeNetwork(3, vni: 10300, places: [.port(0)], tunnels: [1])
                for port in 0...2 { rig.tables.ports.vlanMap(rig.lan(port))!.setServiceTagType(type) }
                try body(rig)
            }
        }

        /// With a service tag in front of an 802.1Q tag.
        private func stacked(_ frame: Bytes, _ service: UInt16 = 300, _ vlan: UInt16 = 20, type: UInt16 = 0x88A8) -> Bytes {
            tagged(tagged(frame, vlan), service, type: type)
        }

        private func inner(_ output: [PortIndex: [Bytes]], _ rig: Rig) -> [Bytes] { (output[rig.wan] ?? []).map { OuterView($0).inner } }

        @Test("Both tags select the network, and neither goes into the tunnel", arguments: types)
        func toTunnel(type: UInt16) throws {
            try with(type) { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.b, .tunnel(1), network: 2)
                let frames = [stacked(Blue.aToB, 0x612C, 0xA014, type: type), stacked(Blue.aToB, 300, 20, type: type)]
                for frame in frames {
                    let output = try rig.forward(frame, on: rig.lan(0))
                    #expect(inner(output, rig) == [Blue.aToB] && output[rig.wan]?.map { OuterView($0).vni } == [10100])
                    #expect(rig.place(of: Blue.a) == Self.pair)
                }
                // The same tags on another port are another member.
                let output = try rig.forward(frames[0], on: rig.lan(1))
                #expect(output[rig.wan]?.map { OuterView($0).vni } == [10200] && rig.place(of: Blue.a, network: 2) == Self.other)
                let segments = try rig.forward(rig.packet(frames[0], segments: [22, 3]), on: rig.lan(0))
                #expect(inner(segments, rig) == [Blue.aToB])
            }
        }

        @Test("From a tunnel, and from other members, frames get both tags, with the priority that they have", arguments: types)
        func fromElsewhere(type: UInt16) throws {
            try with(type) { rig in
                rig.put(Blue.a, Self.pair)
                for family in Family.allCases {
                    rig.makeTunnel(1, over: family)
                    let output = try rig.forward(rig.arriving(Blue.bToA, from: 1, over: family))
                    #expect(output == [rig.lan(0): [stacked(Blue.bToA, type: type)]])
                }
                let local = try rig.forward(tagged(Blue.bToA, 0xA0C8), on: rig.lan(1))
                #expect(local == [rig.lan(0): [stacked(Blue.bToA, 0xA12C, 0xA014, type: type)]])
                try #expect(rig.forward(Blue.bToA, on: rig.lan(2)) == [rig.lan(0): [stacked(Blue.bToA, type: type)]])
                // And back: from two tags to one, and to none.
                let back = stacked(Blue.aToB, 0x612C, 0xA014, type: type)
                rig.put(Blue.b, .port(1, vlan: 200))
                try #expect(rig.forward(back, on: rig.lan(0)) == [rig.lan(1): [tagged(Blue.aToB, 0x60C8)]])
                rig.put(Blue.b, .port(2))
                try #expect(rig.forward(back, on: rig.lan(0)) == [rig.lan(2): [Blue.aToB]])
            }
        }

        @Test("A service tag alone selects the network of the rest, whose tags are handled as its `inner-tag` says")
        func serviceAlone() throws {
            try with { rig in
                rig.put(Blue.b, .tunnel(1), network: 2)
                let customer = tagged(Blue.aToB, 0x6007)
                for (features, kept) in [(.innerTagKeep, customer), (.innerTagStrip, Blue.aToB), ([], nil)] as [(NetworkFeatures, Bytes?)] {
                    rig.tables.networks.setFeatures(NetworkIndex(2), features)
                    let output = try rig.forward(tagged(customer, 0x612C, type: 0x88A8), on: rig.lan(0))
                    #expect(inner(output, rig) == (kept.map { [$0] } ?? []))
                    try #expect(inner(rig.forward(tagged(Blue.aToB, 300, type: 0x88A8), on: rig.lan(0)), rig) == [Blue.aToB])
                    #expect(rig.place(of: Blue.a, network: 2) == Self.service)
                }
                rig.tables.networks.setFeatures(NetworkIndex(2), .innerTagKeep)
                rig.put(Blue.a, Self.service, network: 2)
                let back = tagged(Blue.bToA, 7)
                try #expect(
                    rig.forward(rig.encapsulated(back, from: 1, vni: 10200)) == [rig.lan(0): [tagged(back, 300, type: 0x88A8)]])
                // A priority tag is nobody's VLAN.
                try #expect(inner(rig.forward(stacked(Blue.aToB, 300, 0xE000), on: rig.lan(0)), rig) == [tagged(Blue.aToB, 0xE000)])
                rig.expectedDrops = [.vlanStacked: 1]
            }
        }

        @Test("A flood reaches each member with its own tags, whether the port sends segments or not", arguments: [true, false], types)
        func flood(sendsSegments: Bool, type: UInt16) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try with(type, options) { rig in
                let output = try rig.forward(stacked(Blue.aToAll, 0x612C, type: type), on: rig.lan(0))
                #expect(output[rig.lan(1)] == [tagged(Blue.aToAll, 0x60C8)] && output[rig.lan(2)] == [Blue.aToAll])
                #expect(inner(output, rig) == [Blue.aToAll, Blue.aToAll] && output[rig.lan(0)] == nil)
                let again = try rig.forward(Blue.aToAll, on: rig.lan(2))
                #expect(again[rig.lan(0)] == [stacked(Blue.aToAll, type: type)] && again[rig.lan(1)] == [tagged(Blue.aToAll, 200)])
                let service = try rig.forward(stacked(Blue.aToAll, type: type), on: rig.lan(1))
                #expect(service[rig.lan(0)] == [tagged(Blue.aToAll, 300, type: type)] && service.count == 2)
            }
        }

        @Test("A tag that the device took off is the service tag where those are 802.1Q tags, and no other")
        func strippedTag() throws {
            try with(0x8100) { rig in
                rig.put(Blue.b, .tunnel(1))
                let output = try rig.forward(DropCase.stripped(rig, tagged(Blue.aToB, 20), tag: 0x612C), on: rig.lan(0))
                #expect(inner(output, rig) == [Blue.aToB] && rig.place(of: Blue.a) == Self.pair)
            }
            try with(0x88A8) { rig in
                try #expect(rig.forward(DropCase.stripped(rig, tagged(Blue.aToB, 20), tag: 300), on: rig.lan(0)) == [:])
                rig.expectedDrops = [.vlanUnknown: 1]
            }
        }

        @Test("What is behind a service VLAN with members and selects none is dropped, not the untagged member's")
        func unknown() throws {
            try with { rig in
                rig.makeNetwork(4, vni: 10400, places: [.port(2, service: 300, vlan: 20)])
                rig.put(Blue.b, .tunnel(1))
                for frame in [stacked(Blue.aToB, 300, 21), tagged(Blue.aToB, 300, type: 0x88A8), stacked(Blue.aToB, 300, 4095)] {
                    try #expect(rig.forward(frame, on: rig.lan(2)) == [:])
                }
                // Nor is that of a service VLAN that a port without untagged member does not know.
                try #expect(rig.forward(stacked(Blue.aToB, 301), on: rig.lan(1)) == [:])
                // Without members, a service VLAN is like any other.
                rig.tables.ports.vlanMap(rig.lan(2))!.publish(MemberTags(service: VLANID(300), vlan: VLANID(20)), .none)
                rig.tables.networks.setFeatures(NetworkIndex(1), .innerTagKeep)
                let customer = stacked(Blue.aToB)
                try #expect(inner(rig.forward(customer, on: rig.lan(2)), rig) == [customer])
                rig.expectedDrops = [.vlanUnknown: 4]
            }
        }

        @Test("ARP is answered, loop probes are known, and what control sends leaves with both tags")
        func guards() throws {
            try with { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), .neighborSuppression)
                rig.tables.neighbors.setOwnMAC(MACAddress(2, 0xFF, 0, 0, 0, 0))
                let known = KnownNeighbor(mac: Blue.b, isRouter: false)
                for kind in SuppressionTests.Kind.allCases {
                    #expect(rig.tables.neighbors.put(NetworkIndex(1), SuppressionTests.address(kind), known))
                }
                rig.put(Blue.b, .tunnel(1), origin: .controlPlane)
                for kind in SuppressionTests.Kind.allCases {
                    let output = try rig.forward(stacked(SuppressionTests.request(kind), 0xA12C), on: rig.lan(0))
                    #expect(output == [rig.lan(0): [stacked(SuppressionTests.answer(kind), 0xA12C, 0xA014)]])
                    let shown = rig.exchange.nextTenantFrame()
                    #expect(shown?.frame == SuppressionTests.request(kind) && shown?.origin == Self.pair)
                }
                rig.tables.publishProbes(gateway: LoopTests.gateway)
                try #expect(rig.forward(stacked(loopProbe()), on: rig.lan(0)) == [:])
                let probe = rig.exchange.nextTenantFrame()
                #expect(probe?.frame == loopProbe() && probe?.origin == Self.pair && probe?.network == NetworkIndex(1))
                #expect(rig.exchange.inject(Blue.bToA, network: NetworkIndex(1), to: Self.pair, tag: 0xE123, pool: rig.pool))
                rig.poll()
                #expect(rig.takeAll() == [rig.lan(0): [stacked(Blue.bToA, 0xE12C, 0xE014)]])
                rig.expectedDrops = [.loopProbe: 1]
            }
        }

        @Test("The MTU counts without tags")
        func mtu() throws {
            try with { rig in
                rig.put(Blue.a, Self.pair)
                rig.put(Blue.b, .port(2))
                let largest = ethernet(to: Blue.a, from: Blue.b, type: 0x88B5, Bytes(repeating: 1, count: 1500))
                try #expect(rig.forward(largest, on: rig.lan(2)) == [rig.lan(0): [stacked(largest)]])
                let back = largest.replacing(0, Blue.b.octets).replacing(6, Blue.a.octets)
                try #expect(rig.forward(stacked(back), on: rig.lan(0)) == [rig.lan(2): [back]])
                try #expect(rig.forward(stacked(back + [1]), on: rig.lan(0)) == [:])
                rig.expectedDrops = [.mtuExceeded: 1]
            }
        }
    }
}

// Against a model that says the same in other words.
extension PacketPath.ServiceTagTests {
    private struct Tag {
        var type: UInt16
        var control: UInt16
        var vlan: Int { Int(control & 0xFFF) }
    }

    /// The member that a frame with these tags on lan0 belongs to, and how many of the tags are its own; `nil` = none.
    private func member(_ tags: [Tag], serviceType: UInt16) -> (place: Destination, own: Int, network: Int)? {
        if let first = tags.first, first.type == serviceType, first.vlan == 300 {
            if tags.count > 1, tags[1].type == 0x8100, tags[1].vlan == 20 { return (Self.pair, 2, 1) }
            return (Self.service, 1, 2)
        }
        guard let first = tags.first, first.type == 0x8100 else { return (.port(0), 0, 3) }
        return first.vlan == 0 ? (.port(0), 1, 3) : nil
    }

    @Test(
        "Stacks of tags of any kind find the member that the model finds, and what is cut is dropped or forwarded, never lost",
        arguments: types)
    func model(serviceType: UInt16) throws {
        var random = seededRandom("Service tags, \(serviceType)")
        try with(serviceType) { rig in
            for network in 1...3 {
                rig.put(Blue.b, .tunnel(1), network: network)
                rig.tables.networks.setFeatures(NetworkIndex(UInt16(network)), .innerTagKeep)
            }
            var found: [Destination: Int] = [:]
            for number in 0..<20_000 {
                if number % 500 == 0 { rig.tables.macs.removeAll { _, entry in entry.origin == .learned } }
                _ = rig.events
                let mac = MACAddress(bits: 0x06 | UInt64(number + 1) << 16)
                let tags = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    Tag(
                        type: [0x8100, 0x88A8, 0x8100, 0x9100].randomElement(using: &random)!,
                        control: [300, 20, 300, 20, 0, 4095, 21, .random(in: 0...4095, using: &random)].randomElement(using: &random)!
                            | .random(in: 0...15, using: &random) << 12)
                }
                let bare = datagram(from: mac, to: Blue.b)
                let whole = tags.reversed().reduce(bare) { tagged($0, $1.control, type: $1.type) }
                let isCut = Int.random(in: 0..<4, using: &random) == 0
                let frame = isCut ? Bytes(whole.prefix(.random(in: 0..<whole.count, using: &random))) : whole
                let output = try rig.forward(frame, on: rig.lan(0))
                let expected = member(tags, serviceType: serviceType)
                if isCut { continue }
                let learned = (1...3).map { rig.place(of: mac, network: $0) }
                #expect(learned == (1...3).map { expected?.network == $0 ? expected!.place : .none }, "\(tags)")
                let kept = tags.dropFirst(expected?.own ?? 0).reversed().reduce(bare) { tagged($0, $1.control, type: $1.type) }
                #expect(inner(output, rig) == (expected == nil ? [] : [kept]), "\(tags)")
                if let expected { found[expected.place, default: 0] += 1 }
            }
            #expect(found.count == 3 && found.values.allSatisfy { $0 > 20 })
            rig.expectedDrops = rig.drops
        }
    }
}
