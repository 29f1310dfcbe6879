import CShims
import Dataplane
import Glibc
import Testing

extension PacketPath {
    /// Frames that do not fit their tunnel, and what control learns of them.
    @Suite("Frames larger than a tunnel")
    struct TooBigTests {
        /// Network blue with VTEPs over one family, whose senders are to be told; the underlay carries packets of 1400 bytes.
        private func withSmallUnderlay(
            _ family: Family = .ipv4, _ fields: OuterFields = OuterFields(), workers: Int = 1, isTold: Bool = true,
            _ body: (Rig) throws -> Void
        ) throws {
            var options = Rig.Options()
            options.underlayMTU = 1400
            options.workers = workers
            try Rig.blue(options) { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: family, fields) }
                rig.put(Blue.b, .tunnel(1))
                rig.tables.networks.setTellsTooBig(NetworkIndex(1), isTold)
                for number in 0..<workers { rig.workers[number].worker.holdClock() }
                try body(rig)
            }
        }

        private func frame(_ byteCount: Int, to: MACAddress = Blue.b) -> Bytes {
            datagram(from: Blue.a, to: to, payload: (0..<byteCount - 42).map { UInt8(truncatingIfNeeded: $0) })
        }

        /// What does not fit, over IPv4 1400 - 50 + 14 bytes of inner frame and one more.
        private func maximum(_ family: Family) -> Int { 1400 - family.headerByteCount + 14 }

        @Test(
            "Where the network wants it, control gets the frame without tags, where it came from, and what would fit",
            arguments: Family.allCases,
            [OuterFields.DontFragment.set, .unset])
        func told(family: Family, policy: OuterFields.DontFragment) throws {
            try withSmallUnderlay(family, OuterFields { $0.dontFragment = policy }) { rig in
                let maximum = maximum(family), large = frame(maximum + 1)
                try #expect(rig.forward(frame(maximum), on: rig.lan(2))[rig.wan]?.count == 1)
                #expect(rig.exchange.nextTooBig() == nil)
                let stripped = try DropCase.stripped(rig, large, tag: 0x4064)
                let cases: [(Packet, Destination, UInt16)] = [
                    (try rig.packet(large), .port(2), 0), (try rig.packet(tagged(large, 0x6064)), .port(0, vlan: 100), 0x6064),
                    (try rig.packet(tagged(large, 0xE000)), .port(2), 0xE000), (stripped, .port(0, vlan: 100), 0x4064),
                    (try rig.packet(tagged(large, 200), segments: [40, 700, 3]), .port(1, vlan: 200), 200),
                ]
                for (packet, origin, tag) in cases {
                    try #expect(rig.forward(packet, on: origin.port!) == [:])
                    let told = try #require(rig.exchange.nextTooBig())
                    #expect(told.frame == large && told.network == NetworkIndex(1) && told.origin == origin)
                    #expect(told.tag == tag && told.frameMaximum == maximum)
                    #expect(rig.exchange.nextTooBig() == nil)
                }
                rig.expectedDrops = [.mtuExceeded: UInt64(cases.count)]
            }
        }

        @Test("So it is with an outer tag and a checksum, which take no room in the MTU", arguments: Family.allCases)
        func otherTunnels(family: Family) throws {
            let fields = OuterFields {
                $0.tag = 300
                $0.udpChecksum = .software
            }
            try withSmallUnderlay(family, fields) { rig in
                try #expect(rig.forward(frame(maximum(family)), on: rig.lan(2))[rig.wan]?.count == 1)
                try #expect(rig.forward(frame(maximum(family) + 1), on: rig.lan(2)) == [:])
                #expect(rig.exchange.nextTooBig()?.frameMaximum == maximum(family))
                rig.expectedDrops = [.mtuExceeded: 1]
            }
        }

        @Test("Of a tunnel with several ways, the way's own limit is told")
        func severalWays() throws {
            try withSmallUnderlay { rig in
                let ways = [1400, 1300].map { mtu in
                    TunnelRecord(
                        port: rig.wan, nextHopMAC: Rig.peerMAC(1), portMAC: rig.options.wanMAC,
                        source: Rig.underlayAddress(rig.ownAddress(.ipv4)), destination: Rig.underlayAddress(Rig.peerAddress(1, .ipv4)),
                        udpPort: 4789, mtu: mtu, fields: OuterFields())
                }
                rig.tables.tunnels.publish(
                    TunnelIndex(1), ways: ways, buckets: TunnelRecord.buckets(wayCount: 2, working: [0, 1]))?.deallocate()
                var limits: Set<Int> = []
                for number in 0..<30 {
                    let payload = Bytes(repeating: 1, count: 1400)
                    let large = datagram(from: Blue.a, to: Blue.b, ports: (UInt16(number), 9), payload: payload)
                    try #expect(rig.forward(large, on: rig.lan(2)) == [:])
                    limits.insert(try #require(rig.exchange.nextTooBig()).frameMaximum)
                }
                #expect(limits == [1364, 1264])
                rig.expectedDrops = [.mtuExceeded: 30]
            }
        }

        @Test("Where it does not, the frame is dropped and counted, and nothing else", arguments: Family.allCases)
        func notTold(family: Family) throws {
            try withSmallUnderlay(family, isTold: false) { rig in
                try #expect(rig.forward(frame(maximum(family) + 1), on: rig.lan(2)) == [:])
                #expect(rig.exchange.nextTooBig() == nil)
                rig.tables.networks.setTellsTooBig(NetworkIndex(1), true)
                try #expect(rig.forward(frame(maximum(family) + 1), on: rig.lan(2)) == [:])
                #expect(rig.exchange.nextTooBig() != nil)
                rig.expectedDrops = [.mtuExceeded: 2]
            }
        }

        @Test("Other networks, frames from tunnels and frames for access ports are no matter of it")
        func otherFrames() throws {
            try withSmallUnderlay { rig in
                rig.makeNetwork(2, vni: 10200, members: [(1, 201)], tunnels: [1])
                rig.put(Blue.b, .tunnel(1), network: 2)
                try #expect(rig.forward(tagged(frame(1400), 201), on: rig.lan(1)) == [:])
                // Too large for the access port, from another one and from a tunnel.
                rig.put(Blue.c, .port(0, vlan: 100))
                let large = frame(1515, to: Blue.c)
                try #expect(rig.forward(large, on: rig.lan(2)) == [:])
                try #expect(rig.forward(rig.encapsulated(large.replacing(6, Blue.b.octets), from: 1)) == [:])
                #expect(rig.exchange.nextTooBig() == nil)
                rig.expectedDrops = [.mtuExceeded: 3]
            }
        }

        @Test("Floods that do not fit are dropped for those VTEPs, and a flood's only VTEP is told of")
        func floods() throws {
            try withSmallUnderlay { rig in
                let large = frame(1500, to: .broadcast)
                let output = try rig.forward(large, on: rig.lan(2))
                #expect(output == [rig.lan(0): [tagged(large, 100)], rig.lan(1): [tagged(large, 200)]])
                #expect(rig.exchange.nextTooBig() == nil)
                rig.makeNetwork(2, vni: 10200, members: [(1, 201)], tunnels: [1])
                rig.tables.networks.setTellsTooBig(NetworkIndex(2), true)
                let unknown = frame(1500, to: Blue.c)
                try #expect(rig.forward(tagged(unknown, 201), on: rig.lan(1)) == [:])
                #expect(rig.exchange.nextTooBig()?.frame == unknown)
                rig.expectedDrops = [.mtuExceeded: 3]
            }
        }

        /// Sends `count` frames that do not fit through one worker; the number that control is told of.
        private func told(_ rig: Rig, _ count: Int, worker: Int = 0) throws -> Int {
            let large = frame(1500)
            var told = 0
            for _ in 0..<count {
                try rig.receive(large, on: rig.lan(2), queue: worker)
                rig.poll(worker)
                while rig.exchange.nextTooBig() != nil { told += 1 }
            }
            rig.expectedDrops[.mtuExceeded, default: 0] += UInt64(count)
            return told
        }

        @Test("A worker tells of so many a second at most, each worker for itself")
        func limit() throws {
            try withSmallUnderlay(workers: 2) { rig in
                try #expect(told(rig, Worker.tooBigPerSecond - 1) == Worker.tooBigPerSecond - 1)
                try #expect(told(rig, 200) == 1)
                try #expect(told(rig, 10, worker: 1) == 10)
                try #expect(told(rig, 10) == 0)
            }
        }

        @Test("In the next second it tells again")
        func nextSecond() throws {
            var options = Rig.Options()
            options.underlayMTU = 1400
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.tables.networks.setTellsTooBig(NetworkIndex(1), true)
                // However slow this machine, of ten batches of twice the limit one takes less than a second, and is told of in part.
                var batches: [Int] = []
                repeat {
                    batches.append(try told(rig, 2 * Worker.tooBigPerSecond))
                } while batches.last == 2 * Worker.tooBigPerSecond && batches.count < 10
                #expect((Worker.tooBigPerSecond..<2 * Worker.tooBigPerSecond).contains(batches.last ?? 0))
                usleep(1_100_000)
                try #expect(told(rig, 10) == 10)
            }
        }

        @Test("With the ring full only the message is lost: the drop is counted, the buffer comes home")
        func fullRing() throws {
            try withSmallUnderlay { rig in
                for start in stride(from: 0, to: 320, by: 32) {
                    for number in 0..<32 as Range<UInt16> {
                        let payload = Bytes(repeating: 1, count: 1450)
                        try rig.receive(
                            datagram(from: Blue.a, to: Blue.b, ports: (UInt16(start) + number, 1), payload: payload), on: rig.lan(2))
                    }
                    rig.poll()
                }
                var ports: [UInt16] = []
                while let told = rig.exchange.nextTooBig() { ports.append(told.frame.u16(34)) }
                // The ring's 256 entries but one, the first ones.
                #expect(ports == Array(0..<255))
                #expect(rig.pool.available == rig.pool.size)
                rig.expectedDrops = [.mtuExceeded: 320]
            }
        }
    }
}
