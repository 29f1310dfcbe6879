/// How a frame travels, and where its parts are then.
///
///     tagged   0 Ethernet, 802.1Q | 18 IPv4 | 38 UDP | 46 stamp
///     VXLAN    0 Ethernet | 14 IPv4 | 34 UDP | 42 VXLAN | 50 inner Ethernet | 64 IPv4 | 84 UDP | 92 stamp
package enum FrameLayout: Sendable, Equatable, BitwiseCopyable {
    /// With an 802.1Q tag, as on access ports.
    case tagged
    /// In a tunnel over IPv4, as on underlay ports.
    case vxlan

    static let outerBytes = 50
    static let fcsBytes = 4

    /// Where the inner Ethernet header starts.
    package var ethernet: Int { self == .tagged ? 0 : FrameLayout.outerBytes }
    /// Where the inner IPv4 header starts.
    package var ipv4: Int { self == .tagged ? 18 : 64 }
    package var stamp: Int { ipv4 + 28 }

    /// Bytes in memory, without FCS, of a frame of this size (see ``FrameSizes``).
    package func byteCount(size: Int) -> Int { size - FrameLayout.fcsBytes + ipv4 - 14 }

    /// Average bytes on the wire, with FCS.
    package func wireBytes(_ sizes: FrameSizes) -> Double { sizes.average + Double(ipv4 - 14) }

    /// The MTU that a port needs. Not more, since some virtual devices refuse more than 1500.
    package func mtu(_ sizes: FrameSizes) -> Int {
        max(1500, sizes.largest - 18 + (self == .vxlan ? FrameLayout.outerBytes : 0))
    }
}
