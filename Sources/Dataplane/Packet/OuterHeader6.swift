/// The 70 bytes before the inner frame, IPv6 underlay, kept as the words that they are written in: one cache line and the VXLAN header, six stores.
///
///     0 Ethernet: destination, source, type | 14 IPv6 | 54 UDP | 62 VXLAN | 70
struct OuterHeader6: BitwiseCopyable {
    /// Bytes 0-15: Ethernet, and what the next word is written over.
    private var ethernet: SIMD16<UInt8> = .zero
    /// Bytes 22-37 and 38-53.
    private var source: SIMD16<UInt8> = .zero
    private var destination: SIMD16<UInt8> = .zero
    /// Bytes 14-21: version, traffic class, flow label (0), payload length (0), next header, hop limit.
    private var front: UInt64 = 0
    /// Bytes 54-61: UDP source port (0), destination port, length (0), checksum (0).
    private var ports: UInt64 = 0

    static let byteCount = 70
    /// What encapsulation adds inside the underlay's MTU, the inner Ethernet header apart.
    static let mtuOverhead = 56

    enum Offset {
        static let ipv6 = 14, source = 22, destination = 38, udp = 54, udpChecksum = 60, vxlan = 62
    }

    init() {}

    init(
        destinationMAC: MACAddress, sourceMAC: MACAddress, source: UnderlayAddress, destination: UnderlayAddress, udpPort: UInt16,
        fields: OuterFields
    ) {
        for (position, octet) in (destinationMAC.octets + sourceMAC.octets + [0x86, 0xDD]).enumerated() { ethernet[position] = octet }
        self.source = withUnsafeBytes(of: source) { $0.loadUnaligned(as: SIMD16<UInt8>.self) }
        self.destination = withUnsafeBytes(of: destination) { $0.loadUnaligned(as: SIMD16<UInt8>.self) }
        let version: UInt32 = 6 << 28 | UInt32(fields.fixedBits) << 20
        front = UInt64(version.bigEndian) | 17 << 48 | UInt64(fields.timeToLive) << 56
        ports = UInt64(udpPort.bigEndian) << 16
    }

    /// Writes all 70 bytes at `start`, the UDP checksum zero, for an inner frame of `innerByteCount` bytes. `copied`: bits of the inner
    /// packet's traffic class. The flow label is 20 bits of the flow's hash (RFC 6437, RFC 6438).
    @_noLocks @_noAllocation @inline(__always)
    func write(
        to start: UnsafeMutableRawPointer, innerByteCount: UInt32, hash: UInt64, sourcePortBE: UInt16, copied: UInt32, vxlan: VXLANHeader
    ) {
        let udpLength = innerByteCount &+ UInt32(OuterHeader6.byteCount &- Offset.udp)
        let udpLengthBE = UInt64(UInt16(truncatingIfNeeded: udpLength).byteSwapped) &<< 32
        let classAndLabel = copied &<< 20 | UInt32(truncatingIfNeeded: hash) & 0xF_FFFF
        start.storeBytes(of: ethernet, as: SIMD16<UInt8>.self)
        start.put(front | UInt64(classAndLabel.byteSwapped) | udpLengthBE, Offset.ipv6)
        start.put(source, Offset.source)
        start.put(destination, Offset.destination)
        start.put(ports | UInt64(sourcePortBE) | udpLengthBE, Offset.udp)
        start.put(vxlan.rawValue, Offset.vxlan)
    }

    /// The header as on the wire, with lengths, flow label, checksum, source port and VNI zero. For tests and listings.
    var template: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: OuterHeader6.byteCount)
        bytes.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: ethernet, as: SIMD16<UInt8>.self)
            raw.storeBytes(of: front, toByteOffset: Offset.ipv6, as: UInt64.self)
            raw.storeBytes(of: source, toByteOffset: Offset.source, as: SIMD16<UInt8>.self)
            raw.storeBytes(of: destination, toByteOffset: Offset.destination, as: SIMD16<UInt8>.self)
            raw.storeBytes(of: ports, toByteOffset: Offset.udp, as: UInt64.self)
            raw.storeBytes(of: VXLANHeader(vni: 0).rawValue, toByteOffset: Offset.vxlan, as: UInt64.self)
        }
        return bytes
    }
}
