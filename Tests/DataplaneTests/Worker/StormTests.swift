import CShims
import Dataplane
import Glibc
import Testing

extension PacketPath {
    @Suite("Storm control")
    struct StormTests {
        static let frames: [(FloodClass, Bytes)] = [
            (.broadcast, Blue.aToAll), (.unknownUnicast, Blue.aToB), (.multicast, datagram(from: Blue.a, to: Blue.multicast)),
        ]
        private static let reasons: [FloodClass: DropReason] = [
            .broadcast: .stormBroadcast, .unknownUnicast: .stormUnknownUnicast, .multicast: .stormMulticast,
        ]
        /// What may come at once at a rate of 1.
        private static let burst = 8

        @Test("Each class has a limit of its own, at a port and in a network", arguments: FloodClass.allCases, [true, false])
        func classes(limited: FloodClass, ofPort: Bool) throws {
            try Rig.blue { rig in
                let meters = StormMeters.make([limited: 1])
                let none =
                    ofPort
                    ? rig.tables.ports.publishStormMeters(rig.lan(2), meters)
                    : rig.tables.networks.publishStormMeters(NetworkIndex(1), meters)
                #expect(none.refused(limited) == 0)
                let start = vd_cycles()
                for (floodClass, frame) in StormTests.frames {
                    var passed = 0
                    for _ in 0..<50 { passed += try rig.forward(frame, on: rig.lan(2)).isEmpty ? 0 : 1 }
                    let seconds = Int((vd_cycles() - start) / vd_cycles_per_second())
                    #expect(floodClass == limited ? (StormTests.burst...StormTests.burst + 1 + seconds).contains(passed) : passed == 50)
                    if floodClass == limited { rig.expectedDrops[StormTests.reasons[limited]!] = UInt64(50 - passed) }
                }
                #expect(meters.refused(limited) == rig.drops[StormTests.reasons[limited]!])
                // Another port is under the network's limit only.
                let other = try rig.forward(tagged(StormTests.frames[limited.rawValue].1, 100), on: rig.lan(0))
                #expect(other.isEmpty == !ofPort)
                if !ofPort { rig.expectedDrops[StormTests.reasons[limited]!]! += 1 }
            }
        }

        @Test("Known unicast passes, from ports and from tunnels, and what comes from tunnels counts in its network")
        func knownUnicast() throws {
            try Rig.blue { rig in
                _ = rig.tables.networks.publishStormMeters(NetworkIndex(1), .make([.broadcast: 1, .unknownUnicast: 1, .multicast: 1]))
                rig.put(Blue.b, .port(0, vlan: 100))
                for _ in 0..<50 { try #expect(rig.forward(rig.encapsulated(Blue.aToB, from: 1)).count == 1) }
                var passed = 0
                for _ in 0..<50 { passed += try rig.forward(rig.encapsulated(Blue.aToAll, from: 1)).isEmpty ? 0 : 1 }
                #expect(passed < 20)
                rig.expectedDrops = [.stormBroadcast: UInt64(50 - passed)]
            }
        }

        @Test("The rate holds over time")
        func rate() throws {
            try Rig.blue { rig in
                _ = rig.tables.ports.publishStormMeters(rig.lan(2), .make([.broadcast: 1000]))
                // The bucket's hundred first.
                for _ in 0..<100 { _ = try rig.forward(Blue.aToAll, on: rig.lan(2)) }
                let start = vd_cycles(), perSecond = Double(vd_cycles_per_second())
                var passed = 0.0, sent = 100.0, seconds = 0.0
                while seconds < 0.5 {
                    passed += try rig.forward(Blue.aToAll, on: rig.lan(2)).isEmpty ? 0 : 1
                    sent += 1
                    seconds = Double(vd_cycles() - start) / perSecond
                }
                #expect(passed <= seconds * 1000 + 101 && (passed >= seconds * 900 || sent < seconds * 2000), "\(passed) in \(seconds) s")
                rig.expectedDrops = rig.drops
            }
        }

        @Test("Workers share a limit, exactly")
        func shared() async {
            let meters = StormMeters.make([.broadcast: 1])
            defer { meters.free() }
            let start = vd_cycles()
            let taken = await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { (0..<100_000).reduce(0) { count, _ in count + (meters.take(.broadcast, now: vd_cycles()) ? 1 : 0) } }
                }
                return await group.reduce(0, +)
            }
            let seconds = Int((vd_cycles() - start) / vd_cycles_per_second())
            #expect((StormTests.burst...StormTests.burst + 1 + seconds).contains(taken))
            #expect(UInt64(taken) + meters.refused(.broadcast) == 400_000)
        }
    }
}
