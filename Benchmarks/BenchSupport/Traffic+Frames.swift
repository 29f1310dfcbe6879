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
        let ports = UInt32(Traffic.outerPort(UInt32(pair))) << 16 | 4789
        let addresses = Traffic.underlayMAC.octets + Traffic.vtepMAC(vtep(pair)).octets
        return addresses + outerPacket(from: vtepAddress(vtep(pair)), ports: ports, vxlan)
    }

    /// EtherType, IP and UDP headers of a packet to the gateway, and its payload.
    private func outerPacket(from source: UnderlayAddress, ports: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let pseudoHeader = underlay.hasChecksum ? octets(source) + octets(underlayAddress) + [0, 17] : nil
        let datagram = udp(ports: ports, payload: payload, pseudoHeader: pseudoHeader)
        if let source = source.ipv4, let destination = underlayAddress.ipv4 {
            return [0x08, 0x00] + ipv4(from: source, to: destination, datagram)
        }
        return [0x86, 0xDD] + ipv6(from: source, to: underlayAddress, datagram)
    }

    /// What follows the Ethernet header of a frame of `length` bytes with FCS.
    private func packet(_ pair: Int, length: Int, from: UInt32, to: UInt32) -> [UInt8] {
        let payload = [UInt8](repeating: 0, count: length - 4 - 14 - 28)
        return ipv4(from: from, to: to, udp(ports: Traffic.ports(UInt32(pair)), payload: payload))
    }

    private func ipv4(from: UInt32, to: UInt32, _ payload: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x45, 0] + bytes(UInt16(20 + payload.count)) + [0, 0, 0x40, 0, 64, 17, 0, 0] + bytes(from) + bytes(to)
        header.replaceSubrange(10..<12, with: bytes(checksum(header)))
        return header + payload
    }

    private func ipv6(from: UnderlayAddress, to: UnderlayAddress, _ payload: [UInt8]) -> [UInt8] {
        [0x60, 0, 0, 0] + bytes(UInt16(payload.count)) + [17, 64] + octets(from) + octets(to) + payload
    }

    /// `pseudoHeader`: what the checksum covers beside the datagram but for its length, addresses and protocol (RFC 768, RFC 8200 section 8.1);
    /// without it, the checksum is zero.
    private func udp(ports: UInt32, payload: [UInt8], pseudoHeader: [UInt8]? = nil) -> [UInt8] {
        let length = bytes(UInt16(8 + payload.count))
        var datagram = bytes(ports) + length + [0, 0] + payload
        if let pseudoHeader {
            let sum = checksum(pseudoHeader + length + datagram)
            // Zero says that there is none (RFC 768).
            datagram.replaceSubrange(6..<8, with: bytes(sum == 0 ? 0xFFFF : sum))
        }
        return datagram
    }

    private func octets(_ address: UnderlayAddress) -> [UInt8] {
        address.ipv4.map { bytes($0) } ?? bytes(address.high) + bytes(address.low)
    }
}

/// RFC 1071, of bytes in network order; an odd last one has a zero behind it.
private func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (position, byte) in bytes.enumerated() { sum += position % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte) }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    return ~UInt16(sum)
}

/// A number in network order.
private func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
