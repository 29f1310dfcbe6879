import Dataplane
import Glibc
import Testing

extension PacketPath {
    @Suite("Learning")
    struct LearningTests {
        @Test("Two stations on both sides find each other, and each is told of once")
        func bothSides() throws {
            try Rig.blue { rig in
                try #expect(rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0)).count == 3)
                try #expect(rig.forward(rig.encapsulated(Blue.bToA, from: 2)) == [rig.lan(0): [tagged(Blue.bToA, 100)]])
                let output = try rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0))
                #expect(output == [rig.wan: [rig.expected(Blue.aToB, to: 2, like: output[rig.wan]?.first ?? [])]])
                let events = rig.events
                #expect(events.map(\.kind) == [.macLearned, .macLearned])
                #expect(events.map(\.key.mac) == [Blue.a, Blue.b])
                #expect(events.map(\.destination) == [.port(0, vlan: 100), .tunnel(2)])
                #expect(rig.counters().totals.macsLearned == 2 && rig.counters().totals.macsMoved == 0)
            }
        }

        @Test("A station is found by the next frame of the very burst that brought it")
        func withinABurst() throws {
            try Rig.blue { rig in
                try rig.receive(tagged(Blue.aToB, 100), on: rig.lan(0))
                try rig.receive(tagged(datagram(from: Blue.b, to: Blue.a), 100), on: rig.lan(0))
                try rig.receive(datagram(from: Blue.c, to: Blue.a), on: rig.lan(2))
                rig.poll()
                #expect(rig.take(rig.lan(0)) == [tagged(datagram(from: Blue.c, to: Blue.a), 100)])
                // Both on one member of lan0: b to a and a to b need not leave.
                rig.expectedDrops = [.samePort: 2]
            }
        }

        @Test("A station that moves is found at its new place at once: port, VLAN, VTEP and back")
        func moves() throws {
            try Rig.blue { rig in
                let places: [(Destination, (Bytes) -> (PortIndex, Bytes))] = [
                    (.port(0, vlan: 100), { (rig.lan(0), tagged($0, 100)) }),
                    (.port(2), { (rig.lan(2), $0) }),
                    (.tunnel(1), { (rig.wan, rig.encapsulated($0, from: 1).bytes) }),
                    (.tunnel(2), { (rig.wan, rig.encapsulated($0, from: 2).bytes) }),
                    (.port(0, vlan: 100), { (rig.lan(0), tagged($0, 100)) }),
                ]
                for (place, frame) in places {
                    let (port, bytes) = frame(Blue.aToAll)
                    _ = try rig.forward(bytes, on: port)
                    #expect(rig.place(of: Blue.a) == place)
                    let reply = try rig.forward(tagged(datagram(from: Blue.c, to: Blue.a), 200), on: rig.lan(1))
                    #expect(reply.count == 1 && reply[port]?.count == 1)
                }
                #expect(rig.counters().totals.macsMoved == 4 && rig.counters().totals.macsLearned == 2)
                let moves = rig.events.filter { $0.kind == .macMoved }
                #expect(moves.map(\.destination) == places.dropFirst().map(\.0))
                #expect(moves.map(\.previous) == places.dropLast().map(\.0))
            }
        }

        @Test("An entry that is seen again is as young as its last frame")
        func refreshing() throws {
            try Rig.blue { rig in
                let key = MACKey(network: NetworkIndex(1), mac: Blue.a)
                _ = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                let first = rig.tables.macs.lookup(key).lastSeen
                usleep(1_100_000)
                _ = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                #expect(rig.tables.macs.lookup(key).lastSeen > first)
                #expect(rig.counters().totals.macsLearned == 1 && rig.counters().totals.macsMoved == 0)
            }
        }

        @Test("A station that control has deleted is learned by its next frame, in the same second, too")
        func deletedStations() throws {
            try Rig.blue { rig in
                let key = MACKey(network: NetworkIndex(1), mac: Blue.a)
                let deletions: [(MACTable) -> Void] = [{ _ = $0.remove(key) }, { $0.removeAll(where: { found, _ in found == key }) }]
                for delete in deletions {
                    // Twice, so that the worker knows it has seen the station.
                    for _ in 0..<2 { _ = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)) }
                    delete(rig.tables.macs)
                    #expect(rig.place(of: Blue.a) == .none)
                    _ = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                    #expect(rig.place(of: Blue.a) == .port(0, vlan: 100))
                }
                #expect(rig.counters().totals.macsLearned == 3)
            }
        }

        @Test("A station that control places elsewhere is refused at once, however lately it was seen")
        func lateViolation() throws {
            try Rig.blue { rig in
                for _ in 0..<2 { _ = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)) }
                rig.put(Blue.a, .tunnel(1), origin: .configured)
                try #expect(rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)) == [:])
                rig.expectedDrops = [.staticMACViolation: 1]
            }
        }

        @Test("A station that moves to another worker's queue and back within a second is where it was last")
        func betweenWorkers() throws {
            var options = Rig.Options()
            options.workers = 2
            try Rig.blue(options) { rig in
                for _ in 0..<3 {
                    for (worker, place) in [(0, Destination.port(0, vlan: 100)), (1, .tunnel(1))] {
                        for _ in 0..<2 {
                            if worker == 0 {
                                try rig.receive(tagged(Blue.aToAll, 100), on: rig.lan(0), queue: 0)
                            } else {
                                try rig.receive(rig.encapsulated(Blue.aToAll, from: 1).bytes, on: rig.wan, queue: 1)
                            }
                            rig.poll(worker)
                            _ = rig.takeAll()
                        }
                        #expect(rig.place(of: Blue.a) == place)
                    }
                }
                #expect(rig.counters(0).totals.macsMoved + rig.counters(1).totals.macsMoved == 5)
            }
        }

        @Test("With the MAC table full, frames are still flooded, and it is counted and told")
        func fullTable() throws {
            var options = Rig.Options()
            options.macCapacity = 16
            try Rig.blue(options) { rig in
                for number in 0..<16 {
                    rig.tables.macs.learn(MACTable.key(number, network: 1), .port(0, vlan: 100))
                }
                for _ in 0..<2 { try #expect(rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0)).count == 3) }
                #expect(rig.place(of: Blue.a) == .none && rig.tables.macs.count == 16)
                #expect(rig.counters().totals.macTableFull == 2 && rig.counters().totals.macsLearned == 0)
                #expect(rig.events.map(\.kind) == [.macTableFull, .macTableFull])
                // Known stations are still refreshed, moved and found.
                let known = MACTable.key(3).mac
                try #expect(rig.forward(tagged(datagram(from: Blue.a, to: known), 200), on: rig.lan(1)).keys.map { $0 } == [rig.lan(0)])
                _ = try rig.forward(datagram(from: known, to: .broadcast), on: rig.lan(2))
                #expect(rig.place(of: known) == .port(2))
            }
        }

        @Test("A station that control has placed stays there", arguments: [MACOrigin.configured, .controlPlane])
        func placedStations(origin: MACOrigin) throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(0, vlan: 100), origin: origin)
                rig.put(Blue.b, .tunnel(1), origin: origin)
                let output = try rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0))
                #expect(output.keys.map { $0 } == [rig.wan])
                try #expect(rig.forward(Blue.aToB, on: rig.lan(2)) == [:])
                try #expect(rig.forward(rig.encapsulated(datagram(from: Blue.b, to: Blue.a), from: 2)) == [:])
                #expect(rig.place(of: Blue.a) == .port(0, vlan: 100) && rig.place(of: Blue.b) == .tunnel(1))
                let events = rig.events
                #expect(events.map(\.kind) == [.staticMACViolation, .staticMACViolation])
                #expect(events.map(\.destination) == [.port(2), .tunnel(2)])
                rig.expectedDrops = [.staticMACViolation: 2]
            }
        }

        @Test("The same station in two networks is two stations")
        func networks() throws {
            try Rig.blue { rig in
                rig.makeNetwork(2, vni: 10200, members: [(0, 101), (1, 0)])
                _ = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                _ = try rig.forward(Blue.aToAll, on: rig.lan(1))
                #expect(rig.place(of: Blue.a, network: 1) == .port(0, vlan: 100) && rig.place(of: Blue.a, network: 2) == .port(1))
                let output = try rig.forward(tagged(Blue.bToA, 101), on: rig.lan(0))
                #expect(output == [rig.lan(1): [Blue.bToA]])
            }
        }

        @Test("Events that find their ring full are counted, and forwarding goes on")
        func lostEvents() throws {
            var options = Rig.Options()
            options.exchangeSize = 8
            try Rig.blue(options) { rig in
                for number in 0..<10 { try rig.receive(datagram(from: MACTable.key(number).mac, to: .broadcast), on: rig.lan(2)) }
                rig.poll()
                #expect(rig.take(rig.lan(0)).count == 10)
                #expect(rig.events.count == 7 && rig.counters().totals.eventsLost == 3 && rig.counters().totals.macsLearned == 10)
            }
        }
    }
}
