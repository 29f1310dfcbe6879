import CShims
import Dataplane
import Testing

extension PacketPath {
    /// DSCP, DF, identification and TTL of what leaves, over both families.
    @Suite("Configured outer fields")
    struct OuterFieldsTests {
        /// What leaves in tunnel 1 for frames from station a to b, unless they are floods, which go to tunnel 2 as well.
        private func sent(_ frames: [Bytes], over family: Family, _ fields: OuterFields) throws -> [OuterView] {
            var sent: [OuterView] = []
            try Rig.blue { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: family, fields) }
                rig.put(Blue.b, .tunnel(1))
                for frame in frames {
                    let packets = try rig.forward(frame, on: rig.lan(2))[rig.wan] ?? []
                    #expect(packets.allSatisfy { OuterView($0).inner == frame })
                    sent += packets.map(OuterView.init)
                }
            }
            return sent
        }

        private func inner(_ family: Family, _ trafficClass: UInt8) -> Bytes {
            CongestionTests.inner(family, trafficClass: trafficClass, from: Blue.a, to: Blue.b)
        }

        private static let arp = ethernet(to: Blue.b, from: Blue.a, type: 0x0806, Bytes(repeating: 1, count: 28))

        @Test(
            "A fixed DSCP is sent with each packet, and the inner packet's ECN", arguments: Family.allCases,
            [0, 0x28, 0xB8, 0xFC] as [UInt8])
        func fixedDSCP(family: Family, dscp: UInt8) throws {
            let frames =
                Family.allCases.flatMap { inner in [0, 0x49, 0xFE, 0xB8 | 3].map { self.inner(inner, $0) } } + [OuterFieldsTests.arp]
            let views = try sent(frames, over: family, OuterFields { $0.dscp = dscp })
            #expect(views.map(\.trafficClass) == [0, 1, 2, 3, 0, 1, 2, 3, 0].map { dscp | $0 })
            #expect(views.allSatisfy { PacketMutator.repaired($0.bytes) == $0.bytes })
        }

        @Test("Bits of a DSCP that are ECN's are never sent")
        func dscpOfEightBits() throws {
            for family in Family.allCases {
                let views = try sent([inner(.ipv4, 0)], over: family, OuterFields { $0.dscp = 0xFF })
                #expect(views.map(\.trafficClass) == [0xFC])
            }
        }

        @Test("A copied DSCP is the inner packet's, 0 where there is none", arguments: Family.allCases)
        func copiedDSCP(family: Family) throws {
            let classes = (0...255 as ClosedRange<UInt8>).map { $0 }
            let fields = OuterFields {
                $0.copiesDSCP = true
                // Has no say.
                $0.dscp = 0x28
            }
            for innerFamily in Family.allCases {
                let views = try sent(classes.map { inner(innerFamily, $0) } + [OuterFieldsTests.arp], over: family, fields)
                #expect(views.map(\.trafficClass) == classes + [0])
                #expect(views.allSatisfy { PacketMutator.repaired($0.bytes) == $0.bytes })
            }
        }

        @Test("A DSCP that follows the priority is its class selector, 0 for frames without a tag", arguments: Family.allCases)
        func dscpFromPriority(family: Family) throws {
            let fields = OuterFields {
                $0.dscpFollowsPriority = true
                $0.dscp = 0x28
            }
            let untagged = try sent([inner(.ipv4, 0xB9), inner(.ipv6, 0xB9)], over: family, fields)
            #expect(untagged.map(\.trafficClass) == [1, 1], "ECN is the inner packet's")
            try Rig.blue { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: family, fields) }
                rig.put(Blue.b, .tunnel(1))
                for priority: UInt16 in 0..<8 {
                    let frame = inner(.ipv4, 0xB8)
                    let packets = try rig.forward(tagged(frame, priority << 13 | 100), on: rig.lan(0))[rig.wan] ?? []
                    #expect(packets.map { OuterView($0).trafficClass } == [UInt8(priority << 5)])
                    let floods = try rig.forward(tagged(Blue.aToAll, priority << 13 | 100), on: rig.lan(0))[rig.wan] ?? []
                    #expect(floods.map { OuterView($0).trafficClass } == Array(repeating: UInt8(priority << 5), count: 2))
                }
            }
        }

        @Test("Floods carry the DSCP too", arguments: Family.allCases)
        func floods(family: Family) throws {
            let frame = CongestionTests.inner(.ipv6, trafficClass: 0xBA, from: Blue.a, to: .broadcast)
            try #expect(sent([frame], over: family, OuterFields { $0.copiesDSCP = true }).map(\.trafficClass) == [0xBA, 0xBA])
            try #expect(sent([frame], over: family, OuterFields { $0.dscp = 0x28 }).map(\.trafficClass) == [0x2A, 0x2A])
        }

        @Test("TTL and hop limit are the configured ones", arguments: Family.allCases, [1, 64, 255] as [UInt8])
        func timeToLive(family: Family, value: UInt8) throws {
            let views = try sent([inner(.ipv4, 0), Blue.aToAll], over: family, OuterFields { $0.timeToLive = value })
            #expect(views.map(\.timeToLive) == [value, value, value])
            #expect(views.allSatisfy { PacketMutator.repaired($0.bytes) == $0.bytes })
        }

        /// Frames and whether their packets ask not to be fragmented.
        private var frames: [(frame: Bytes, mustNotBeFragmented: Bool)] {
            let free = ethernet(to: Blue.b, from: Blue.a, IPv4Packet(flagsAndOffset: 0, payload: Bytes(repeating: 1, count: 30)).bytes)
            let bound = ethernet(
                to: Blue.b, from: Blue.a, IPv4Packet(flagsAndOffset: 0x4000, payload: Bytes(repeating: 1, count: 30)).bytes)
            let fragment = ethernet(
                to: Blue.b, from: Blue.a, IPv4Packet(flagsAndOffset: 0x2001, payload: Bytes(repeating: 1, count: 30)).bytes)
            return [(free, false), (bound, true), (fragment, false), (inner(.ipv6, 0), true), (OuterFieldsTests.arp, false)]
        }

        @Test(
            "Don't-fragment: set, unset or the inner packet's; only packets without it are numbered (RFC 6864)",
            arguments: [OuterFields.DontFragment.set, .unset, .inherit], [true, false])
        func dontFragment(policy: OuterFields.DontFragment, isTagged: Bool) throws {
            let fields = OuterFields {
                $0.dontFragment = policy
                $0.tag = isTagged ? 300 : nil
            }
            // Each to tunnel 1, and as a broadcast to both.
            let all = frames.flatMap { [$0.frame, $0.frame.replacing(0, MACAddress.broadcast.octets)] }
            let views = try sent(all, over: .ipv4, fields)
            let flags = frames.flatMap { frame -> [UInt16] in
                let isSet = policy == .set || (policy == .inherit && frame.mustNotBeFragmented)
                return Array(repeating: isSet ? 0x4000 : 0, count: 3)
            }
            #expect(views.map(\.flagsAndOffset) == flags)
            let numbers = views.filter { $0.flagsAndOffset == 0 }.map(\.identification)
            #expect(numbers == numbers.indices.map { UInt16($0 + 1) })
            #expect(views.allSatisfy { $0.flagsAndOffset == 0 || $0.identification == 0 })
            #expect(views.allSatisfy { naiveChecksum($0.ipv4Header) == 0 })
        }

        @Test("Identifications run through all 16 bits, with a valid checksum each")
        func identifications() throws {
            try Rig.blue { rig in
                rig.makeTunnel(1, over: .ipv4, OuterFields { $0.dontFragment = .unset })
                rig.put(Blue.b, .tunnel(1))
                let frame = inner(.ipv4, 0xB9)
                for number in 1...65540 {
                    let sent = try rig.forward(frame, on: rig.lan(2))[rig.wan] ?? []
                    let view = OuterView(try #require(sent.first))
                    guard view.identification == UInt16(number & 0xFFFF), naiveChecksum(view.ipv4Header) == 0 else {
                        Issue.record("packet \(number)")
                        return
                    }
                }
            }
        }

        @Test("The device's checksum covers what was changed", arguments: [OuterFields.DontFragment.unset, .inherit])
        func dontFragmentWithDevice(policy: OuterFields.DontFragment) throws {
            let fields = OuterFields {
                $0.dontFragment = policy
                $0.deviceIPv4Checksum = true
                $0.copiesDSCP = true
            }
            try Rig.blue { rig in
                for tunnel in [1, 2] { rig.makeTunnel(tunnel, over: .ipv4, fields) }
                rig.put(Blue.b, .tunnel(1))
                for (frame, _) in frames + [(inner(.ipv4, 0xBB), true), (Blue.aToAll, true)] {
                    try rig.receive(frame, on: rig.lan(2))
                    rig.poll()
                    let packets = rig.takePackets(rig.wan)
                    #expect(packets.count > 0 && packets.allSatisfy { $0.pointee.ol_flags & VD_TX_OUTER_IP_CKSUM != 0 })
                    #expect(packets.map { NIC.transmit($0) }.allSatisfy { naiveChecksum(OuterView($0).ipv4Header) == 0 })
                }
            }
        }

        @Test("IPv6 knows no don't-fragment: the policy changes nothing", arguments: [OuterFields.DontFragment.unset, .inherit])
        func dontFragmentOverIPv6(policy: OuterFields.DontFragment) throws {
            let changed = try sent(frames.map(\.frame), over: .ipv6, OuterFields { $0.dontFragment = policy })
            try #expect(changed.map(\.bytes) == sent(frames.map(\.frame), over: .ipv6, OuterFields()).map(\.bytes))
        }
    }
}
