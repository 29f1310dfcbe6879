import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Link-local protocols")
    struct LinkLocalTests {
        private let all: NetworkFeatures = [.carriesBPDU, .carriesPause, .carriesLACP, .carriesLLDP]

        @Test("Where its network does not carry it, a frame is dropped under the name of its protocol", arguments: LinkLocalFrame.allCases)
        func dropped(frame: LinkLocalFrame) throws {
            for features in [[], all.subtracting(frame.feature)] as [NetworkFeatures] {
                try Rig.blue { rig in
                    rig.tables.networks.setFeatures(NetworkIndex(1), features)
                    try #expect(rig.forward(frame.bytes, on: rig.lan(2)) == [:])
                    try #expect(rig.forward(tagged(frame.bytes, 100), on: rig.lan(0)) == [:])
                    try #expect(rig.forward(DropCase.stripped(rig, frame.bytes, tag: 100), on: rig.lan(0)) == [:])
                    try #expect(rig.forward(rig.encapsulated(frame.bytes, from: 1)) == [:])
                    #expect(rig.place(of: Blue.a) == .none && rig.events.isEmpty)
                    rig.expectedDrops = [frame.reason: 4]
                }
            }
        }

        @Test("A network that carries it floods it like multicast, and learns its source", arguments: LinkLocalFrame.allCases)
        func carried(frame: LinkLocalFrame) throws {
            try Rig.blue { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), frame.feature)
                let output = try rig.forward(tagged(frame.bytes, 100), on: rig.lan(0))
                #expect(output[rig.lan(1)] == [tagged(frame.bytes, 200)] && output[rig.lan(2)] == [frame.bytes])
                let sent = output[rig.wan] ?? []
                #expect(sent == [1, 2].map { rig.expected(frame.bytes, to: $0, like: sent.first ?? []) })
                #expect(rig.place(of: Blue.a) == .port(0, vlan: 100))
            }
        }

        @Test("So it does with one from a tunnel, but not into tunnels", arguments: LinkLocalFrame.allCases)
        func carriedFromTunnel(frame: LinkLocalFrame) throws {
            try Rig.blue { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), frame.feature)
                let output = try rig.forward(rig.encapsulated(frame.bytes, from: 1))
                #expect(
                    output == [
                        rig.lan(0): [tagged(frame.bytes, 100)], rig.lan(1): [tagged(frame.bytes, 200)], rig.lan(2): [frame.bytes],
                    ])
            }
        }

        @Test("What is sent to one of the addresses and is none of the protocols is never carried")
        func others() throws {
            try Rig.blue { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), all)
                var count: UInt64 = 0
                for last in UInt8(0)...0xF {
                    for type in [0x0800, 0x88B5, 0x888E] as [UInt16] {
                        let frame = LinkLocalFrame.lldp.bytes.replacing(5, last).replacing(12, DataplaneTests.bytes(type))
                        try #expect(rig.forward(frame, on: rig.lan(2)) == [:])
                        try #expect(rig.forward(rig.encapsulated(frame, from: 1)) == [:])
                        count += 1
                    }
                }
                // LLC to another address than that of bridges.
                try #expect(rig.forward(LinkLocalFrame.bpdu.bytes.replacing(5, 3), on: rig.lan(2)) == [:])
                rig.expectedDrops = [.linkLocal: count + 1, .innerLinkLocal: count]
            }
        }

        @Test("The group addresses behind the block are multicast")
        func beyond() throws {
            try Rig.blue { rig in
                for last in [0x10, 0x20, 0x30] as [UInt8] {
                    let frame = LinkLocalFrame.lldp.bytes.replacing(5, last)
                    try #expect(rig.forward(frame, on: rig.lan(2)).count == 3)
                }
            }
        }
    }
}
