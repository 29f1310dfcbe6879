import Dataplane
import Testing

extension PacketPath {
    /// Senders that control has not named as VTEPs (RFC 7348 section 7).
    @Suite("Strangers")
    struct StrangerTests {
        typealias Prefix = (address: UnderlayAddress, length: Int)

        /// As control publishes `any`: all of IPv4, all of IPv6.
        static let any: [Prefix] = [(UnderlayAddress(ipv4: 0), 96), (.none, 0)]

        /// Network blue with station a on lan2; VTEP 9 is no tunnel's other end.
        private func withAccept(_ prefixes: [Prefix], _ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void) throws {
            try Rig.blue(options) { rig in
                rig.setOwnAddresses()
                rig.put(Blue.a, .port(2))
                rig.tables.publishAccept(prefixes)?.deallocate()
                try body(rig)
            }
        }

        private func stranger(_ rig: Rig, _ family: Family, _ inner: Bytes = Blue.bToA, from number: Int = 9) -> OuterPacket {
            rig.arriving(inner, from: number, over: family)
        }

        private func heard(_ rig: Rig) -> [Event] { rig.events.filter { $0.kind == .vtepHeard } }

        @Test("Nobody is accepted unless control says so", arguments: Family.allCases)
        func nobody(family: Family) throws {
            try withAccept([]) { rig in
                try #expect(rig.forward(stranger(rig, family)) == [:])
                rig.tables.publishAccept(StrangerTests.any)?.deallocate()
                try #expect(rig.forward(stranger(rig, family)) == [rig.lan(2): [Blue.bToA]])
                rig.tables.publishAccept([])?.deallocate()
                try #expect(rig.forward(stranger(rig, family)) == [:])
                #expect(heard(rig).count == 1)
                rig.expectedDrops = [.vtepUnknown: 2]
            }
        }

        @Test("A stranger's frames are forwarded and flooded, and teach nothing", arguments: Family.allCases, [nil, 0] as [UInt16?])
        func forwarding(family: Family, udpChecksum: UInt16?) throws {
            try withAccept(StrangerTests.any) { rig in
                rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
                let flood = datagram(from: Blue.c, to: .broadcast)
                for inner in [Blue.bToA, flood, datagram(from: Blue.c, to: Blue.b)] {
                    var packet = stranger(rig, family, inner)
                    packet.udpChecksum = udpChecksum
                    let output = try rig.forward(packet)
                    let all = [rig.lan(0): [tagged(inner, 100)], rig.lan(1): [tagged(inner, 200)], rig.lan(2): [inner]]
                    #expect(output == (inner == Blue.bToA ? [rig.lan(2): [inner]] : all))
                }
                #expect(rig.place(of: Blue.b) == .none && rig.place(of: Blue.c) == .none && rig.counters().totals.macsLearned == 0)
                #expect(rig.events.allSatisfy { $0.kind == .vtepHeard })
            }
        }

        @Test("Control is told of the sender's address and of the port that it sent to", arguments: Family.allCases)
        func event(family: Family) throws {
            try withAccept(StrangerTests.any) { rig in
                rig.tables.publishUDPPort(8472, endpoint: 3)
                for udpPort in [4789, 8472] as [UInt16] {
                    var packet = stranger(rig, family)
                    packet.udpPort = udpPort
                    _ = try rig.forward(packet)
                    let events = rig.events
                    #expect(events.map(\.kind) == [.vtepHeard] && events.map(\.udpPort) == [udpPort])
                    #expect(events.map(\.vtep) == [Rig.underlayAddress(Rig.peerAddress(9, family))])
                    #expect(events.first?.vtep.isIPv4 == (family == .ipv4) && events[0].time > 0)
                }
            }
        }

        @Test("The port is told of a tagged packet as well, and of one that was marked for congestion")
        func eventOfMarkedPacket() throws {
            try withAccept(StrangerTests.any) { rig in
                rig.tables.ports.setOuterTag(rig.wan, VLANID(300))
                for family in Family.allCases {
                    var packet = stranger(rig, family, CongestionTests.inner(.ipv4, trafficClass: 2))
                    (packet.tag, packet.trafficClass) = (0xE12C, 3)
                    try #expect(rig.forward(packet) == [rig.lan(2): [CongestionTests.inner(.ipv4, trafficClass: 3)]])
                    let events = rig.events
                    #expect(events.map(\.vtep) == [Rig.underlayAddress(Rig.peerAddress(9, family))] && events.map(\.udpPort) == [4789])
                }
            }
        }

        @Test("Of one stranger each burst control is told, once known of none")
        func oneEventABurst() throws {
            try withAccept(StrangerTests.any) { rig in
                for round in 0..<3 {
                    for number in 0..<20 {
                        try rig.receive(stranger(rig, number % 2 == 0 ? .ipv4 : .ipv6, from: 20 + round + number % 2).bytes, on: rig.wan)
                    }
                    rig.poll()
                    #expect(rig.take(rig.lan(2)).count == 20)
                    #expect(heard(rig).map(\.vtep) == [UnderlayAddress(ipv4: Rig.peerAddress(20 + round))])
                }
                rig.makeTunnel(20, over: .ipv4)
                for _ in 0..<20 { try rig.receive(stranger(rig, .ipv4, from: 20).bytes, on: rig.wan) }
                rig.poll()
                #expect(rig.take(rig.lan(2)).count == 20 && rig.place(of: Blue.b) == .tunnel(20) && heard(rig).isEmpty)
            }
        }

        @Test("With the event ring full only the event is lost, and counted")
        func fullRing() throws {
            var options = Rig.Options()
            options.exchangeSize = 8
            try withAccept(StrangerTests.any, options) { rig in
                for _ in 0..<10 { try #expect(rig.forward(stranger(rig, .ipv6)) == [rig.lan(2): [Blue.bToA]]) }
                #expect(heard(rig).count == 7 && rig.counters().totals.eventsLost == 3)
            }
        }

        @Test("Addresses that are no host's are refused whatever is accepted")
        func noHosts() throws {
            try withAccept(StrangerTests.any) { rig in
                let ipv4: [UInt32] = [0, 0x0000_0001, 0x7F00_0001, 0xE000_0001, 0xEF01_0101, 0xF000_0001, 0xFFFF_FFFF]
                let ipv6 = [
                    ipv6Address(0, prefix: []), ipv6Address(1, prefix: []), ipv6Address(1, prefix: [0xFF, 2]),
                    Bytes(repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 10],
                ]
                for source in ipv4.map(ipv4Address) + ipv6 {
                    for udpChecksum in [nil, 0] as [UInt16?] {
                        rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
                        var packet = stranger(rig, source.count == 4 ? .ipv4 : .ipv6)
                        (packet.source, packet.udpChecksum) = (source, udpChecksum)
                        try #expect(rig.forward(packet) == [:])
                    }
                }
                #expect(rig.events.isEmpty)
                rig.expectedDrops = [.vtepUnknown: UInt64(2 * (ipv4.count + ipv6.count))]
            }
        }

        /// A prefix, a sender in it at its last address, and the first one behind it.
        struct Border: CustomTestStringConvertible {
            let testDescription: String
            let prefix: Bytes
            let length: Int
            let inside: Bytes
            let outside: Bytes
        }

        static let borders = [
            Border(
                testDescription: "198.51.100.64/27", prefix: [198, 51, 100, 64], length: 96 + 27, inside: [198, 51, 100, 95],
                outside: [198, 51, 100, 96]),
            Border(
                testDescription: "10.128.0.0/9", prefix: [10, 128, 0, 0], length: 96 + 9, inside: [10, 255, 255, 255],
                outside: [11, 0, 0, 0]),
            Border(
                testDescription: "203.0.113.7/32", prefix: [203, 0, 113, 7], length: 128, inside: [203, 0, 113, 7],
                outside: [203, 0, 113, 8]),
            Border(
                testDescription: "2001:db8:8::/45", prefix: Bytes(hex: "20010db80008") + Bytes(repeating: 0, count: 10), length: 45,
                inside: Bytes(hex: "20010db8000f") + Bytes(repeating: 0xFF, count: 10),
                outside: Bytes(hex: "20010db80010") + Bytes(repeating: 0, count: 10)),
            Border(
                testDescription: "2001:db8::/63", prefix: ipv6Address(0), length: 63,
                inside: Bytes(hex: "20010db800000001ffffffffffffffff"), outside: Bytes(hex: "20010db8000000020000000000000000")),
            Border(
                testDescription: "2001:db8:0:9::/65", prefix: Bytes(hex: "20010db8000000090000000000000000"), length: 65,
                inside: Bytes(hex: "20010db8000000097fffffffffffffff"), outside: Bytes(hex: "20010db8000000098000000000000000")),
            Border(
                testDescription: "2001:db8::76/127", prefix: ipv6Address(0x76), length: 127, inside: ipv6Address(0x77),
                outside: ipv6Address(0x78)),
        ]

        @Test("Prefixes end where they say, alone and behind others", arguments: borders)
        func prefixes(border: Border) throws {
            let prefix: Prefix = (Rig.underlayAddress(border.prefix), border.length)
            let others: [Prefix] = [(UnderlayAddress(ipv4: 0xC0A8_0000), 112), (UnderlayAddress(high: 0xFD00 << 48, low: 0), 8)]
            for list in [[prefix], others + [prefix], [prefix] + others] {
                try withAccept(list) { rig in
                    for (source, isAccepted) in [(border.prefix, true), (border.inside, true), (border.outside, false)] {
                        var packet = stranger(rig, source.count == 4 ? .ipv4 : .ipv6)
                        packet.source = source
                        try #expect(rig.forward(packet) == (isAccepted ? [rig.lan(2): [Blue.bToA]] : [:]))
                    }
                    rig.expectedDrops = [.vtepUnknown: 1]
                }
            }
        }

        @Test("Prefixes of one family say nothing of the other, not even the widest", arguments: Family.allCases)
        func oneFamily(family: Family) throws {
            try withAccept([StrangerTests.any[family == .ipv4 ? 0 : 1]]) { rig in
                try #expect(rig.forward(stranger(rig, family)) == [rig.lan(2): [Blue.bToA]])
                try #expect(rig.forward(stranger(rig, family.other)) == [:])
                rig.expectedDrops = [.vtepUnknown: 1]
            }
        }

        @Test("Our own address is no stranger", arguments: Family.allCases)
        func ownAddress(family: Family) throws {
            try withAccept(StrangerTests.any) { rig in
                var packet = stranger(rig, family)
                packet.source = rig.ownAddress(family)
                try #expect(rig.forward(packet) == [:])
                #expect(rig.events.isEmpty)
                rig.expectedDrops = [.ownSourceAddress: 1]
            }
        }

        @Test("A stranger reaches no other VTEP, and moves no station", arguments: Family.allCases)
        func limits(family: Family) throws {
            try withAccept(StrangerTests.any) { rig in
                // Station b is learned on lan1.
                try rig.receive(tagged(datagram(from: Blue.b, to: Blue.a), 200), on: rig.lan(1))
                rig.poll()
                _ = rig.takeAll()
                #expect(rig.place(of: Blue.b) == .port(1, vlan: 200))
                try #expect(rig.forward(stranger(rig, family)) == [rig.lan(2): [Blue.bToA]])
                #expect(rig.place(of: Blue.b) == .port(1, vlan: 200) && rig.counters().totals.macsMoved == 0)
                rig.put(Blue.c, .tunnel(1))
                try #expect(rig.forward(stranger(rig, family, datagram(from: Blue.b, to: Blue.c))) == [:])
                rig.expectedDrops = [.splitHorizon: 1]
            }
        }

        @Test("A station that is configured to be elsewhere does not send through a stranger", arguments: Family.allCases)
        func configuredStation(family: Family) throws {
            try withAccept(StrangerTests.any) { rig in
                rig.put(Blue.b, .port(1, vlan: 200))
                rig.put(Blue.c, .tunnel(1), origin: .controlPlane)
                let other = MACAddress(2, 0, 0, 0, 1, 0xD)
                for (station, isRefused) in [(Blue.b, true), (Blue.c, true), (other, false)] {
                    for to in [Blue.a, MACAddress.broadcast] {
                        let output = try rig.forward(stranger(rig, family, datagram(from: station, to: to)))
                        #expect(output.isEmpty == isRefused)
                    }
                }
                rig.expectedDrops = [.staticMACViolation: 4]
            }
        }
    }
}
