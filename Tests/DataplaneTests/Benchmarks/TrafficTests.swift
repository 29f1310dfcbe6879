import BenchSupport
import Dataplane
import Testing

@Suite("The benchmarks' frames")
struct TrafficTests {
    static let lengths = [64, 65, 594, 1518]

    /// What a frame of a pair's remote host must be, put together by the tests' own means.
    private func inner(_ traffic: Traffic, _ pair: Int, _ length: Int) -> Bytes {
        let number = UInt32(pair)
        var ip = IPv4Packet(source: 0x0AFF_FFFF - number, destination: 0x0A00_0000 + number)
        ip.flagsAndOffset = 0x4000
        ip.payload = udp(from: 1024 + UInt16(pair), to: 2048, Bytes(repeating: 0, count: length - 46))
        return ethernet(to: traffic.localMAC(pair), from: traffic.remoteMAC(pair), type: 0x0800, ip.bytes)
    }

    @Test("VXLAN packets over IPv4 are right to the byte, their checksum included", arguments: [Underlay.ipv4, .ipv4Checksum], lengths)
    func overIPv4(_ underlay: Underlay, _ length: Int) {
        let traffic = Traffic(pairs: 200, networks: 7, vteps: 3, underlay: underlay)
        for pair in 0..<traffic.pairs {
            var packet = VXLANPacket(
                to: MACAddress(2, 0, 0, 0x77, 0, 1), from: Traffic.vtepMAC(traffic.vtep(pair)),
                source: 0xC612_0002 + UInt32(traffic.vtep(pair)), destination: 0xC612_0001, vni: 10_000 + UInt32(pair % 7),
                inner: inner(traffic, pair, length))
            packet.sourcePort = 49152 + UInt16(pair)
            packet.udpChecksum = underlay.hasChecksum ? nil : 0
            #expect(traffic.frame(.decap, pair, length: length) == packet.bytes)
        }
    }

    @Test("VXLAN packets over IPv6 are right to the byte, their checksum included", arguments: [Underlay.ipv6, .ipv6Checksum], lengths)
    func overIPv6(_ underlay: Underlay, _ length: Int) {
        let traffic = Traffic(pairs: 200, networks: 7, vteps: 3, underlay: underlay)
        for pair in 0..<traffic.pairs {
            let prefix = Bytes(hex: "20010002")
            var packet = VXLANPacket6(
                to: MACAddress(2, 0, 0, 0x77, 0, 1), from: Traffic.vtepMAC(traffic.vtep(pair)),
                source: ipv6Address(UInt8(2 + traffic.vtep(pair)), prefix: prefix), destination: ipv6Address(1, prefix: prefix),
                vni: 10_000 + UInt32(pair % 7), inner: inner(traffic, pair, length))
            packet.sourcePort = 49152 + UInt16(pair)
            packet.udpChecksum = underlay.hasChecksum ? nil : 0
            #expect(traffic.frame(.decap, pair, length: length) == packet.bytes)
        }
    }

    @Test("Frames on the access side are the same whatever the underlay")
    func accessSide() {
        let frames = Underlay.allCases.map { Traffic(pairs: 20, networks: 3, underlay: $0).frames(.encap, seed: 1) }
        #expect(Set(frames).count == 1)
    }
}
