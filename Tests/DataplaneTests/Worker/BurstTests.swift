import Dataplane
import Testing

extension PacketPath {
    /// The first look into the MAC table settles most frames of a burst; the others are learned from and looked up when it is through.
    @Suite("Stations within a burst")
    struct BurstTests {
        /// Station `number`, of a vendor that no other test knows.
        private static func station(_ number: Int) -> MACAddress { MACAddress(2, 0xBB, 0, 0, UInt8(number >> 8), UInt8(number & 0xFF)) }

        /// Network blue with a second VLAN on lan0, so that stations on one port need the gateway to meet.
        private func withTwoVLANs(_ options: Rig.Options = Rig.Options(), _ body: (Rig) throws -> Void) throws {
            try Rig.run(options) { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (0, 101)], tunnels: [1, 2])
                try body(rig)
            }
        }

        @Test("Stations that are all new find each other in a burst, each the one before it and the one behind it")
        func allNew() throws {
            try withTwoVLANs { rig in
                var expected: [Bytes] = []
                for number in 0..<Worker.burst {
                    // A ring: the last one sends to the first.
                    let peer = number % 4 < 2 ? (number + 1) % Worker.burst : (number + Worker.burst - 1) % Worker.burst
                    let frame = datagram(from: BurstTests.station(number), to: BurstTests.station(peer))
                    try rig.receive(tagged(frame, UInt16(100 + number % 2)), on: rig.lan(0))
                    expected.append(tagged(frame, UInt16(100 + peer % 2)))
                }
                rig.poll()
                #expect(rig.takeAll() == [rig.lan(0): expected], "nothing is flooded, and the order is kept")
                #expect(rig.events.map(\.kind) == Array(repeating: .macLearned, count: Worker.burst))
                #expect(rig.counters().totals.macsLearned == UInt64(Worker.burst) && rig.counters().totals.macsMoved == 0)
            }
        }

        @Test("A new station with many frames in a burst is learned once, also behind a tunnel")
        func duplicates() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .port(2))
                let remote = rig.encapsulated(datagram(from: Blue.c, to: Blue.b), from: 1).bytes
                for _ in 0..<Worker.burst {
                    try rig.receive(tagged(Blue.aToB, 100), on: rig.lan(0))
                    try rig.receive(remote, on: rig.wan)
                }
                rig.poll()
                #expect(rig.take(rig.lan(2)).count == 2 * Worker.burst)
                #expect(rig.events.map(\.key.mac) == [Blue.a, Blue.c] && rig.counters().totals.macsLearned == 2)
                #expect(rig.tables.macs.count == 3 && rig.tables.macs.brokenInvariants() == [])
            }
        }

        @Test("A station that moves to and fro within a burst ends where its last frame came from")
        func moves() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .port(2))
                for tunnel in [1, 2, 2, 1, 2] { try rig.receive(rig.encapsulated(Blue.aToB, from: tunnel).bytes, on: rig.wan) }
                rig.poll()
                #expect(rig.take(rig.lan(2)).count == 5 && rig.place(of: Blue.a) == .tunnel(2))
                #expect(rig.counters().totals.macsLearned == 1 && rig.counters().totals.macsMoved == 3)
                #expect(rig.events.map(\.destination) == [.tunnel(1), .tunnel(2), .tunnel(1), .tunnel(2)])
            }
        }

        @Test("A station that was known, moves and comes back within a burst is where it was")
        func roundTrip() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .port(2))
                for _ in 0..<2 { _ = try rig.forward(rig.encapsulated(Blue.aToB, from: 1)) }
                for tunnel in [1, 2, 1] { try rig.receive(rig.encapsulated(Blue.aToB, from: tunnel).bytes, on: rig.wan) }
                rig.poll()
                #expect(rig.take(rig.lan(2)).count == 3 && rig.place(of: Blue.a) == .tunnel(1))
                #expect(rig.counters().totals.macsMoved == 2)
            }
        }

        @Test("Frames whose source is configured elsewhere are dropped out of their burst, wherever they lead")
        func violations() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(1, vlan: 200))
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.c, .port(0, vlan: 100))
                let known = BurstTests.station(1), new = BurstTests.station(2)
                _ = try rig.forward(datagram(from: known, to: Blue.c), on: rig.lan(2))
                // To what is in the table, to a station that the burst brings, to an unknown one, and to all.
                let violations = [Blue.b, Blue.c, new, BurstTests.station(3), .broadcast].map { datagram(from: Blue.a, to: $0) }
                let good = [datagram(from: known, to: Blue.c), datagram(from: new, to: Blue.c), datagram(from: known, to: Blue.c)]
                let burst = [violations[0], good[0], violations[1], violations[2], good[1], violations[3], violations[4], good[2]]
                for frame in burst { try rig.receive(frame, on: rig.lan(2)) }
                rig.poll()
                #expect(rig.takeAll() == [rig.lan(0): good.map { tagged($0, 100) }])
                #expect(rig.events.filter { $0.kind == .staticMACViolation }.map(\.key.mac) == Array(repeating: Blue.a, count: 5))
                #expect(rig.place(of: Blue.a) == .port(1, vlan: 200) && rig.place(of: new) == .port(2))
                rig.expectedDrops = [.staticMACViolation: 5]
            }
        }

        @Test("Broadcasts from stations that are known, new and configured are flooded, and nothing else of their burst is")
        func broadcasts() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(2))
                rig.put(Blue.b, .port(1, vlan: 200))
                let cToAll = datagram(from: Blue.c, to: .broadcast), cToB = datagram(from: Blue.c, to: Blue.b)
                let frames = [Blue.aToAll, Blue.aToB, cToAll, cToB, Blue.aToAll]
                for frame in frames { try rig.receive(frame, on: rig.lan(2)) }
                rig.poll()
                let output = rig.takeAll()
                #expect(output[rig.lan(1)] == frames.map { tagged($0, 200) })
                #expect(output[rig.lan(0)] == [frames[0], frames[2], frames[4]].map { tagged($0, 100) })
                #expect(output[rig.wan]?.count == 6 && output.count == 3)
            }
        }

        /// Stations of which the first four fill a bucket that is home to them all, so that the others lie in their alternate buckets.
        private func crowd(_ rig: Rig, count: Int) -> [MACAddress] {
            let macs = rig.tables.macs
            let home = macs.buckets(of: MACKey(network: NetworkIndex(1), mac: BurstTests.station(0))).home
            var stations: [MACAddress] = []
            var number = 0
            while stations.count < count {
                let station = MACAddress(2, 0xCC, 0, UInt8(number >> 16), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF))
                if macs.buckets(of: MACKey(network: NetworkIndex(1), mac: station)).home == home { stations.append(station) }
                number += 1
            }
            return stations
        }

        @Test("Stations in their alternate buckets are as well known as others, as source and as destination")
        func alternateBuckets() throws {
            try Rig.blue { rig in
                let stations = crowd(rig, count: 7)
                for station in stations { try rig.receive(datagram(from: station, to: Blue.multicast), on: rig.lan(2)) }
                rig.poll()
                #expect(stations.allSatisfy { rig.place(of: $0) == .port(2) })
                for station in stations.dropFirst(4) {
                    let buckets = rig.tables.macs.buckets(of: MACKey(network: NetworkIndex(1), mac: station))
                    let slots = buckets.alternate * 4..<buckets.alternate * 4 + 4
                    #expect(slots.contains { rig.tables.macs.entry(at: $0)?.0.mac == station }, "in its alternate bucket")
                }
                _ = rig.takeAll()
                let events = rig.events.count
                // Each to Blue.a, and Blue.a, which is new, to each.
                rig.put(Blue.b, .port(1, vlan: 200))
                for station in stations { try rig.receive(datagram(from: station, to: Blue.b), on: rig.lan(2)) }
                for station in stations { try rig.receive(tagged(datagram(from: Blue.a, to: station), 100), on: rig.lan(0)) }
                rig.poll()
                let output = rig.takeAll()
                #expect(output[rig.lan(1)] == stations.map { tagged(datagram(from: $0, to: Blue.b), 200) })
                #expect(output[rig.lan(2)] == stations.map { datagram(from: Blue.a, to: $0) })
                #expect(output.count == 2, "nothing is flooded")
                #expect(events == 7 && rig.events.map(\.key.mac) == [Blue.a] && rig.counters().totals.macsMoved == 0)
            }
        }

        @Test("A configured station in its alternate bucket is obeyed")
        func alternateViolation() throws {
            try Rig.blue { rig in
                let stations = crowd(rig, count: 5)
                for station in stations { rig.put(station, .port(0, vlan: 100)) }
                let last = stations[4]
                rig.put(Blue.b, .port(1, vlan: 200))
                try #expect(rig.forward(datagram(from: last, to: Blue.b), on: rig.lan(2)) == [:])
                let frame = datagram(from: last, to: Blue.b)
                try #expect(rig.forward(tagged(frame, 100), on: rig.lan(0)) == [rig.lan(1): [tagged(frame, 200)]])
                #expect(rig.events.map(\.kind) == [.staticMACViolation] && rig.counters().totals.macsLearned == 0)
                rig.expectedDrops = [.staticMACViolation: 1]
            }
        }
    }
}
