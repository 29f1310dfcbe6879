import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Flooding")
    struct FloodTests {
        static let group = datagram(from: Blue.a, to: Blue.multicast)
        static let unknown = Blue.aToB

        /// What a frame from lan0 has to become on each port.
        private func expectFlooded(_ rig: Rig, _ output: [PortIndex: [Bytes]], _ frame: Bytes, priority: UInt16 = 0) {
            #expect(output.count == 3)
            #expect(output[rig.lan(1)] == [tagged(frame, priority | 200)])
            #expect(output[rig.lan(2)] == [frame])
            let sent = output[rig.wan] ?? []
            #expect(sent == [1, 2].map { rig.expected(frame, to: $0, like: sent.first ?? []) })
        }

        @Test(
            "From an access port: to every other member and every remote VTEP", arguments: [true, false],
            [Blue.aToAll, group, unknown])
        func fromAccess(sendsSegments: Bool, frame: Bytes) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                expectFlooded(rig, try rig.forward(tagged(frame, 0xE064), on: rig.lan(0)), frame, priority: 0xE000)
                for tunnel in [1, 2] as [UInt16] { #expect(rig.counters().tunnel(TunnelIndex(tunnel)).txPackets == 1) }
            }
        }

        @Test("The payload is shared between copies, not copied")
        func sharedPayload() throws {
            try Rig.blue { rig in
                let packet = try rig.packet(tagged(Blue.aToAll, 100))
                try rig.receive(packet, on: rig.lan(0))
                rig.poll()
                let copies = [rig.lan(1), rig.lan(2), rig.wan].flatMap { rig.takePackets($0) }
                #expect(copies.count == 4)
                for (number, copy) in copies.enumerated() {
                    #expect(copy.pointee.nb_segs == 2 && copy.pointee.next == packet && copy.pointee.refcnt == 1)
                    // One reference less with each copy that is freed.
                    #expect(packet.pointee.refcnt == UInt16(4 - number))
                    #expect(copy.pointee.pkt_len == UInt32(copy.pointee.data_len) + UInt32(packet.pointee.data_len))
                    vd_mbuf_free(copy)
                }
            }
        }

        @Test("Towards ports that send no segments, each copy is one piece, and the original is freed")
        func copiedPayload() throws {
            var options = Rig.Options()
            options.sendsSegments = false
            try Rig.blue(options) { rig in
                try rig.receive(tagged(Blue.aToAll, 100), on: rig.lan(0))
                rig.poll()
                let copies = [rig.lan(1), rig.lan(2), rig.wan].flatMap { rig.takePackets($0) }
                #expect(copies.count == 4 && copies.allSatisfy { $0.pointee.nb_segs == 1 && $0.pointee.next == nil })
                #expect(rig.pool.size - rig.pool.available == 4)
                copies.forEach { vd_mbuf_free($0) }
            }
        }

        @Test("A frame in several segments is flooded whole", arguments: [true, false])
        func segments(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                let frame = datagram(from: Blue.a, to: .broadcast, payload: (0..<200).map { UInt8($0) })
                for cuts in [[18], [40, 40], [16 + 4, 1, 1, 1]] {
                    expectFlooded(rig, try rig.forward(rig.packet(tagged(frame, 100), segments: cuts), on: rig.lan(0)), frame)
                }
            }
        }

        @Test("A tag that the device took off is not flooded", arguments: [true, false])
        func stripped(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                let packet = try rig.packet(Blue.aToAll)
                packet.pointee.ol_flags = VD_RX_VLAN_STRIPPED
                packet.pointee.vlan_tci = 0x6064
                expectFlooded(rig, try rig.forward(packet, on: rig.lan(0)), Blue.aToAll, priority: 0x6000)
            }
        }

        @Test("From a tunnel: to the members on access ports only", arguments: [Blue.aToAll, group, unknown])
        func fromTunnel(frame: Bytes) throws {
            try Rig.blue { rig in
                let output = try rig.forward(rig.encapsulated(frame, from: 1))
                #expect(output == [rig.lan(0): [tagged(frame, 100)], rig.lan(1): [tagged(frame, 200)], rig.lan(2): [frame]])
                #expect(rig.place(of: Blue.a) == .tunnel(1))
            }
        }

        @Test("Another member on the port of arrival gets its copy, the member of arrival does not")
        func samePort() throws {
            try Rig.run { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (0, 101), (1, 0)])
                let output = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                #expect(output == [rig.lan(0): [tagged(Blue.aToAll, 101)], rig.lan(1): [Blue.aToAll]])
            }
        }

        @Test("To a single target the packet itself goes, not a copy")
        func singleTarget() throws {
            try Rig.run { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 100), (1, 200)])
                rig.makeNetwork(2, vni: 10200, members: [(2, 0)], tunnels: [1])
                for (port, frame, target) in [(0, tagged(Blue.aToAll, 100), 1), (2, Blue.aToAll, 3)] {
                    let packet = try rig.packet(frame)
                    try rig.receive(packet, on: rig.lan(port))
                    rig.poll()
                    let sent = rig.takePackets(PortIndex(UInt16(target)))
                    #expect(sent == [packet] && packet.pointee.nb_segs == 1)
                    let bytes = Rig.bytes(sent)
                    let wanted = target == 1 ? tagged(Blue.aToAll, 200) : rig.expected(Blue.aToAll, to: 1, vni: 10200, like: bytes[0])
                    #expect(bytes == [wanted])
                }
            }
        }

        @Test("A target that cannot be reached costs the others nothing")
        func unresolvedTarget() throws {
            try Rig.blue { rig in
                rig.makeTunnel(2, isResolved: false)
                let output = try rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0))
                let sent = output[rig.wan] ?? []
                #expect(sent == [rig.expected(Blue.aToAll, to: 1, like: sent.first ?? [])])
                #expect(output[rig.lan(1)]?.count == 1 && output[rig.lan(2)]?.count == 1)
                rig.expectedDrops = [.nextHopUnresolved: 1]
            }
        }

        @Test("A copy too large for its port is dropped alone", arguments: [true, false])
        func tooLargeForSome(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.underlayMTU = 1500
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                let frame = ethernet(to: .broadcast, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1500))
                let output = try rig.forward(tagged(frame, 100), on: rig.lan(0))
                #expect(output == [rig.lan(1): [tagged(frame, 200)], rig.lan(2): [frame]])
                rig.expectedDrops = [.mtuExceeded: 2]
            }
        }

        @Test("With the pool running dry, as many copies leave as there are buffers", arguments: [true, false])
        func emptyPool(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                try rig.receive(tagged(Blue.aToAll, 100), on: rig.lan(0))
                var hoard: [Packet] = []
                while let packet = rig.pool.packet([]) { hoard.append(packet) }
                for _ in 0..<3 { vd_mbuf_free(hoard.removeLast()) }
                rig.poll()
                let output = rig.takeAll()
                #expect(output.values.map(\.count).reduce(0, +) == 3)
                #expect(output[rig.lan(1)] == [tagged(Blue.aToAll, 200)] && output[rig.lan(2)] == [Blue.aToAll])
                hoard.forEach { vd_mbuf_free($0) }
                rig.expectedDrops = [.noMbuf: 1]
            }
        }

        @Test("Bursts of floods to many targets come out complete")
        func bursts() throws {
            try Rig.blue { rig in
                for round in 0..<3 {
                    for number in 0..<32 as Range<UInt16> {
                        let frame = datagram(from: Blue.a, to: .broadcast, ports: (number, UInt16(round)))
                        try rig.receive(tagged(frame, 100), on: rig.lan(0))
                    }
                    rig.poll()
                    let output = rig.takeAll()
                    #expect(output[rig.lan(1)]?.count == 32 && output[rig.lan(2)]?.count == 32 && output[rig.wan]?.count == 64)
                    #expect(output[rig.lan(2)]?.map { $0.u16(34) } == Array(0..<32))
                }
            }
        }
    }
}
