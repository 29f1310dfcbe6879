import Dataplane

/// The stream: one frame for each pair of hosts, in random order, with the addressing that ``Testbed`` configures.
///
/// Pair `i` is in network `i % networks`; its local host is behind the access port, its remote host behind one of four VTEPs. A frame is
/// a UDP packet in the smallest Ethernet frame, 60 bytes without FCS: with its tag 64 bytes on the access side, 110 on the underlay.
struct Traffic {
    static let underlayMAC = MACAddress(0x02, 0, 0, 0, 0x77, 0x01)
    static let underlayAddress: UInt32 = 0xC000_0201
    static let vteps = 4

    let macs: Int
    let networks: Int

    func network(_ pair: Int) -> Int { pair % networks }
    func vtep(_ pair: Int) -> Int { network(pair) % Traffic.vteps }
    func vlan(_ network: Int) -> VLANID { VLANID(UInt16(network + 1))! }
    func vni(_ network: Int) -> VNI { VNI(UInt32(10_000 + network))! }
    func localMAC(_ pair: Int) -> MACAddress { Traffic.mac(0xAA, pair) }
    func remoteMAC(_ pair: Int) -> MACAddress { Traffic.mac(0xBB, pair) }
    static func vtepAddress(_ vtep: Int) -> UInt32 { underlayAddress + 1 + UInt32(vtep) }
    static func vtepMAC(_ vtep: Int) -> MACAddress { MACAddress(0x02, 0, 0, 0, 0x77, UInt8(vtep + 2)) }

    private static func mac(_ kind: UInt8, _ pair: Int) -> MACAddress {
        MACAddress(0x02, kind, 0, UInt8(pair >> 16 & 255), UInt8(pair >> 8 & 255), UInt8(pair & 255))
    }

    /// The frames of one direction as they arrive at the gateway.
    func frames(_ direction: Options.Direction, seed: UInt64) -> [[UInt8]] {
        var generator = SplitMix64(state: seed)
        return (0..<macs).shuffled(using: &generator).map { direction == .encap ? accessFrame($0) : tunnelFrame($0) }
    }

    private func accessFrame(_ pair: Int) -> [UInt8] {
        let tag = [0x81, 0x00] + bytes(vlan(network(pair)).rawValue)
        return remoteMAC(pair).octets + localMAC(pair).octets + tag + [0x08, 0x00] + packet(pair, from: 0x0A40_0000, to: 0x0A80_0000)
    }

    private func tunnelFrame(_ pair: Int) -> [UInt8] {
        let inner = localMAC(pair).octets + remoteMAC(pair).octets + [0x08, 0x00] + packet(pair, from: 0x0A80_0000, to: 0x0A40_0000)
        let vxlan = [0x08, 0, 0, 0] + bytes(vni(network(pair)).rawValue << 8) + inner
        let outer = ipv4UDP(
            from: Traffic.vtepAddress(vtep(pair)), to: Traffic.underlayAddress, ports: (UInt16(49152 + pair % 16384), 4789), payload: vxlan)
        return Traffic.underlayMAC.octets + Traffic.vtepMAC(vtep(pair)).octets + [0x08, 0x00] + outer
    }

    private func packet(_ pair: Int, from: UInt32, to: UInt32) -> [UInt8] {
        let ports = (UInt16(28_000 + pair % 2000), UInt16(29_000 + pair / 2000))
        return ipv4UDP(from: from + UInt32(pair), to: to + UInt32(pair), ports: ports, payload: [UInt8](repeating: 0, count: 18))
    }

    private func ipv4UDP(from: UInt32, to: UInt32, ports: (UInt16, UInt16), payload: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x45, 0] + bytes(UInt16(28 + payload.count)) + [0, 0, 0x40, 0, 64, 17, 0, 0] + bytes(from) + bytes(to)
        var sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) { $0 + UInt32(header[$1]) << 8 + UInt32(header[$1 + 1]) }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        header.replaceSubrange(10..<12, with: bytes(~UInt16(sum)))
        return header + bytes(ports.0) + bytes(ports.1) + bytes(UInt16(8 + payload.count)) + [0, 0] + payload
    }
}

/// A number in network order.
private func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

/// A small generator with a seed, so that a run can be repeated.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
