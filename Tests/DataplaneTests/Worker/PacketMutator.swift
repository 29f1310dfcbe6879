import BenchSupport
import CShims
import Dataplane

/// Makes bad packets out of good ones: most of them only a little bad, so that every check is reached.
struct PacketMutator {
    let seeds: [Bytes]
    var random: SplitMix64

    /// A packet buffer with a frame that may be damaged, in any number of segments, with whatever flags a device might set.
    mutating func next(_ pool: PacketPool) -> Packet {
        let frame = mutate(seeds[random.below(seeds.count)])
        let packet = assemble(frame, pool)
        if random.below(8) == 0 { setFlags(packet) }
        return packet
    }

    private mutating func mutate(_ seed: Bytes) -> Bytes {
        var frame = seed
        switch random.below(16) {
        case 0: frame = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case 1...3: frame.removeLast(random.below(frame.count + 1))
        case 4: frame += (0..<random.below(64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        default: break
        }
        for _ in 0..<[0, 1, 1, 2, 3][random.below(5)] where !frame.isEmpty { damage(&frame) }
        if random.below(2) == 0, frame.count >= 34 {
            frame = frame.replacing(24, bytes(naiveChecksum(Bytes(frame[14..<34]).replacing(10, 0, 0))))
        }
        return frame
    }

    /// One byte, most often of the headers, most often by little.
    private mutating func damage(_ frame: inout Bytes) {
        let position = random.below(random.below(8) == 0 ? frame.count : min(frame.count, 80))
        switch random.below(4) {
        case 0: frame[position] ^= 1 << UInt8(random.below(8))
        case 1: frame[position] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)]
        case 2: frame[position] &+= random.below(2) == 0 ? 1 : 0xFF
        default: frame[position] = UInt8(truncatingIfNeeded: random.next())
        }
    }

    private mutating func assemble(_ frame: Bytes, _ pool: PacketPool) -> Packet {
        var rest = frame[...]
        let first = piece(&rest, pool)
        var last = first
        while !rest.isEmpty {
            let next = piece(&rest, pool)
            last.pointee.next = next
            last = next
            first.pointee.nb_segs += 1
        }
        first.pointee.pkt_len = UInt32(frame.count)
        return first
    }

    /// The next segment: all that is left, or some of it, even nothing.
    private mutating func piece(_ rest: inout ArraySlice<UInt8>, _ pool: PacketPool) -> Packet {
        let length = random.below(4) == 0 ? min(random.below(100), rest.count) : rest.count
        let packet = pool.packet(Bytes(rest.prefix(length)))!
        rest = rest.dropFirst(length)
        return packet
    }

    private mutating func setFlags(_ packet: Packet) {
        let flags = [
            VD_RX_VLAN_STRIPPED, VD_RX_IP_CKSUM_GOOD, VD_RX_IP_CKSUM_BAD, VD_RX_L4_CKSUM_GOOD, VD_RX_L4_CKSUM_BAD, VD_RX_OUTER_IP_CKSUM_BAD,
            VD_RX_OUTER_L4_CKSUM_GOOD,
        ]
        packet.pointee.ol_flags = flags[random.below(flags.count)] | flags[random.below(flags.count)]
        packet.pointee.vlan_tci = [0, 100, 0x6064, UInt16(truncatingIfNeeded: random.next())][random.below(4)]
        packet.pointee.packet_type = random.below(2) == 0 ? 0 : VD_PTYPE_TUNNEL_MASK
    }
}

extension PacketMutator {
    /// Frames for access port 0: tagged with 100, untagged, of all kinds that are told apart.
    static var accessSeeds: [Bytes] {
        let stations = [Blue.a, Blue.b, Blue.c, .broadcast, Blue.multicast, MACAddress(1, 0x80, 0xC2, 0, 0, 0xE)]
        var seeds: [Bytes] = []
        for to in stations {
            let ipv6 = FlowHashTests.ipv6().replacing(0, to.octets)
            let fragment = ethernet(to: to, from: Blue.a, IPv4Packet(flagsAndOffset: 0x2000, payload: Bytes(repeating: 3, count: 40)).bytes)
            let options = ethernet(to: to, from: Blue.b, IPv4Packet(options: [1, 1, 1, 1], payload: udp(from: 1, to: 2, [5])).bytes)
            for frame in [
                datagram(from: Blue.a, to: to), ipv6, fragment, options, ethernet(to: to, from: Blue.c, type: 0x0806, [1, 2, 3]),
            ] {
                seeds += [frame, tagged(frame, 0xE064), tagged(frame, 0x6000)]
            }
        }
        return seeds
    }

    /// Packets for the underlay port: VXLAN from two VTEPs, with and without checksum and padding; ARP and ICMP.
    static func underlaySeeds(_ rig: Rig, vnis: [UInt32]) -> [Bytes] {
        var seeds = [PacketPath.ControlPathTests.arp]
        let echo = IPv4Packet(source: Rig.peerAddress(1), destination: rig.options.address, proto: 1, payload: [8, 0, 0, 0])
        seeds.append(ethernet(to: rig.options.wanMAC, from: Rig.peerMAC(1), echo.bytes))
        for (position, vni) in vnis.enumerated() {
            // One in five of the tagged ones, which must not be inside.
            for (number, inner) in accessSeeds.enumerated() where inner.u16(12) != 0x8100 || number % 5 == 0 {
                var packet = rig.encapsulated(inner, from: 1 + position % 2, vni: vni)
                seeds.append(packet.bytes)
                packet.udpChecksum = nil
                seeds += [packet.bytes, packet.bytes + [0, 0, 0]]
            }
        }
        return seeds
    }
}
