/// The 50 bytes before the inner frame, IPv4 underlay (RFC 7348 section 5), kept as the words that they are written in: six stores, with what
/// differs from packet to packet put into the words on the way.
///
///     0 Ethernet: destination, source, type | 14 IPv4 | 34 UDP | 42 VXLAN: flags, reserved, VNI, reserved | 50
package struct OuterHeader: BitwiseCopyable {
    /// Bytes 0-15: Ethernet, IPv4 version, header length and TOS.
    private var ethernet: SIMD16<UInt8> = .zero
    /// Bytes 16-23: total length (0), identification, flags, TTL, protocol.
    private var length: UInt64 = 0
    /// Bytes 24-31: header checksum (0), source address, first half of the destination address.
    private var addresses: UInt64 = 0
    /// Bytes 32-39: second half of the destination address, UDP source port (0), destination port, length (0).
    private var ports: UInt64 = 0
    /// Sum of the IPv4 header's 16-bit words as they lie in memory, length and checksum being zero, folded to 16 bits (RFC 1071).
    private var checksumBase: UInt32 = 0
    /// Ones where the checksum is ours to compute, 0 where the device does.
    private var checksumMask: UInt32 = 0

    package static let byteCount = 50
    /// What encapsulation adds inside the underlay's MTU: the outer headers without Ethernet; with the inner Ethernet header, 50.
    static let mtuOverhead = 36

    enum Offset {
        static let ipv4 = 14, trafficClass = 15, length = 16, identification = 18, checksum = 24, addresses = 24, ports = 32, udp = 34
        static let udpChecksum = 40, vxlan = 42
    }

    init() {}

    /// Don't-fragment set, UDP checksum zero. The IPv4 identification stays 0, as RFC 6864 allows for packets that are never fragmented.
    package init(
        destinationMAC: MACAddress, sourceMAC: MACAddress, source: UInt32, destination: UInt32, udpPort: UInt16, fields: OuterFields
    ) {
        var bytes = destinationMAC.octets + sourceMAC.octets
        bytes += [0x08, 0x00]
        bytes += [0x45, fields.fixedBits, 0, 0, 0, 0, 0x40, 0x00, fields.timeToLive, 17, 0, 0]
        for number in [source, destination] { bytes += withUnsafeBytes(of: number.bigEndian, Array.init) }
        bytes += [0, 0, UInt8(udpPort >> 8), UInt8(udpPort & 0xFF), 0, 0]
        bytes.withUnsafeBytes { raw in
            ethernet = raw.loadUnaligned(as: SIMD16<UInt8>.self)
            length = raw.loadUnaligned(fromByteOffset: Offset.length, as: UInt64.self)
            addresses = raw.loadUnaligned(fromByteOffset: Offset.addresses, as: UInt64.self)
            ports = raw.loadUnaligned(fromByteOffset: Offset.ports, as: UInt64.self)
            let words = stride(from: Offset.ipv4, to: Offset.udp, by: 2).map { raw.loadUnaligned(fromByteOffset: $0, as: UInt16.self) }
            checksumBase = words.reduce(0) { sum, word in
                let sum = sum + UInt32(word)
                return (sum & 0xFFFF) + (sum >> 16)
            }
        }
        checksumMask = fields.deviceIPv4Checksum ? 0 : 0xFFFF
    }

    /// Writes all 50 bytes at `start`, for an inner frame of `innerByteCount` bytes. `copied`: bits of the inner packet's traffic class, to be
    /// added to the outer one's, which has zeros there.
    @_noLocks @_noAllocation @inline(__always)
    package func write(to start: UnsafeMutableRawPointer, innerByteCount: UInt32, sourcePortBE: UInt16, copied: UInt32, vxlan: VXLANHeader)
    {
        let ipv4Length = innerByteCount &+ UInt32(OuterHeader.byteCount &- Offset.ipv4)
        let udpLength = innerByteCount &+ UInt32(OuterHeader.byteCount &- Offset.udp)
        let ipv4LengthBE = UInt16(truncatingIfNeeded: ipv4Length).byteSwapped
        let udpLengthBE = UInt16(truncatingIfNeeded: udpLength).byteSwapped
        // Both terms have 16 bits, so one fold is enough; a one's complement sum does not mind the byte order (RFC 1071 section 2 B).
        let sum = checksumBase &+ UInt32(ipv4LengthBE)
        let checksum = ~(sum &+ (sum >> 16)) & checksumMask
        start.storeBytes(of: ethernet, as: SIMD16<UInt8>.self)
        start.put(length | UInt64(ipv4LengthBE), Offset.length)
        start.put(addresses | UInt64(checksum), Offset.addresses)
        start.put(ports | UInt64(sourcePortBE) &<< 16 | UInt64(udpLengthBE) &<< 48, Offset.ports)
        start.put(0 as UInt16, Offset.udpChecksum)
        start.put(vxlan.rawValue, Offset.vxlan)
        if _slowPath(copied != 0) { OuterHeader.addToTrafficClass(copied, start, sum, checksumMask) }
    }

    /// ECN, mostly, of flows that use it. `sum`: of the header without `copied`.
    @_noLocks @_noAllocation @inline(never)
    private static func addToTrafficClass(_ copied: UInt32, _ start: UnsafeMutableRawPointer, _ sum: UInt32, _ checksumMask: UInt32) {
        let fixed = start.load(fromByteOffset: Offset.trafficClass, as: UInt8.self)
        start.put(fixed | UInt8(truncatingIfNeeded: copied), Offset.trafficClass)
        var sum = sum &+ copied &<< 8
        sum = (sum & 0xFFFF) &+ (sum >> 16)
        start.put(UInt16(truncatingIfNeeded: ~(sum &+ (sum >> 16)) & checksumMask), Offset.checksum)
    }

    /// Whether the device is to compute the IPv4 checksum.
    var leavesChecksumToDevice: Bool { checksumMask == 0 }

    /// The header as on the wire, with lengths, checksum, source port and VNI zero. For tests and listings.
    package var template: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: OuterHeader.byteCount)
        bytes.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: ethernet, as: SIMD16<UInt8>.self)
            raw.storeBytes(of: length, toByteOffset: Offset.length, as: UInt64.self)
            raw.storeBytes(of: addresses, toByteOffset: Offset.addresses, as: UInt64.self)
            raw.storeBytes(of: ports, toByteOffset: Offset.ports, as: UInt64.self)
            raw.storeBytes(of: VXLANHeader(vni: 0).rawValue, toByteOffset: Offset.vxlan, as: UInt64.self)
        }
        return bytes
    }
}

/// The eight bytes of the VXLAN header as they lie in memory: the I flag, reserved, 24 bits of VNI, reserved (RFC 7348 section 5).
package struct VXLANHeader: BitwiseCopyable {
    package let rawValue: UInt64

    package init(vni: UInt32) { rawValue = 0x08 | UInt64((vni << 8).bigEndian) << 32 }

    /// I flag and VNI as they lie in memory; all others, 39, are reserved.
    static let meaningfulBits: UInt64 = 0x08 | 0x00FF_FFFF << 32

    var vni: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32).bigEndian >> 8 }
}
