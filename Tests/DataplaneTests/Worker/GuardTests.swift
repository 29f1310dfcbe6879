import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Learning modes and MAC limits of workers")
    struct GuardTests {
        private func source(_ number: Int) -> MACAddress { MACAddress(bits: UInt64(number) << 16 | 2) }

        @Test("A port that learns nothing forwards everything, and floods the answers")
        func learningOff() throws {
            try Rig.blue { rig in
                rig.tables.ports.setLearning(rig.lan(0), .off)
                for _ in 0..<3 { try #expect(rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0)).count == 3) }
                #expect(rig.place(of: Blue.a) == .none && rig.events.isEmpty)
                try #expect(rig.forward(datagram(from: Blue.b, to: Blue.a), on: rig.lan(2)).count == 3)
            }
        }

        @Test("A locked port takes frames from the stations that control has put there, and from no others")
        func locked() throws {
            try Rig.blue { rig in
                rig.tables.ports.setLearning(rig.lan(0), .locked)
                rig.put(Blue.a, .port(0, vlan: 100))
                rig.put(Blue.c, .port(2))
                for _ in 0..<2 {
                    try #expect(rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)).count == 3)
                    try #expect(rig.forward(tagged(datagram(from: Blue.b, to: .broadcast), 100), on: rig.lan(0)).isEmpty)
                    try #expect(rig.forward(tagged(datagram(from: Blue.c, to: .broadcast), 100), on: rig.lan(0)).isEmpty)
                }
                #expect(rig.place(of: Blue.b) == .none)
                rig.expectedDrops = [.macLocked: 2, .staticMACViolation: 2]
            }
        }

        @Test("What a sticky port has learned does not move away")
        func sticky() throws {
            try Rig.blue { rig in
                rig.tables.macs.setSticky(true, rig.lan(0))
                try #expect(rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)).count == 3)
                try #expect(rig.forward(datagram(from: Blue.a, to: .broadcast), on: rig.lan(2)).isEmpty)
                try #expect(rig.forward(rig.encapsulated(datagram(from: Blue.a, to: .broadcast), from: 1)).isEmpty)
                #expect(rig.place(of: Blue.a) == .port(0, vlan: 100))
                #expect(rig.events.map(\.kind) == [.macLearned, .staticMACViolation, .staticMACViolation])
                rig.expectedDrops = [.staticMACViolation: 2]
            }
        }

        @Test("Beyond a limit frames pass unlearned, or are dropped", arguments: [false, true], [false, true])
        func limits(drops: Bool, ofPort: Bool) throws {
            try Rig.blue { rig in
                if ofPort {
                    rig.tables.macs.setLimit(5, drops: drops, of: rig.lan(2))
                } else {
                    rig.tables.macs.setLimit(5, drops: drops, of: NetworkIndex(1))
                }
                for number in 1...20 {
                    let output = try rig.forward(datagram(from: source(number), to: .broadcast), on: rig.lan(2))
                    #expect(output.isEmpty == (drops && number > 5), "frame \(number)")
                }
                // Who is known stays served.
                try #expect(rig.forward(datagram(from: source(3), to: .broadcast), on: rig.lan(2)).count == 3)
                #expect(rig.tables.macs.count == 5)
                let kinds = rig.events.map(\.kind)
                #expect(kinds.filter { $0 == (ofPort ? .macLimitOfPort : .macLimitOfNetwork) }.count == 15)
                // The other places of the network are met by the network's limit alone.
                let other = try rig.forward(tagged(datagram(from: source(30), to: .broadcast), 100), on: rig.lan(0))
                #expect(other.isEmpty == (drops && !ofPort))
                if drops { rig.expectedDrops = [.macLimit: ofPort ? 15 : 16] }
            }
        }

        @Test("A flood of new stations tells of its limit a few times a second, so that other events are not lost")
        func notices() throws {
            try Rig.blue { rig in
                rig.tables.macs.setLimit(1, drops: true, of: NetworkIndex(1))
                var told = 0
                for number in 1...1000 {
                    _ = try rig.forward(datagram(from: source(number), to: .broadcast), on: rig.lan(2))
                    told += rig.events.filter { $0.kind == .macLimitOfNetwork }.count
                }
                // However slow the machine, a thousand frames take less than five seconds.
                #expect((Worker.noticesPerSecond...5 * Worker.noticesPerSecond).contains(told))
                #expect(rig.counters().totals.eventsLost == 0)
                rig.expectedDrops = [.macLimit: 999]
            }
        }

        @Test("A full table lets frames pass, or drops them where that is asked for", arguments: [false, true])
        func fullTable(drops: Bool) throws {
            var options = Rig.Options()
            options.macCapacity = 16
            try Rig.blue(options) { rig in
                rig.tables.macs.setDropsWhenFull(drops)
                for number in 1...20 {
                    let output = try rig.forward(datagram(from: source(number), to: .broadcast), on: rig.lan(2))
                    #expect(output.isEmpty == (drops && number > 16), "frame \(number)")
                }
                #expect(rig.counters().totals.macTableFull == 4)
                if drops { rig.expectedDrops = [.macLimit: 4] }
            }
        }

        @Test("Ten million new stations in one network push nothing out of another, and harm none of its frames")
        func tenMillion() throws {
            var options = Rig.Options()
            options.macCapacity = 8192
            try Rig.blue(options) { rig in
                rig.makeNetwork(2, vni: 10200, members: [(0, 200), (1, 201)])
                rig.tables.macs.setLimit(4096, drops: true, of: NetworkIndex(1))
                let stations = (1...1000).map { MACAddress(bits: UInt64($0) << 24 | 2) }
                for station in stations { _ = try rig.forward(tagged(datagram(from: station, to: .broadcast), 200), on: rig.lan(0)) }
                var random = seededRandom("Ten million stations")
                let template = datagram(from: Blue.a, to: .broadcast)
                var sent = 0
                while sent < 10_000_000 {
                    for _ in 0..<Worker.burst {
                        let packet = try rig.packet(template)
                        let data = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
                        // A locally administered station, any of 2^40.
                        data.storeBytes(of: 2, toByteOffset: 6, as: UInt8.self)
                        data.storeBytes(of: UInt32(truncatingIfNeeded: random.next()), toByteOffset: 7, as: UInt32.self)
                        data.storeBytes(of: UInt8(truncatingIfNeeded: random.next()), toByteOffset: 11, as: UInt8.self)
                        try rig.receive(packet, on: rig.lan(2))
                    }
                    rig.poll()
                    sent += Worker.burst
                    if sent <= 8192 { _ = rig.takeAll() }
                    if sent % 100_000 < Worker.burst {
                        let station = stations[sent / 1000 % 1000]
                        let output = try rig.forward(tagged(datagram(from: Blue.c, to: station), 201), on: rig.lan(1))
                        #expect(output == [rig.lan(0): [tagged(datagram(from: Blue.c, to: station), 200)]])
                    }
                }
                for station in stations { #expect(rig.place(of: station, network: 2) == .port(0, vlan: 200)) }
                #expect(
                    rig.tables.macs.quota(of: NetworkIndex(1)).count == 4096 && rig.tables.macs.quota(of: NetworkIndex(2)).count == 1001)
                #expect(rig.tables.macs.brokenInvariants() == [])
                // A few of the ten million are the same.
                let dropped = rig.drops[.macLimit] ?? 0
                #expect(dropped > 9_990_000)
                rig.expectedDrops = [.macLimit: dropped]
                _ = rig.events
            }
        }
    }

    @Suite("Isolated ports and split-horizon groups")
    struct IsolationTests {
        @Test("Isolated ports reach every place but each other")
        func isolated() throws {
            try Rig.blue { rig in
                for port in [0, 2] { rig.tables.ports.setIsolation(rig.lan(port), isIsolated: true, group: nil) }
                let broadcast = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                #expect(Set(broadcast.keys) == [rig.lan(1), rig.wan] && broadcast[rig.wan]?.count == 2)
                #expect(try Set(rig.forward(tagged(Blue.aToAll, 200), on: rig.lan(1)).keys) == [rig.lan(0), rig.lan(2), rig.wan])
                #expect(try Set(rig.forward(rig.encapsulated(Blue.aToAll, from: 1)).keys) == [rig.lan(0), rig.lan(1), rig.lan(2)])
                rig.put(Blue.b, .port(2))
                rig.put(Blue.c, .port(1, vlan: 200))
                try #expect(rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0)).isEmpty)
                try #expect(rig.forward(tagged(datagram(from: Blue.a, to: Blue.c), 100), on: rig.lan(0)).count == 1)
                try #expect(rig.forward(tagged(datagram(from: Blue.c, to: Blue.b), 200), on: rig.lan(1)).count == 1)
                rig.expectedDrops = [.portIsolated: 1]
            }
        }

        @Test("Ports of one group are kept apart, those of two are not")
        func groups() throws {
            try Rig.blue { rig in
                rig.tables.ports.setIsolation(rig.lan(0), isIsolated: false, group: 1)
                rig.tables.ports.setIsolation(rig.lan(1), isIsolated: false, group: 1)
                rig.tables.ports.setIsolation(rig.lan(2), isIsolated: false, group: 2)
                #expect(try Set(rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)).keys) == [rig.lan(2), rig.wan])
                #expect(try Set(rig.forward(Blue.aToAll, on: rig.lan(2)).keys) == [rig.lan(0), rig.lan(1), rig.wan])
                rig.put(Blue.b, .port(1, vlan: 200))
                try #expect(rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0)).isEmpty)
                try #expect(rig.forward(datagram(from: Blue.c, to: Blue.b), on: rig.lan(2)).count == 1)
                rig.expectedDrops = [.portIsolated: 1]
            }
        }

        @Test("A frame that may go nowhere is counted")
        func nowhere() throws {
            try Rig.run { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 0), (1, 0)])
                for port in [0, 1] { rig.tables.ports.setIsolation(rig.lan(port), isIsolated: true, group: nil) }
                try #expect(rig.forward(Blue.aToAll, on: rig.lan(0)).isEmpty)
                rig.expectedDrops = [.noMember: 1]
            }
        }
    }
}
