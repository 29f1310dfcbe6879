import Dataplane

// The same over IPv6.

/// 2001:db8::N, and other addresses of 16 bytes.
func ipv6Address(_ last: UInt8, prefix: Bytes = Bytes(hex: "20010db8")) -> Bytes {
    prefix + Bytes(repeating: 0, count: 15 - prefix.count) + [last]
}

extension UnderlayAddress {
    init(bytes: Bytes) {
        self.init(high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
    }
}

struct IPv6Packet {
    var source = ipv6Address(1)
    var destination = ipv6Address(2)
    var next: UInt8 = 17
    var trafficClass: UInt8 = 0
    var flowLabel: UInt32 = 0
    var hopLimit: UInt8 = 64
    /// `nil`: that of the payload.
    var payloadLength: UInt16?
    var payload: Bytes = []

    var bytes: Bytes {
        DataplaneTests.bytes(6 << 28 | UInt32(trafficClass) << 20 | flowLabel)
            + DataplaneTests.bytes(payloadLength ?? UInt16(payload.count))
            + [next, hopLimit] + source + destination + payload
    }

    /// UDP checksum of a datagram in this packet (RFC 8200 section 8.1).
    func udpChecksum(_ datagram: Bytes) -> UInt16 {
        let pseudo = source + destination + DataplaneTests.bytes(UInt32(datagram.count)) + [0, 0, 0, 17]
        let sum = naiveChecksum(pseudo + datagram)
        return sum == 0 ? 0xFFFF : sum
    }
}

/// A VXLAN packet over IPv6 with its outer Ethernet header.
struct VXLANPacket6 {
    var destinationMAC: MACAddress
    var sourceMAC: MACAddress
    var ip: IPv6Packet
    var sourcePort: UInt16 = 50000
    var udpPort: UInt16 = 4789
    /// `nil`: the right checksum.
    var udpChecksum: UInt16?
    var flags: UInt32 = 0x0800_0000
    var vni: UInt32
    var reserved: UInt8 = 0
    var inner: Bytes

    init(to: MACAddress, from: MACAddress, source: Bytes, destination: Bytes, vni: UInt32, inner: Bytes) {
        destinationMAC = to
        sourceMAC = from
        ip = IPv6Packet(source: source, destination: destination)
        self.vni = vni
        self.inner = inner
    }

    var bytes: Bytes {
        let vxlan = DataplaneTests.bytes(flags) + DataplaneTests.bytes(vni << 8 | UInt32(reserved)) + inner
        let checksum = udpChecksum ?? ip.udpChecksum(udp(from: sourcePort, to: udpPort, vxlan))
        var packet = ip
        packet.payload = udp(from: sourcePort, to: udpPort, checksum: checksum, vxlan)
        return ethernet(to: destinationMAC, from: sourceMAC, type: 0x86DD, packet.bytes)
    }
}
