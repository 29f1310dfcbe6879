import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("From an access port to another")
    struct LocalSwitchingTests {
        enum Arrival: CaseIterable {
            case untagged, priorityTagged, tagged, stripped

            /// Priority 5 and drop eligible where there is a tag.
            func packet(_ rig: Rig, _ frame: Bytes) throws -> Packet {
                switch self {
                case .untagged: return try rig.packet(frame)
                case .priorityTagged: return try rig.packet(DataplaneTests.tagged(frame, 0xB000))
                case .tagged: return try rig.packet(DataplaneTests.tagged(frame, 0xB064))
                case .stripped:
                    let packet = try rig.packet(frame)
                    packet.pointee.ol_flags = VD_RX_VLAN_STRIPPED
                    packet.pointee.vlan_tci = 0xB064
                    return packet
                }
            }

            var priority: UInt16 { self == .untagged ? 0 : 0xB000 }
            var origin: Destination { self == .tagged || self == .stripped ? .port(0, vlan: 100) : .port(0) }
        }

        private func withRig(_ body: (Rig) throws -> Void) throws {
            try Rig.run { rig in
                rig.makeNetwork(1, vni: 10100, members: [(0, 0), (0, 100), (1, 200), (2, 0)])
                try body(rig)
            }
        }

        @Test("A frame to a tagged member gets that member's tag and keeps its priority", arguments: Arrival.allCases)
        func toTagged(arrival: Arrival) throws {
            try withRig { rig in
                rig.put(Blue.b, .port(1, vlan: 200))
                let output = try rig.forward(arrival.packet(rig, Blue.aToB), on: rig.lan(0))
                #expect(output == [rig.lan(1): [DataplaneTests.tagged(Blue.aToB, arrival.priority | 200)]])
                #expect(rig.place(of: Blue.a) == arrival.origin)
            }
        }

        @Test("A frame to an untagged member leaves without a tag", arguments: Arrival.allCases)
        func toUntagged(arrival: Arrival) throws {
            try withRig { rig in
                rig.put(Blue.b, .port(2))
                try #expect(rig.forward(arrival.packet(rig, Blue.aToB), on: rig.lan(0)) == [rig.lan(2): [Blue.aToB]])
                #expect(rig.place(of: Blue.a) == arrival.origin)
            }
        }

        @Test("Two members on one port reach each other over it")
        func overOnePort() throws {
            try withRig { rig in
                rig.put(Blue.b, .port(0))
                try #expect(rig.forward(tagged(Blue.aToB, 100), on: rig.lan(0)) == [rig.lan(0): [Blue.aToB]])
            }
        }

        @Test("The same VLAN ID on two ports is one network where both are members, and two where they are not")
        func sameVLANOnTwoPorts() throws {
            try Rig.run { rig in
                rig.makeNetwork(1, vni: 1, members: [(0, 100), (1, 100)])
                rig.makeNetwork(2, vni: 2, members: [(2, 100), (0, 7)])
                try #expect(rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(0)) == [rig.lan(1): [tagged(Blue.aToAll, 100)]])
                try #expect(rig.forward(tagged(Blue.aToAll, 100), on: rig.lan(2)) == [rig.lan(0): [tagged(Blue.aToAll, 7)]])
            }
        }

        @Test("A frame in several segments leaves whole", arguments: [true, false])
        func segments(sendsSegments: Bool) throws {
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .port(1, vlan: 200))
                let frame = datagram(from: Blue.a, to: Blue.b, payload: (0..<200).map { UInt8($0) })
                for cuts in [[14], [20, 20], [100]] {
                    let output = try rig.forward(rig.packet(frame, segments: cuts), on: rig.lan(2))
                    #expect(output == [rig.lan(1): [tagged(frame, 200)]])
                }
                for cuts in [[18], [20, 20], [100]] {
                    let output = try rig.forward(rig.packet(tagged(frame, 0xE064), segments: cuts), on: rig.lan(0))
                    #expect(output == [rig.lan(1): [tagged(frame, 0xE0C8)]])
                }
            }
        }

        @Test("The largest frame passes with and without a tag, a larger one does not")
        func mtu() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .port(1, vlan: 200))
                rig.put(Blue.c, .port(2))
                let payload = Bytes(repeating: 1, count: 1500)
                let toB = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, payload), toC = toB.replacing(0, Blue.c.octets)
                try #expect(rig.forward(tagged(toB, 100), on: rig.lan(0)) == [rig.lan(1): [tagged(toB, 200)]])
                try #expect(rig.forward(tagged(toC, 100), on: rig.lan(0)) == [rig.lan(2): [toC]])
                try #expect(rig.forward(tagged(toB + [1], 100), on: rig.lan(0)) == [:])
                try #expect(rig.forward(tagged(toC + [1], 100), on: rig.lan(0)) == [:])
                rig.expectedDrops = [.mtuExceeded: 2]
            }
        }
    }
}
