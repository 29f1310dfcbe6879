import Dataplane

/// Pairs of hosts that talk to each other, one behind an access port and one behind a remote VTEP, and all their addresses as functions of the
/// pair's number, so that a stream takes no memory.
///
/// Pair `p` is in network `p % networks`. Several workers have a stream of pairs, an access and an underlay port and VTEPs each, and share
/// everything else: the MAC table and the networks.
package struct Traffic: Sendable {
    /// What addresses are made for: 23 bits of a pair's number.
    package static let pairsMaximum = 1 << 23

    package let pairs: Int
    package let networks: Int
    /// Remote VTEPs of each stream.
    package let vteps: Int
    package let streams: Int
    package let size: FrameSize
    package let underlay: Underlay

    package init(
        pairs: Int, networks: Int, vteps: Int = 4, streams: Int = 1, size: FrameSize = .smallest, underlay: Underlay = .ipv4
    ) {
        self.pairs = pairs
        self.networks = networks
        self.vteps = vteps
        self.streams = streams
        self.size = size
        self.underlay = underlay
    }

    package func network(_ pair: Int) -> Int { pair % networks }
    package func vlan(_ network: Int) -> VLANID { VLANID(UInt16(network + 1))! }
    package func vni(_ network: Int) -> VNI { VNI(UInt32(10_000 + network))! }

    /// Neighbouring pairs of a network belong to different streams.
    package func stream(_ pair: Int) -> Int { pair / networks % streams }
    package func pairs(ofStream stream: Int) -> [Int] { (0..<pairs).filter { self.stream($0) == stream } }

    /// The VTEP that a pair's remote host is behind: the pairs of each network are spread over all of their stream's.
    package func vtep(_ pair: Int) -> Int { stream(pair) * vteps + Traffic.spread(UInt32(pair), vteps) }

    @inline(__always)
    static func spread(_ pair: UInt32, _ vteps: Int) -> Int { Int((UInt64(pair &* 0x9E37_79B1) &* UInt64(vteps)) >> 32) }
}

// MARK: - Addresses

extension Traffic {
    /// 198.18.0.1 and, behind it, the remote VTEPs (RFC 2544); 2001:2::1 and so on (RFC 5180).
    private static let firstIPv4Address: UInt32 = 0xC612_0001
    package static func ipv4Address(ofVTEP vtep: Int) -> UInt32 { firstIPv4Address + 1 + UInt32(vtep) }

    package var underlayAddress: UnderlayAddress { address(0) }
    package func vtepAddress(_ vtep: Int) -> UnderlayAddress { address(1 + vtep) }

    private func address(_ number: Int) -> UnderlayAddress {
        underlay.isIPv6
            ? UnderlayAddress(high: 0x2001_0002_0000_0000, low: 1 + UInt64(number))
            : UnderlayAddress(ipv4: Traffic.firstIPv4Address + UInt32(number))
    }

    package static let underlayMAC = MACAddress(0x02, 0, 0, 0x77, 0, 0x01)
    package static func vtepMAC(_ vtep: Int) -> MACAddress { MACAddress(0x02, 0, 0, 0x77, UInt8(vtep >> 8 + 1), UInt8(vtep & 255)) }

    package func localMAC(_ pair: Int) -> MACAddress { MACAddress(bits: Traffic.mac(kind: 0xAA, UInt32(pair))) }
    package func remoteMAC(_ pair: Int) -> MACAddress { MACAddress(bits: Traffic.mac(kind: 0xBB, UInt32(pair))) }

    package static func isLocal(_ mac: MACAddress) -> Bool { mac.bits >> 8 & 0xFF == 0xAA }

    /// 02:kind:00 and the pair's number.
    @inline(__always)
    static func mac(kind: UInt64, _ pair: UInt32) -> UInt64 { 0x02 | kind << 8 | UInt64((pair << 8).bigEndian) << 24 }

    /// The sum of both addresses is the same for all pairs, and so is the checksum of every packet between them.
    @inline(__always)
    static func localAddress(_ pair: UInt32) -> UInt32 { 0x0A00_0000 &+ pair }
    @inline(__always)
    static func remoteAddress(_ pair: UInt32) -> UInt32 { 0x0AFF_FFFF &- pair }

    /// UDP ports of a pair's packets, source in the upper half.
    @inline(__always)
    static func ports(_ pair: UInt32) -> UInt32 { (1024 &+ (pair & 0x3FFF)) << 16 | (2048 &+ pair >> 14) }
    /// Outer source port of a pair's packets.
    @inline(__always)
    static func outerPort(_ pair: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: 49152 &+ (pair & 0x3FFF)) }
}
