import Dataplane
import Testing

// VXLAN packets over either family, for tests of what holds for both.

enum Family: CaseIterable, Sendable {
    case ipv4, ipv6

    /// Where the UDP header starts in an untagged packet.
    var udpOffset: Int { self == .ipv4 ? 34 : 54 }
    /// Bytes before the inner frame of an untagged packet.
    var headerByteCount: Int { udpOffset + 16 }
    var other: Family { self == .ipv4 ? .ipv6 : .ipv4 }
}

/// A VXLAN packet with its outer Ethernet header, built by hand.
struct OuterPacket {
    var family: Family
    /// 802.1Q tag control; `nil` = untagged.
    var tag: UInt16?
    var destinationMAC: MACAddress
    var sourceMAC: MACAddress
    /// 4 or 16 bytes.
    var source: Bytes
    var destination: Bytes
    var trafficClass: UInt8 = 0
    /// TTL or hop limit.
    var timeToLive: UInt8 = 64
    var flowLabel: UInt32 = 0
    /// IPv4 only, as the next.
    var identification: UInt16 = 0
    var dontFragment = true
    var sourcePort: UInt16 = 50000
    var udpPort: UInt16 = 4789
    /// `nil`: the right one.
    var udpChecksum: UInt16?
    /// The first four bytes of the VXLAN header, and its last.
    var flags: UInt32 = 0x0800_0000
    var reserved: UInt8 = 0
    var vni: UInt32 = 10100
    var inner: Bytes

    var bytes: Bytes {
        let frame = family == .ipv4 ? overIPv4 : overIPv6
        return tag.map { tagged(frame, $0) } ?? frame
    }

    private var overIPv4: Bytes {
        var packet = VXLANPacket(
            to: destinationMAC, from: sourceMAC, source: UInt32(bytes: source), destination: UInt32(bytes: destination), vni: vni,
            inner: inner)
        packet.ip.tos = trafficClass
        packet.ip.ttl = timeToLive
        packet.ip.identification = identification
        packet.ip.flagsAndOffset = dontFragment ? 0x4000 : 0
        (packet.sourcePort, packet.udpPort, packet.udpChecksum) = (sourcePort, udpPort, udpChecksum)
        (packet.flags, packet.reserved) = (flags, reserved)
        return packet.bytes
    }

    private var overIPv6: Bytes {
        var packet = VXLANPacket6(
            to: destinationMAC, from: sourceMAC, source: source, destination: destination, vni: vni, inner: inner)
        packet.ip.trafficClass = trafficClass
        packet.ip.hopLimit = timeToLive
        packet.ip.flowLabel = flowLabel
        (packet.sourcePort, packet.udpPort, packet.udpChecksum) = (sourcePort, udpPort, udpChecksum)
        (packet.flags, packet.reserved) = (flags, reserved)
        return packet.bytes
    }
}

/// Fields of a VXLAN packet that was sent, tagged or not.
struct OuterView {
    let bytes: Bytes
    let family: Family
    /// 0 or 4.
    let tagBytes: Int

    init(_ bytes: Bytes) {
        self.bytes = bytes
        tagBytes = bytes.u16(12) == 0x8100 ? 4 : 0
        family = bytes.u16(12 + tagBytes) == 0x86DD ? .ipv6 : .ipv4
    }

    private var ip: Int { 14 + tagBytes }
    private var udp: Int { family.udpOffset + tagBytes }
    var tag: UInt16? { tagBytes == 0 ? nil : bytes.u16(14) }
    var trafficClass: UInt8 { family == .ipv4 ? bytes[ip + 1] : UInt8(bytes.u16(ip) >> 4 & 0xFF) }
    var timeToLive: UInt8 { bytes[ip + (family == .ipv4 ? 8 : 7)] }
    var flowLabel: UInt32 { UInt32(bytes: Bytes(bytes[ip..<ip + 4])) & 0xF_FFFF }
    var identification: UInt16 { bytes.u16(ip + 4) }
    /// Flags in the upper three bits; 0x4000 = don't fragment.
    var flagsAndOffset: UInt16 { bytes.u16(ip + 6) }
    var ipv4Header: Bytes { Bytes(bytes[ip..<ip + 20]) }
    var sourcePort: UInt16 { bytes.u16(udp) }
    var udpPort: UInt16 { bytes.u16(udp + 2) }
    var udpChecksum: UInt16 { bytes.u16(udp + 6) }
    var vni: UInt32 { UInt32(bytes: Bytes(bytes[udp + 12..<udp + 16])) >> 8 }
    var inner: Bytes { Bytes(bytes[(udp + 16)...]) }
}

extension UInt32 {
    /// Four bytes in network order.
    init(bytes: Bytes) { self = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
}

/// 192.0.2.1 is 0xC000_0201.
func ipv4Address(_ value: UInt32) -> Bytes { bytes(value) }
