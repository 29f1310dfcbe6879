import Dataplane

/// Which way frames go through the gateway.
package enum Direction: String, CaseIterable, Sendable {
    /// From an access port into a tunnel.
    case encap
    /// From a tunnel to an access port.
    case decap
}

// Frames as they arrive at the gateway: UDP between the hosts of a pair, padded with zeros to the length wanted.

extension Traffic {
    /// One frame for each pair of a stream, in random order.
    package func frames(_ direction: Direction, stream: Int = 0, seed: UInt64) -> [[UInt8]] {
        var generator = SplitMix64(seed: seed)
        return pairs(ofStream: stream).shuffled(using: &generator).enumerated().map { position, pair in
            frame(direction, pair, length: size.lengths[position % size.lengths.count])
        }
    }

    /// A broadcast of each local host, in random order.
    package func broadcasts(seed: UInt64) -> [[UInt8]] {
        var generator = SplitMix64(seed: seed)
        return (0..<pairs).shuffled(using: &generator).enumerated().map { position, pair in
            accessFrame(pair, length: size.lengths[position % size.lengths.count], to: .broadcast)
        }
    }

    package func frame(_ direction: Direction, _ pair: Int, length: Int) -> [UInt8] {
        switch direction {
        case .encap: accessFrame(pair, length: length, to: remoteMAC(pair))
        case .decap: tunnelFrame(pair, length: length)
        }
    }

    /// A tagged frame of a pair's local host.
    private func accessFrame(_ pair: Int, length: Int, to destination: MACAddress) -> [UInt8] {
        let tag = [0x81, 0x00] + bytes(vlan(network(pair)).rawValue)
        let packet = packet(pair, length: length, from: Traffic.localAddress(UInt32(pair)), to: Traffic.remoteAddress(UInt32(pair)))
        return destination.octets + localMAC(pair).octets + tag + [0x08, 0x00] + packet
    }

    /// The packet in which the VTEP of a pair's remote host sends that host's frame.
    private func tunnelFrame(_ pair: Int, length: Int) -> [UInt8] {
        let packet = packet(pair, length: length, from: Traffic.remoteAddress(UInt32(pair)), to: Traffic.localAddress(UInt32(pair)))
        let inner = localMAC(pair).octets + remoteMAC(pair).octets + [0x08, 0x00] + packet
        let vxlan = [0x08, 0, 0, 0] + bytes(vni(network(pair)).rawValue << 8) + inner
        let outer = ipv4UDP(
            from: Traffic.vtepAddress(vtep(pair)), to: Traffic.underlayAddress, ports: UInt32(Traffic.outerPort(UInt32(pair))) << 16 | 4789,
            payload: vxlan)
        return Traffic.underlayMAC.octets + Traffic.vtepMAC(vtep(pair)).octets + [0x08, 0x00] + outer
    }

    /// What follows the Ethernet header of a frame of `length` bytes with FCS.
    private func packet(_ pair: Int, length: Int, from: UInt32, to: UInt32) -> [UInt8] {
        let payload = [UInt8](repeating: 0, count: length - 4 - 14 - 28)
        return ipv4UDP(from: from, to: to, ports: Traffic.ports(UInt32(pair)), payload: payload)
    }

    private func ipv4UDP(from: UInt32, to: UInt32, ports: UInt32, payload: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x45, 0] + bytes(UInt16(28 + payload.count)) + [0, 0, 0x40, 0, 64, 17, 0, 0] + bytes(from) + bytes(to)
        var sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) { $0 + UInt32(header[$1]) << 8 + UInt32(header[$1 + 1]) }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        header.replaceSubrange(10..<12, with: bytes(~UInt16(sum)))
        return header + bytes(ports) + bytes(UInt16(8 + payload.count)) + [0, 0] + payload
    }
}

/// A number in network order.
private func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
