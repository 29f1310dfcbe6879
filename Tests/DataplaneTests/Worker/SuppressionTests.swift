import CShims
import Dataplane
import Testing

extension PacketPath {
    /// Requests of station a, 10.1.0.10 and 2001:db8::a, for station b, 10.1.0.11 and 2001:db8::b.
    @Suite("ARP and ND suppression")
    struct SuppressionTests {
        enum Protocol: CaseIterable { case arp, nd }

        private static let a4: UInt32 = 0x0A01_000A
        private static let b4: UInt32 = 0x0A01_000B
        private static let a6 = ipv6Address(0xA)
        private static let b6 = ipv6Address(0xB)
        private static let own = MACAddress(2, 0xFF, 0, 0, 0, 0)

        static func request(_ kind: Protocol) -> Bytes {
            kind == .arp
                ? NeighborFrames.arp(1, from: Blue.a, at: a4, for: b4) : NeighborFrames.solicitation(from: Blue.a, source: a6, target: b6)
        }

        /// As b itself would answer.
        static func answer(_ kind: Protocol, isRouter: Bool = false) -> Bytes {
            kind == .arp
                ? NeighborFrames.arp(2, to: Blue.a, from: Blue.b, at: b4, for: a4, targetMAC: Blue.a)
                : NeighborFrames.advertisement(to: Blue.a, from: Blue.b, target: b6, destination: a6, flags: isRouter ? 0xE0 : 0x60)
        }

        static func address(_ kind: Protocol) -> UnderlayAddress {
            kind == .arp ? UnderlayAddress(ipv4: b4) : UnderlayAddress(bytes: b6)
        }

        /// Network blue, which suppresses, and knows b: its addresses, and, if it is anywhere, its place.
        private func withSuppression(at place: Destination?, isRouter: Bool = false, _ body: (Rig) throws -> Void) throws {
            try Rig.blue { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), .neighborSuppression)
                rig.tables.neighbors.setOwnMAC(SuppressionTests.own)
                rig.tables.setObservesNeighbors(true)
                for kind in Protocol.allCases {
                    let known = KnownNeighbor(mac: Blue.b, isRouter: isRouter)
                    #expect(rig.tables.neighbors.put(NetworkIndex(1), SuppressionTests.address(kind), known))
                }
                if let place { rig.put(Blue.b, place, origin: .controlPlane) }
                try body(rig)
                while rig.exchange.nextTenantFrame() != nil {}
            }
        }

        private func answered(_ rig: Rig) -> [UInt64] { [rig.counters().totals.arpAnswered, rig.counters().totals.ndAnswered] }

        private func shown(_ rig: Rig) -> [TenantFrame] {
            var frames: [TenantFrame] = []
            while let frame = rig.exchange.nextTenantFrame() { frames.append(frame) }
            return frames
        }

        @Test(
            "A request from an access port is answered there, with the tag and the priority that it came with", arguments: Protocol.allCases
        )
        func answeredLocally(kind: Protocol) throws {
            for place in [Destination.tunnel(1), .port(1, vlan: 200), .port(0, vlan: 300)] {
                try withSuppression(at: place) { rig in
                    let request = SuppressionTests.request(kind), answer = SuppressionTests.answer(kind)
                    try #expect(rig.forward(tagged(request, 0xA064), on: rig.lan(0)) == [rig.lan(0): [tagged(answer, 0xA064)]])
                    try #expect(
                        rig.forward(DropCase.stripped(rig, request, tag: 0x6064), on: rig.lan(0)) == [rig.lan(0): [tagged(answer, 0x6064)]])
                    try #expect(rig.forward(request, on: rig.lan(2)) == [rig.lan(2): [answer]])
                    #expect(answered(rig) == (kind == .arp ? [3, 0] : [0, 3]))
                    let shown = shown(rig)
                    #expect(shown.map(\.frame) == [request, request, request] && shown.allSatisfy { $0.network == NetworkIndex(1) })
                    #expect(shown.map(\.origin) == [.port(0, vlan: 100), .port(0, vlan: 100), .port(2)])
                }
            }
        }

        @Test("A request from a VTEP is answered there, for a host behind an access port", arguments: Protocol.allCases)
        func answeredRemotely(kind: Protocol) throws {
            try withSuppression(at: .port(2)) { rig in
                let output = try rig.forward(rig.encapsulated(SuppressionTests.request(kind), from: 1))
                let sent = try #require(output[rig.wan]?.first)
                #expect(output.count == 1 && sent == rig.expected(SuppressionTests.answer(kind), to: 1, like: sent))
                #expect(shown(rig).map(\.origin) == [.tunnel(1)])
            }
        }

        @Test("An answer says that the host is a router where the host does")
        func routers() throws {
            try withSuppression(at: .tunnel(1), isRouter: true) { rig in
                try #expect(
                    rig.forward(SuppressionTests.request(.nd), on: rig.lan(2)) == [
                        rig.lan(2): [SuppressionTests.answer(.nd, isRouter: true)]
                    ])
                try #expect(rig.forward(SuppressionTests.request(.arp), on: rig.lan(2)) == [rig.lan(2): [SuppressionTests.answer(.arp)]])
            }
        }

        @Test("A solicitation without the option is answered, and so is an ARP request without padding or with too much")
        func otherLengths() throws {
            try withSuppression(at: .tunnel(1)) { rig in
                let bare = NeighborFrames.solicitation(
                    from: Blue.a, source: SuppressionTests.a6, target: SuppressionTests.b6, options: [])
                try #expect(rig.forward(tagged(bare, 100), on: rig.lan(0)) == [rig.lan(0): [tagged(SuppressionTests.answer(.nd), 100)]])
                let padded = SuppressionTests.request(.nd) + Bytes(repeating: 7, count: 30)
                try #expect(rig.forward(padded, on: rig.lan(2)) == [rig.lan(2): [SuppressionTests.answer(.nd)]])
                let request = SuppressionTests.request(.arp), answer = SuppressionTests.answer(.arp)
                try #expect(rig.forward(Bytes(request.prefix(42)), on: rig.lan(2)) == [rig.lan(2): [Bytes(answer.prefix(42))]])
                try #expect(rig.forward(request + Bytes(repeating: 7, count: 500), on: rig.lan(2)) == [rig.lan(2): [answer]])
            }
        }

        @Test(
            "A request is flooded where the network does not suppress, or the host or its place is not known", arguments: Protocol.allCases)
        func flooded(kind: Protocol) throws {
            let request = SuppressionTests.request(kind)
            try withSuppression(at: nil) { rig in
                try #expect(rig.forward(request, on: rig.lan(2)).count == 3)
                #expect(shown(rig).count == 1)
                rig.put(Blue.b, .tunnel(1), origin: .controlPlane)
                rig.tables.neighbors.remove(NetworkIndex(1), SuppressionTests.address(kind))
                try #expect(rig.forward(request, on: rig.lan(2)).count == 3)
                #expect(shown(rig).map(\.frame) == [request])
                rig.tables.neighbors.put(NetworkIndex(2), SuppressionTests.address(kind), KnownNeighbor(mac: Blue.b))
                try #expect(rig.forward(request, on: rig.lan(2)).count == 3)
                rig.tables.neighbors.put(NetworkIndex(1), SuppressionTests.address(kind), KnownNeighbor(mac: Blue.b))
                rig.tables.networks.setFeatures(NetworkIndex(1), [])
                _ = shown(rig)
                try #expect(rig.forward(request, on: rig.lan(2)).count == 3)
                #expect(shown(rig).isEmpty && answered(rig) == [0, 0])
                rig.tables.networks.setFeatures(NetworkIndex(1), .neighborSuppression)
                try #expect(rig.forward(request, on: rig.lan(2)) == [rig.lan(2): [SuppressionTests.answer(kind)]])
            }
        }

        @Test("A request for a host that is where it came from goes nowhere", arguments: Protocol.allCases)
        func samePlace(kind: Protocol) throws {
            try withSuppression(at: .port(0, vlan: 100)) { rig in
                try #expect(rig.forward(tagged(SuppressionTests.request(kind), 100), on: rig.lan(0)) == [:])
                rig.put(Blue.b, .tunnel(2), origin: .controlPlane)
                try #expect(rig.forward(rig.encapsulated(SuppressionTests.request(kind), from: 2)) == [:])
                #expect(shown(rig).count == 2)
                rig.expectedDrops = [.neighborAtOrigin: 2]
            }
        }

        @Test("A VTEP is not told of hosts behind other VTEPs: it would take them to be here", arguments: Protocol.allCases)
        func fromTunnelToTunnel(kind: Protocol) throws {
            try withSuppression(at: .tunnel(2)) { rig in
                let output = try rig.forward(rig.encapsulated(SuppressionTests.request(kind), from: 1))
                #expect(Set(output.keys) == [rig.lan(0), rig.lan(1), rig.lan(2)] && answered(rig) == [0, 0])
            }
        }

        @Test("Ports that are kept apart are not told of each other's hosts, nor is a host of itself", arguments: Protocol.allCases)
        func separated(kind: Protocol) throws {
            try withSuppression(at: .port(1, vlan: 200)) { rig in
                for port in [1, 2] { rig.tables.ports.setIsolation(rig.lan(port), isIsolated: true, group: nil) }
                try #expect(Set(rig.forward(SuppressionTests.request(kind), on: rig.lan(2)).keys) == [rig.lan(0), rig.wan])
                rig.tables.neighbors.put(NetworkIndex(1), SuppressionTests.address(kind), KnownNeighbor(mac: Blue.a))
                try #expect(rig.forward(tagged(SuppressionTests.request(kind), 100), on: rig.lan(0)).count == 3)
                #expect(answered(rig) == [0, 0])
            }
        }

        @Test("Probes, announcements and whatever is unusual are flooded, and control is shown them", arguments: unanswered)
        func passed(what: String, frame: Bytes) throws {
            try withSuppression(at: .tunnel(1)) { rig in
                try #expect(rig.forward(frame, on: rig.lan(2)).count == 3, "\(what)")
                #expect(shown(rig).map(\.frame) == [frame], "\(what)")
                #expect(answered(rig) == [0, 0])
            }
        }

        private static var unanswered: [(String, Bytes)] {
            let arp = request(.arp), nd = request(.nd)
            func nd(_ hopLimit: UInt8 = 255, source: Bytes = a6, destination: Bytes? = nil, options: Bytes? = nil) -> Bytes {
                NeighborFrames.solicitation(
                    from: Blue.a, source: source, target: b6, destination: destination, hopLimit: hopLimit, options: options)
            }
            return [
                ("an ARP probe", NeighborFrames.arp(1, from: Blue.a, at: 0, for: b4)),
                ("an ARP announcement", NeighborFrames.arp(1, from: Blue.a, at: b4, for: b4)),
                ("a gratuitous reply", NeighborFrames.arp(2, from: Blue.a, at: b4, for: b4)),
                ("a reply to all", NeighborFrames.arp(2, from: Blue.a, at: a4, for: b4)),
                ("a sender with another MAC", NeighborFrames.arp(1, from: Blue.a, at: a4, for: b4, senderMAC: Blue.c)),
                ("other hardware", arp.replacing(15, 6)), ("another protocol", arp.replacing(16, 0x86, 0xDD)),
                ("other lengths", arp.replacing(18, 8)), ("an unknown operation", arp.replacing(21, 3)),
                ("DAD", nd(source: Bytes(repeating: 0, count: 16), options: [])), ("from beyond the link", nd(254)),
                ("a wrong checksum", nd.replacing(56, nd[56] ^ 1)), ("a code", nd(255).replacing(55, 1)),
                ("the MAC of another", nd(options: [1, 1] + Blue.c.octets)),
                ("an option of length 0", nd(options: [1, 0] + Blue.a.octets)),
                ("a nonce", nd(options: [1, 1] + Blue.a.octets + [14, 1, 1, 2, 3, 4, 5, 6])),
                ("another option", nd(options: [14, 1] + Blue.a.octets)),
                ("from a group", nd(source: Bytes(hex: "ff02") + Bytes(repeating: 0, count: 13) + [1])),
                ("in a group frame to one host", nd(destination: b6)), ("cut short", Bytes(nd.prefix(85))),
                (
                    "an advertisement",
                    NeighborFrames.advertisement(
                        to: Blue.multicast, from: Blue.a, target: b6, destination: ipv6Address(1, prefix: [0xFF, 2]), flags: 0x20)
                ),
            ]
        }

        @Test("A request in several segments is flooded as it is", arguments: Protocol.allCases)
        func segments(kind: Protocol) throws {
            try withSuppression(at: .tunnel(1)) { rig in
                for segments in [[14], [42], [50], [60], [80]] {
                    let packet = try rig.packet(SuppressionTests.request(kind) + [0], segments: segments)
                    if packet.pointee.nb_segs == 1 {
                        vd_mbuf_free(packet)
                    } else {
                        try #expect(rig.forward(packet, on: rig.lan(2)).count == 3)
                    }
                }
                #expect(answered(rig) == [0, 0])
            }
        }

        @Test("What goes to one station is forwarded, and control is shown it, from ports and VTEPs", arguments: Protocol.allCases)
        func unicast(kind: Protocol) throws {
            try withSuppression(at: .tunnel(1)) { rig in
                rig.put(Blue.a, .port(2), origin: .controlPlane)
                let answer = SuppressionTests.answer(kind)
                try #expect(rig.forward(rig.encapsulated(answer, from: 1)) == [rig.lan(2): [answer]])
                let request = SuppressionTests.request(kind).replacing(0, Blue.b.octets)
                try #expect(Array(rig.forward(request, on: rig.lan(2)).keys) == [rig.wan])
                let shown = shown(rig)
                #expect(shown.map(\.frame) == [answer, request] && shown.map(\.origin) == [.tunnel(1), .port(2)])
                try #expect(rig.forward(datagram(from: Blue.a, to: Blue.b), on: rig.lan(2)).count == 1)
                #expect(self.shown(rig).isEmpty)
                rig.tables.setObservesNeighbors(false)
                _ = try rig.forward(request, on: rig.lan(2))
                #expect(self.shown(rig).isEmpty && answered(rig) == [0, 0])
            }
        }

        @Test("What a refused source says is neither forwarded nor shown", arguments: Protocol.allCases)
        func refused(kind: Protocol) throws {
            try withSuppression(at: .tunnel(1)) { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.a, .port(0, vlan: 100))
                try #expect(rig.forward(SuppressionTests.answer(kind), on: rig.lan(2)) == [:])
                #expect(shown(rig).isEmpty)
                rig.expectedDrops = [.staticMACViolation: 1]
            }
        }

        @Test("Answers to control's own probes go to control alone; other frames to its MAC are flooded", arguments: Protocol.allCases)
        func ownMAC(kind: Protocol) throws {
            try withSuppression(at: .port(2)) { rig in
                let answer = SuppressionTests.answer(kind).replacing(0, SuppressionTests.own.octets)
                try #expect(rig.forward(answer, on: rig.lan(2)) == [:])
                try #expect(rig.forward(rig.encapsulated(answer.replacing(6, Blue.c.octets), from: 1)) == [:])
                #expect(shown(rig).map(\.origin) == [.port(2), .tunnel(1)])
                try #expect(rig.forward(datagram(from: Blue.a, to: SuppressionTests.own), on: rig.lan(2)).count == 3)
                rig.tables.networks.setFeatures(NetworkIndex(1), .multicastSnooping)
                try #expect(rig.forward(answer, on: rig.lan(2)).count == 3)
            }
        }
    }
}
