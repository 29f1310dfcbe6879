import Dataplane

// Packets as the RFCs draw them, built without the code under test.

func ethernet(to: MACAddress, from: MACAddress, type: UInt16 = 0x0800, _ payload: Bytes) -> Bytes {
    to.octets + from.octets + bytes(type) + payload
}

/// `frame` with an 802.1Q tag: priority, drop eligibility and VLAN ID in `control`.
func tagged(_ frame: Bytes, _ control: UInt16, type: UInt16 = 0x8100) -> Bytes {
    frame.inserting(bytes(type) + bytes(control), at: 12)
}

struct IPv4Packet {
    var source: UInt32 = 0x0A01_0001
    var destination: UInt32 = 0x0A01_0002
    var proto: UInt8 = 17
    var tos: UInt8 = 0
    var identification: UInt16 = 0
    /// Flags in the upper three bits; 0x4000 = don't fragment.
    var flagsAndOffset: UInt16 = 0x4000
    var ttl: UInt8 = 64
    var options: Bytes = []
    var payload: Bytes = []

    var bytes: Bytes {
        var header: Bytes = [0x40 | UInt8(5 + options.count / 4), tos]
        header += DataplaneTests.bytes(UInt16(20 + options.count + payload.count)) + DataplaneTests.bytes(identification)
        header += DataplaneTests.bytes(flagsAndOffset) + [ttl, proto, 0, 0]
        header += DataplaneTests.bytes(source) + DataplaneTests.bytes(destination) + options
        return header.replacing(10, DataplaneTests.bytes(naiveChecksum(header))) + payload
    }
}

/// A UDP datagram; its checksum is zero, which over IPv4 means none.
func udp(from source: UInt16, to destination: UInt16, checksum: UInt16 = 0, _ payload: Bytes) -> Bytes {
    bytes(source) + bytes(destination) + bytes(UInt16(8 + payload.count)) + bytes(checksum) + payload
}

/// An Ethernet frame with a UDP packet in IPv4: what stations of these tests send each other.
func datagram(
    from: MACAddress, to: MACAddress, ports: (UInt16, UInt16) = (1000, 2000), payload: Bytes = Bytes(repeating: 0xAB, count: 32)
) -> Bytes {
    ethernet(to: to, from: from, IPv4Packet(payload: udp(from: ports.0, to: ports.1, payload)).bytes)
}

/// A VXLAN packet with its outer Ethernet header (RFC 7348 section 5).
struct VXLANPacket {
    var destinationMAC: MACAddress
    var sourceMAC: MACAddress
    var ip: IPv4Packet
    var sourcePort: UInt16 = 50000
    var udpPort: UInt16 = 4789
    /// `nil`: the right checksum.
    var udpChecksum: UInt16? = 0
    /// I flag set, reserved bits zero.
    var flags: UInt32 = 0x0800_0000
    var vni: UInt32
    var reserved: UInt8 = 0
    var inner: Bytes

    init(to: MACAddress, from: MACAddress, source: UInt32, destination: UInt32, vni: UInt32, inner: Bytes) {
        destinationMAC = to
        sourceMAC = from
        ip = IPv4Packet(source: source, destination: destination)
        self.vni = vni
        self.inner = inner
    }

    var bytes: Bytes {
        let vxlan = DataplaneTests.bytes(flags) + DataplaneTests.bytes(vni << 8 | UInt32(reserved)) + inner
        var packet = ip
        packet.payload = udp(from: sourcePort, to: udpPort, checksum: udpChecksum ?? checksum(vxlan), vxlan)
        return ethernet(to: destinationMAC, from: sourceMAC, packet.bytes)
    }

    /// RFC 768: over a pseudo header, the datagram, and 0xFFFF for a sum of zero.
    private func checksum(_ payload: Bytes) -> UInt16 {
        let datagram = udp(from: sourcePort, to: udpPort, payload)
        let pseudo = DataplaneTests.bytes(ip.source) + DataplaneTests.bytes(ip.destination) + [0, 17]
        let sum = naiveChecksum(pseudo + DataplaneTests.bytes(UInt16(datagram.count)) + datagram)
        return sum == 0 ? 0xFFFF : sum
    }
}
