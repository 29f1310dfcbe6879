import Dataplane
import Testing

extension PacketPath {
    /// Several UDP ports side by side: 4789 and 8472, and as many as there is room for.
    @Suite("UDP ports")
    struct EndpointTests {
        @Test("On a second port, packets are taken from the VTEPs of that port, over both families", arguments: Family.allCases)
        func secondPort(family: Family) throws {
            try Rig.blue { rig in
                rig.tables.publishUDPPort(8472, endpoint: 1)
                rig.makeTunnel(3, over: family, udpPort: 8472, endpoint: 1)
                rig.makeTunnel(1, over: family)
                rig.put(Blue.a, .port(2))
                for udpChecksum in [nil, 0] as [UInt16?] where family == .ipv4 || udpChecksum == nil {
                    for (tunnel, udpPort, isKnown) in [(1, 4789, true), (3, 8472, true), (1, 8472, false), (3, 4789, false)] {
                        var packet = rig.arriving(Blue.bToA, from: tunnel, over: family)
                        (packet.udpPort, packet.udpChecksum) = (UInt16(udpPort), udpChecksum)
                        try #expect(rig.forward(packet) == (isKnown ? [rig.lan(2): [Blue.bToA]] : [:]))
                        if isKnown { #expect(rig.place(of: Blue.b) == .tunnel(tunnel)) }
                    }
                }
                rig.expectedDrops = [.vtepUnknown: family == .ipv4 ? 4 : 2]
                // The way back goes to the port that the VTEP listens on.
                for (tunnel, udpPort) in [(1, 4789), (3, 8472)] as [(Int, UInt16)] {
                    rig.put(Blue.b, .tunnel(tunnel))
                    let sent = try rig.forward(Blue.aToB, on: rig.lan(2))[rig.wan] ?? []
                    #expect(sent.map { OuterView($0).udpPort } == [udpPort])
                }
            }
        }

        @Test("A VTEP may be known on several ports, as a tunnel each")
        func sameAddress() throws {
            try Rig.blue { rig in
                rig.tables.publishUDPPort(8472, endpoint: 1)
                rig.addSender(UnderlayAddress(ipv4: Rig.peerAddress(1)), tunnel: 2, endpoint: 1)
                rig.put(Blue.a, .port(2))
                for (udpPort, tunnel) in [(4789, 1), (8472, 2)] {
                    var packet = rig.arriving(Blue.bToA, from: 1, over: .ipv4)
                    packet.udpPort = UInt16(udpPort)
                    _ = try rig.forward(packet)
                    #expect(rig.place(of: Blue.b) == .tunnel(tunnel))
                }
            }
        }

        @Test("All endpoints can be in use; one that is given up takes nothing any more, and port 0 is none")
        func allEndpoints() throws {
            try Rig.blue { rig in
                rig.put(Blue.a, .port(2))
                let numbers = Array(0..<Tables.endpointCount)
                for number in numbers {
                    rig.tables.publishUDPPort(UInt16(5000 + number), endpoint: number)
                    rig.addSender(UnderlayAddress(ipv4: Rig.peerAddress(1)), tunnel: 1, endpoint: number)
                }
                func output(_ udpPort: Int) throws -> [PortIndex: [Bytes]] {
                    var packet = rig.arriving(Blue.bToA, from: 1, over: .ipv4)
                    packet.udpPort = UInt16(udpPort)
                    return try rig.forward(packet)
                }
                for number in numbers { try #expect(output(5000 + number) == [rig.lan(2): [Blue.bToA]]) }
                for number in numbers.dropFirst() { rig.tables.publishUDPPort(nil, endpoint: number) }
                for number in numbers.dropFirst() { try #expect(output(5000 + number) == [:]) }
                try #expect(output(0) == [:] && output(4789) == [:])
                try #expect(output(5000) == [rig.lan(2): [Blue.bToA]])
                rig.expectedDrops = [.udpPort: UInt64(Tables.endpointCount + 1)]
            }
        }

        @Test("A port that is given up altogether takes nothing, not even on port 0", arguments: Family.allCases)
        func noEndpoint(family: Family) throws {
            try Rig.blue { rig in
                rig.makeTunnel(1, over: family)
                rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
                rig.tables.publishUDPPort(nil)
                for udpPort in [0, 4789] as [UInt16] {
                    for udpChecksum in [nil, 0] as [UInt16?] {
                        var packet = rig.arriving(Blue.bToA, from: 1, over: family)
                        (packet.udpPort, packet.udpChecksum) = (udpPort, udpChecksum)
                        try #expect(rig.forward(packet) == [:])
                    }
                }
                rig.expectedDrops = [.udpPort: 4]
            }
        }
    }
}
