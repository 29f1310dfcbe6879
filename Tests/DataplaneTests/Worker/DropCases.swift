import CShims
import Dataplane

/// Packets that must be dropped for one reason, and the gateway that they meet: network blue.
struct DropCase {
    var options = Rig.Options()
    /// Where they arrive: an access port's number, or `nil` for the underlay port.
    var accessPort: Int?
    var prepare: (Rig) throws -> Void = { _ in }
    var packets: (Rig) throws -> [Packet]
    /// Packets that are not dropped, though: the first ones, for which there still is room.
    var passed = 0
    /// What a good packet looks like on the underlay port.
    var good: (Bytes) -> Bytes = { $0 }
}

extension DropCase {
    /// Frames on access port `port`.
    static func access(_ port: Int, _ frames: Bytes...) -> DropCase {
        DropCase(accessPort: port, packets: { rig in try frames.map { try rig.packet($0) } })
    }

    /// Variations of a good VXLAN packet from VTEP 1.
    static func vxlan(_ changes: ((inout VXLANPacket) -> Void)...) -> DropCase {
        DropCase(packets: { rig in
            try changes.map { change in
                var packet = rig.encapsulated(Blue.bToA, from: 1)
                change(&packet)
                return try rig.packet(packet.bytes)
            }
        })
    }

    /// Variations of the bytes of a good VXLAN packet, whose IPv4 checksum is put right again.
    static func outer(_ changes: ((Bytes) -> Bytes)...) -> DropCase {
        DropCase(packets: { rig in
            let good = rig.encapsulated(Blue.bToA, from: 1).bytes
            return try changes.map { change in
                let bytes = change(good)
                guard bytes.count >= 34 else { return try rig.packet(bytes) }
                let header = Bytes(bytes[14..<34]).replacing(10, 0, 0)
                return try rig.packet(bytes.replacing(24, DataplaneTests.bytes(naiveChecksum(header))))
            }
        })
    }

    /// Variations of a good VXLAN packet over IPv6 from VTEP 1.
    static func vxlan6(_ changes: ((inout VXLANPacket6) -> Void)...) -> DropCase {
        DropCase(
            prepare: { $0.makeTunnel(1, over: .ipv6) },
            packets: { rig in
                try changes.map { change in
                    var packet = rig.encapsulated6(Blue.bToA, from: 1)
                    change(&packet)
                    return try rig.packet(packet.bytes)
                }
            })
    }

    /// Variations of a good VXLAN packet from VTEP 1 over IPv4 and VTEP 2 over IPv6, with UDP checksum and without.
    static func overBoth(_ changes: ((inout OuterPacket) -> Void)...) -> DropCase {
        DropCase(
            prepare: { rig in
                rig.makeTunnel(2, over: .ipv6)
                rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
            },
            packets: { rig in
                try changes.flatMap { change in
                    try Family.allCases.flatMap { family in
                        var packet = rig.arriving(Blue.bToA, from: family == .ipv4 ? 1 : 2, over: family)
                        change(&packet)
                        let bytes = packet.bytes
                        packet.udpChecksum = 0
                        return try [rig.packet(bytes), rig.packet(packet.bytes)]
                    }
                }
            })
    }

    static func stripped(_ rig: Rig, _ frame: Bytes, tag: UInt16) throws -> Packet {
        let packet = try rig.packet(frame)
        packet.pointee.ol_flags = VD_RX_VLAN_STRIPPED
        packet.pointee.vlan_tci = tag
        return packet
    }

    /// A reason without a case does not compile.
    static func of(_ reason: DropReason) -> DropCase {
        switch reason {
        case .frameShort, .vlanUnknown, .untaggedRefused, .vlanStacked, .sourceMACInvalid, .linkLocal: ofAccess(reason)
        case .underlayFrameShort, .underlayMACNotOurs, .underlayEtherType, .ipv4Version, .ipv4Length, .ipv4Options, .ipv4Checksum,
            .ipv4Fragment, .underlayVLAN, .ipv6Version, .ipv6Length, .ipv6Extension, .notOurAddress, .ownSourceAddress, .ipProtocol:
            ofUnderlay(reason)
        case .udpLength, .udpPort, .udpChecksum, .udpChecksumZero, .vxlanShort, .vxlanFlags, .vxlanReserved, .congestionUnheeded,
            .vniUnknown, .vtepUnknown, .innerShort, .innerSourceMAC,
            .innerVLANTag, .innerLinkLocal:
            ofTunnel(reason)
        case .staticMACViolation, .samePort, .splitHorizon, .noMember, .mtuExceeded, .nextHopUnresolved: ofForwarding(reason)
        case .macLocked, .macLimit, .portIsolated, .neighborAtOrigin, .stormBroadcast, .stormUnknownUnicast, .stormMulticast, .noListener:
            ofGuards(reason)
        case .portBlocked, .loopProbe: ofLoops(reason)
        case .bpdu, .pause, .lacp, .lldp: ofLinkLocal(reason)
        case .noMbuf, .transmitFull, .puntRingFull: ofResources(reason)
        }
    }

    private static func ofAccess(_ reason: DropReason) -> DropCase {
        let frame = Blue.aToB
        switch reason {
        case .frameShort:
            var short = access(0, [], Bytes(frame.prefix(13)), Bytes(tagged(frame, 100).prefix(17)))
            let whole = short.packets
            // What lies in the first segment has to suffice.
            short.packets = { rig in try whole(rig) + [rig.packet(frame, segments: [13]), rig.packet(tagged(frame, 100), segments: [17])] }
            return short
        case .vlanUnknown:
            var unknown = access(0, tagged(frame, 101), tagged(frame, 0xE0C8), tagged(frame, 4095), tagged(frame, 100, type: 0x88A8))
            let tags = unknown.packets
            unknown.packets = { rig in try tags(rig) + [stripped(rig, frame, tag: 101)] }
            return unknown
        case .untaggedRefused: return access(0, frame, tagged(frame, 0xE000))
        case .vlanStacked:
            var stacked = access(0, tagged(tagged(frame, 7), 100), tagged(tagged(frame, 7, type: 0x88A8), 100))
            let tags = stacked.packets
            stacked.packets = { rig in try tags(rig) + [stripped(rig, tagged(frame, 7), tag: 100)] }
            return stacked
        case .sourceMACInvalid:
            let invalid = [MACAddress.zero, .broadcast, Blue.multicast, MACAddress(1, 0, 0, 0, 0, 0)]
            return DropCase(accessPort: 2, packets: { rig in try invalid.map { try rig.packet(datagram(from: $0, to: Blue.b)) } })
        default:
            // Bridges (STP), PAUSE, LLDP, and the last of the block.
            return DropCase(
                accessPort: 2,
                packets: { rig in
                    try [0, 1, 0xE, 0xF].map { try rig.packet(datagram(from: Blue.a, to: MACAddress(1, 0x80, 0xC2, 0, 0, $0))) }
                })
        }
    }

    private static func ofForwarding(_ reason: DropReason) -> DropCase {
        switch reason {
        case .staticMACViolation:
            var violation = access(2, Blue.aToB, Blue.aToAll)
            violation.prepare = { $0.put(Blue.a, .port(1, vlan: 200)) }
            return violation
        case .samePort:
            var samePort = access(0, tagged(Blue.aToB, 100))
            samePort.prepare = { $0.put(Blue.b, .port(0, vlan: 100)) }
            return samePort
        case .splitHorizon:
            var splitHorizon = vxlan({ _ in }, { $0.udpChecksum = nil })
            splitHorizon.prepare = { $0.put(Blue.a, .tunnel(2)) }
            return splitHorizon
        case .noMember:
            var alone = access(1, tagged(Blue.aToAll, 300), tagged(Blue.aToB, 300))
            alone.prepare = { $0.makeNetwork(3, vni: 10300, members: [(1, 300)]) }
            return alone
        case .mtuExceeded:
            let large = ethernet(to: Blue.b, from: Blue.a, type: 0x88B5, Bytes(repeating: 1, count: 1501))
            var exceeded = access(2, large, large.replacing(0, Blue.c.octets))
            exceeded.options.underlayMTU = 1550
            exceeded.prepare = { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.c, .port(0, vlan: 100))
            }
            return exceeded
        default:
            var unresolved = access(2, Blue.aToB, datagram(from: Blue.a, to: Blue.c))
            unresolved.prepare = { rig in
                rig.makeTunnel(1, isResolved: false)
                rig.put(Blue.b, .tunnel(1))
                // A tunnel that is gone.
                rig.put(Blue.c, .tunnel(7))
            }
            return unresolved
        }
    }

    private static func ofGuards(_ reason: DropReason) -> DropCase {
        var guarded = access(2, Blue.aToAll, datagram(from: Blue.c, to: .broadcast))
        switch reason {
        case .macLocked: guarded.prepare = { $0.tables.ports.setLearning($0.lan(2), .locked) }
        case .macLimit:
            guarded.prepare = { rig in
                rig.tables.macs.setLimit(1, drops: true, of: rig.lan(2))
                _ = try rig.forward(datagram(from: Blue.b, to: .broadcast), on: rig.lan(2))
            }
        case .portIsolated:
            guarded = access(2, Blue.aToB, datagram(from: Blue.c, to: Blue.b))
            guarded.prepare = { rig in
                rig.put(Blue.b, .port(1, vlan: 200))
                for port in [1, 2] { rig.tables.ports.setIsolation(rig.lan(port), isIsolated: true, group: nil) }
            }
        case .neighborAtOrigin:
            let kinds = PacketPath.SuppressionTests.Kind.allCases
            guarded.packets = { rig in try kinds.map { try rig.packet(PacketPath.SuppressionTests.request($0)) } }
            guarded.prepare = { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), .neighborSuppression)
                for kind in kinds {
                    rig.tables.neighbors.put(NetworkIndex(1), PacketPath.SuppressionTests.address(kind), KnownNeighbor(mac: Blue.b))
                }
                rig.put(Blue.b, .port(2))
            }
        case .noListener:
            guarded = access(2, MulticastFrames.data([239, 1, 1, 1]), MulticastFrames.data(ipv6Address(1, prefix: [0xFF, 5])))
            guarded.prepare = { $0.snoop(routers: [], [:]) }
        default:
            let (floodClass, frame): (FloodClass, Bytes) =
                reason == .stormBroadcast
                ? (.broadcast, Blue.aToAll)
                : reason == .stormMulticast ? (.multicast, datagram(from: Blue.a, to: Blue.multicast)) : (.unknownUnicast, Blue.aToB)
            guarded = access(2, frame, frame)
            guarded.prepare = { rig in
                _ = rig.tables.ports.publishStormMeters(rig.lan(2), .make([floodClass: 1]))
                for _ in 0..<8 { _ = try rig.forward(frame, on: rig.lan(2)) }
            }
        }
        return guarded
    }

    private static func ofResources(_ reason: DropReason) -> DropCase {
        switch reason {
        case .noMbuf:
            DropCase(
                accessPort: 2,
                prepare: { rig in
                    rig.put(Blue.b, .tunnel(1))
                    rig.put(Blue.c, .port(0, vlan: 100))
                },
                packets: { rig in
                    // Room for less than the outer headers, and for less than a tag.
                    try [rig.packet(Blue.aToB, headroom: 49), rig.packet(datagram(from: Blue.a, to: Blue.c), headroom: 3)]
                })
        case .transmitFull:
            DropCase(
                options: {
                    var options = Rig.Options(); options.ringSize = 16; return options
                }(), accessPort: 2,
                prepare: { rig in
                    rig.put(Blue.b, .tunnel(1))
                    for _ in 0..<10 { try rig.receive(Blue.aToB, on: rig.lan(2)) }
                    rig.poll()
                },
                packets: { rig in try (0..<8).map { _ in try rig.packet(Blue.aToB) } }, passed: 5)
        default:
            DropCase(
                options: {
                    var options = Rig.Options(); options.exchangeSize = 8; return options
                }(),
                packets: { rig in try (0..<10).map { _ in try rig.packet(PacketPath.ControlPathTests.arp) } }, passed: 7)
        }
    }
}
