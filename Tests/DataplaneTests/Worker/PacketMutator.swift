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
        return random.below(2) == 0 ? PacketMutator.repaired(frame) : frame
    }

    /// One byte, most often of the headers, most often by little.
    private mutating func damage(_ frame: inout Bytes) {
        let position = random.below(random.below(8) == 0 ? frame.count : min(frame.count, 100))
        switch random.below(4) {
        case 0: frame[position] ^= 1 << UInt8(random.below(8))
        case 1: frame[position] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)]
        case 2: frame[position] &+= random.below(2) == 0 ? 1 : 0xFF
        default: frame[position] = UInt8(truncatingIfNeeded: random.next())
        }
    }

    /// The outer checksums put right, so that the checks behind them are reached: of the IPv4 header, and of UDP where there is one.
    static func repaired(_ frame: Bytes) -> Bytes {
        let ip = frame.u16(12) == 0x8100 ? 18 : 14
        if frame.u16(ip - 2) == 0x86DD {
            return frame.count >= ip + 48 && frame[ip + 6] == 17
                ? withUDPChecksum(frame, Bytes(frame[(ip + 8)..<(ip + 40)]), at: ip + 40) : frame
        }
        guard frame.count >= ip + 20 else { return frame }
        let header = Bytes(frame[ip..<ip + 20]).replacing(10, 0, 0)
        let repaired = frame.replacing(ip + 10, bytes(naiveChecksum(header)))
        return frame.count >= ip + 28 && frame[ip + 9] == 17 ? withUDPChecksum(repaired, Bytes(header[12...]), at: ip + 20) : repaired
    }

    private static func withUDPChecksum(_ frame: Bytes, _ addresses: Bytes, at offset: Int) -> Bytes {
        let end = offset + Int(frame.u16(offset + 4))
        guard frame.u16(offset + 6) != 0, end >= offset + 8, end <= frame.count else { return frame }
        let datagram = Bytes(frame[offset..<end]).replacing(6, 0, 0)
        let sum = naiveChecksum(addresses + [0, 17] + bytes(UInt16(datagram.count)) + datagram)
        return frame.replacing(offset + 6, bytes(sum == 0 ? 0xFFFF : sum))
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
        packet.pointee.vlan_tci = [0, 100, 0x6064, 300, UInt16(truncatingIfNeeded: random.next())][random.below(5)]
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

    /// Packets for an underlay port with outer tag `tag`: VXLAN from VTEPs of both families, of each as many as there are VNIs, and from strangers; with and
    /// without checksum and padding, with all ECN fields; ARP, ICMP, ICMPv6 and MLD.
    static func underlaySeeds(_ rig: Rig, vnis: [UInt32], tag: UInt16? = nil) -> [Bytes] {
        let seeds = controlSeeds(rig) + vnis.enumerated().flatMap { vxlanSeeds(rig, vni: $1, tunnel: 1 + $0 % 2) }
        return tag.map { tag in seeds.map { tagged($0, tag) } } ?? seeds
    }

    private static func controlSeeds(_ rig: Rig) -> [Bytes] {
        let echo = IPv4Packet(source: Rig.peerAddress(1), destination: rig.options.address, proto: 1, payload: [8, 0, 0, 0])
        let echo6 = IPv6Packet(source: Rig.peerAddress6(1), destination: Rig.address6, next: 58, payload: [128, 0, 0, 0, 0, 0, 0, 0])
        let query = IPv6Packet(
            source: Rig.peerAddress6(1), destination: ipv6Address(1, prefix: [0xFF, 2]), next: 0,
            payload: Bytes(hex: "3a00 0502 0000 0100 8200 0000 03e8 0000") + Bytes(repeating: 0, count: 20))
        let fragment = IPv6Packet(
            source: Rig.peerAddress6(1), destination: Rig.address6, next: 44, payload: Bytes(hex: "11 00 0001 00000007") + [1, 2, 3])
        return [PacketPath.ControlPathTests.arp, ethernet(to: rig.options.wanMAC, from: Rig.peerMAC(1), echo.bytes)]
            + [echo6, query, fragment].map { ethernet(to: rig.options.wanMAC, from: Rig.peerMAC(1), type: 0x86DD, $0.bytes) }
    }

    /// One in five of the tagged frames, which must not be inside.
    private static func vxlanSeeds(_ rig: Rig, vni: UInt32, tunnel: Int) -> [Bytes] {
        let inners = accessSeeds.enumerated().filter { $1.u16(12) != 0x8100 || $0 % 5 == 0 }.map(\.element)
        return inners.enumerated().flatMap { number, inner in
            Family.allCases.flatMap { family in
                var packet = rig.arriving(inner, from: number % 7 == 0 ? 99 : tunnel, over: family)
                packet.vni = vni
                packet.trafficClass = UInt8(number % 4)
                let whole = packet.bytes
                packet.udpChecksum = 0
                return [packet.bytes, whole, whole + [0, 0, 0]]
            }
        }
    }
}
