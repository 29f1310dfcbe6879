import CShims
import Dataplane
import Testing

extension PacketPath {
    /// A tunnel with several ways out, an underlay port each.
    @Suite("Several ways to a VTEP")
    struct SpreadTests {
        private static let flowCount = 1000

        /// Network blue with VTEP 1, station b behind it, and as many ways there as there are underlay ports.
        private func withWays(
            _ count: Int, over family: Family = .ipv4, sendsSegments: Bool = true, _ body: (Rig) throws -> Void
        ) throws {
            var options = Rig.Options()
            options.underlayPorts = count
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                rig.setOwnAddresses()
                rig.put(Blue.b, .tunnel(1))
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (1, 200), (2, 0)], tunnels: [1])
                publish(rig, family, working: Array(0..<count))
                try body(rig)
            }
        }

        /// All ways of tunnel 1; those that do not work have no MAC of their next hop.
        private func publish(_ rig: Rig, _ family: Family, working: [Int], _ fields: OuterFields = OuterFields()) {
            let ways = (0..<rig.options.underlayPorts).map {
                rig.way(to: 1, over: family, fields, port: $0, isResolved: working.contains($0))
            }
            let buckets = TunnelRecord.buckets(wayCount: ways.count, working: working)
            rig.tables.tunnels.publish(TunnelIndex(1), ways: ways, buckets: buckets)?.deallocate()
        }

        private func flow(_ number: Int, to: MACAddress = Blue.b) -> Bytes {
            datagram(from: Blue.a, to: to, ports: (UInt16(10_000 + number), 443))
        }

        /// The underlay port that each flow leaves by, its frame inside.
        private func ports(_ rig: Rig, _ flows: [Bytes]) throws -> [Int?] {
            var ports: [Bytes: Int] = [:]
            for start in stride(from: 0, to: flows.count, by: 400) {
                let part = flows[start..<min(start + 400, flows.count)]
                for frame in part { try rig.receive(frame, on: rig.lan(2)) }
                while rig.poll() > 0 {}
                for number in 0..<rig.options.underlayPorts {
                    for packet in rig.take(rig.wan(number)) { ports[OuterView(packet).inner] = number }
                }
            }
            return flows.map { ports[$0] }
        }

        private func shares(_ ports: [Int?], _ count: Int) -> [Int] {
            (0..<count).map { way in ports.filter { $0 == way }.count }
        }

        @Test("Flows are spread over the ways by the shares of the buckets, within 10 %", arguments: [2, 3], Family.allCases)
        func spread(count: Int, family: Family) throws {
            try withWays(count, over: family) { rig in
                let ports = try ports(rig, (0..<SpreadTests.flowCount).map { flow($0) })
                let buckets = TunnelRecord.buckets(wayCount: count, working: Array(0..<count))
                for (way, share) in shares(ports, count).enumerated() {
                    let expected = Double(SpreadTests.flowCount * buckets.filter { $0 == way }.count) / Double(TunnelRecord.bucketCount)
                    #expect(abs(Double(share) - expected) <= 0.1 * expected, "way \(way): \(share) of \(expected)")
                }
                #expect(!ports.contains(nil))
                #expect(rig.counters().tunnel(TunnelIndex(1)).txPackets == UInt64(SpreadTests.flowCount))
            }
        }

        @Test("A flow stays with its way, and each way has its own next hop and headers", arguments: Family.allCases)
        func flowsStay(family: Family) throws {
            try withWays(3, over: family) { rig in
                let flows = (0..<200).map { flow($0) }
                let first = try ports(rig, flows)
                try #expect(ports(rig, flows.reversed()).reversed() == first)
                let frame = flows[0], way = try #require(first[0])
                let other = MACAddress(2, 0xEE, 0, 0, 9, 9)
                let ways = (0..<3).map { number in
                    TunnelRecord(
                        port: rig.wan(number), nextHopMAC: number == way ? other : Rig.peerMAC(1), portMAC: rig.options.wanMAC,
                        source: Rig.underlayAddress(rig.ownAddress(family)),
                        destination: Rig.underlayAddress(Rig.peerAddress(1, family)), udpPort: 4789, mtu: 1600,
                        fields: OuterFields { $0.timeToLive = UInt8(10 + number) })
                }
                rig.tables.tunnels.publish(
                    TunnelIndex(1), ways: ways, buckets: TunnelRecord.buckets(wayCount: 3, working: [0, 1, 2]))?.deallocate()
                let output = try rig.forward(frame, on: rig.lan(2))
                let sent = output[rig.wan(way)]?.first ?? []
                var expected = rig.leaving(frame, to: 1, over: family, like: sent)
                (expected.destinationMAC, expected.timeToLive) = (other, UInt8(10 + way))
                #expect(output == [rig.wan(way): [expected.bytes]])
            }
        }

        @Test("Only the flows of a dead way move, evenly to the others, and only they come back", arguments: [2, 3, 4])
        func deadWay(count: Int) throws {
            try withWays(count) { rig in
                let flows = (0..<SpreadTests.flowCount).map { flow($0) }
                let before = try ports(rig, flows)
                for dead in 0..<count {
                    let working = (0..<count).filter { $0 != dead }
                    publish(rig, .ipv4, working: working)
                    let meanwhile = try ports(rig, flows)
                    #expect(zip(before, meanwhile).allSatisfy { $0 == dead ? $1 != dead && $1 != nil : $1 == $0 })
                    let moved = zip(before, meanwhile).filter { $0.0 == dead }.map(\.1)
                    for way in working {
                        // Their buckets by the others, and three standard deviations.
                        let expected = Double(moved.count) / Double(working.count)
                        #expect(abs(Double(moved.filter { $0 == way }.count) - expected) <= 3 * expected.squareRoot())
                    }
                    publish(rig, .ipv4, working: Array(0..<count))
                    try #expect(ports(rig, flows) == before)
                }
            }
        }

        @Test("The flows of one way still use all of the source ports, and of the flow labels", arguments: Family.allCases)
        func entropyOfAWay(family: Family) throws {
            try withWays(2, over: family) { rig in
                var views: [[OuterView]] = [[], []]
                for start in stride(from: 0, to: 800, by: 400) {
                    for number in start..<start + 400 { try rig.receive(flow(number), on: rig.lan(2)) }
                    while rig.poll() > 0 {}
                    for way in 0..<2 { views[way] += rig.take(rig.wan(way)).map(OuterView.init) }
                }
                for views in views {
                    // Halves of the range, and halves of the halves, down to sixteenths: about 25 of 400 flows each.
                    let sixteenths = Dictionary(grouping: views) { ($0.sourcePort - 49152) / 1024 }
                    #expect(sixteenths.count == 16 && sixteenths.values.allSatisfy { (5...60).contains($0.count) })
                    guard family == .ipv6 else { continue }
                    let ofLabels = Dictionary(grouping: views) { $0.flowLabel >> 16 }
                    #expect(ofLabels.count == 16 && ofLabels.values.allSatisfy { (5...60).contains($0.count) })
                }
            }
        }

        @Test("With all ways dead every packet is dropped by name; with one alive all take it")
        func lastWay() throws {
            try withWays(3) { rig in
                let flows = (0..<50).map { flow($0) }
                publish(rig, .ipv4, working: [])
                try #expect(ports(rig, flows).allSatisfy { $0 == nil })
                rig.expectedDrops = [.nextHopUnresolved: 50]
                publish(rig, .ipv4, working: [1])
                try #expect(ports(rig, flows).allSatisfy { $0 == 1 })
            }
        }

        @Test("Floods take the way of their flow", arguments: [true, false], Family.allCases)
        func floods(sendsSegments: Bool, family: Family) throws {
            try withWays(3, over: family, sendsSegments: sendsSegments) { rig in
                let flows = (0..<120).map { flow($0, to: .broadcast) }
                let first = try ports(rig, flows)
                #expect(Set(first) == [0, 1, 2])
                _ = rig.takeAll()
                publish(rig, family, working: [0, 2])
                let meanwhile = try ports(rig, flows)
                #expect(zip(first, meanwhile).allSatisfy { $0 == 1 ? $1 == 0 || $1 == 2 : $1 == $0 })
                #expect(rig.take(rig.lan(0)).count == 120 && rig.take(rig.lan(1)).count == 120)
                // A flow's unknown unicast goes where its unicast will go.
                let unknown = flow(7, to: Blue.c)
                let flooded = try ports(rig, [unknown])
                rig.put(Blue.c, .tunnel(1))
                try #expect(ports(rig, [unknown]) == flooded)
            }
        }

        @Test("A flood to several VTEPs takes a way to each of its own")
        func floodOfSeveral() throws {
            try withWays(2) { rig in
                rig.makeTunnel(2, over: .ipv6, port: 1)
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (2, 0)], tunnels: [1, 2])
                for number in 0..<20 {
                    let frame = flow(number, to: .broadcast)
                    let output = try rig.forward(frame, on: rig.lan(2))
                    let sent = [0, 1].flatMap { output[rig.wan($0)] ?? [] }.map(OuterView.init)
                    #expect(sent.map(\.family).contains(.ipv4) && sent.map(\.family).contains(.ipv6) && sent.count == 2)
                    #expect(sent.allSatisfy { $0.inner == frame } && output[rig.lan(0)] == [tagged(frame, 100)])
                    #expect(output[rig.wan(1)]?.contains { OuterView($0).family == .ipv6 } == true)
                }
            }
        }

        @Test("Each way has its own MTU, tag and checksum")
        func differentWays() throws {
            try withWays(2) { rig in
                let small = TunnelRecord(
                    port: rig.wan(0), nextHopMAC: Rig.peerMAC(1), portMAC: rig.options.wanMAC,
                    source: Rig.underlayAddress(rig.ownAddress(.ipv4)), destination: Rig.underlayAddress(Rig.peerAddress(1, .ipv4)),
                    udpPort: 4789, mtu: 500, fields: OuterFields())
                let rich = rig.way(to: 1, over: .ipv4, OuterFields { ($0.tag, $0.udpChecksum) = (300, .software) }, port: 1)
                rig.tables.tunnels.publish(
                    TunnelIndex(1), ways: [small, rich], buckets: TunnelRecord.buckets(wayCount: 2, working: [0, 1]))?.deallocate()
                var dropped = 0
                for number in 0..<40 {
                    let short = flow(number)
                    let long = datagram(
                        from: Blue.a, to: Blue.b, ports: (UInt16(10_000 + number), 443), payload: Bytes(repeating: 1, count: 600))
                    let output = try rig.forward(short, on: rig.lan(2))
                    let longOutput = try rig.forward(long, on: rig.lan(2))
                    #expect(output.count == 1)
                    if let sent = output[rig.wan(0)]?.first {
                        #expect(OuterView(sent).tag == nil && OuterView(sent).udpChecksum == 0 && longOutput == [:])
                        dropped += 1
                    } else {
                        let views = [output, longOutput].flatMap { $0[rig.wan(1)] ?? [] }.map(OuterView.init)
                        #expect(views.map(\.tag) == [300, 300] && views.allSatisfy { PacketMutator.repaired($0.bytes) == $0.bytes })
                    }
                }
                #expect((5...35).contains(dropped))
                rig.expectedDrops = [.mtuExceeded: UInt64(dropped)]
            }
        }
    }
}
