/// The 50 bytes before the inner frame, IPv4 underlay (RFC 7348 section 5), as three 16-byte words and a rest so that they are written with
/// four stores.
///
///     0 Ethernet: destination, source, type | 14 IPv4 | 34 UDP | 42 VXLAN: flags, reserved, VNI, reserved | 50
package struct OuterHeader: BitwiseCopyable {
    var a: SIMD16<UInt8> = .zero
    var b: SIMD16<UInt8> = .zero
    var c: SIMD16<UInt8> = .zero
    var d: SIMD2<UInt8> = .zero

    package static let byteCount = 50
    /// What encapsulation adds inside the underlay's MTU: the outer headers without Ethernet; with the inner Ethernet header, 50.
    static let ipv4Overhead = 36

    enum Offset {
        static let ipv4 = 14, totalLength = 16, ipv4Checksum = 24, source = 26
        static let udp = 34, sourcePort = 34, udpLength = 38, vxlan = 42, vni = 46
    }

    /// Don't-fragment set, TTL 64, UDP checksum zero, I flag set. Zero for the worker to fill in: total length, IPv4 checksum, source
    /// port, UDP length, VNI. The IPv4 identification stays 0, as RFC 6864 allows for packets that are never fragmented.
    package init(destinationMAC: MACAddress, sourceMAC: MACAddress, source: UInt32, destination: UInt32, udpPort: UInt16) {
        var bytes = destinationMAC.octets + sourceMAC.octets
        bytes += [0x08, 0x00]
        bytes += [0x45, 0x00, 0, 0, 0, 0, 0x40, 0x00, 64, 17, 0, 0]
        for number in [source, destination] { bytes += withUnsafeBytes(of: number.bigEndian, Array.init) }
        bytes += [0, 0, UInt8(udpPort >> 8), UInt8(udpPort & 0xFF), 0, 0, 0, 0]
        bytes += [0x08, 0, 0, 0, 0, 0, 0, 0]
        bytes.withUnsafeBytes { raw in
            a = raw.loadUnaligned(as: SIMD16<UInt8>.self)
            b = raw.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self)
            c = raw.loadUnaligned(fromByteOffset: 32, as: SIMD16<UInt8>.self)
            d = raw.loadUnaligned(fromByteOffset: 48, as: SIMD2<UInt8>.self)
        }
    }

    /// Writes all 50 bytes at `destination`.
    @_noLocks @_noAllocation @inline(__always)
    package func write(to destination: UnsafeMutableRawPointer) {
        destination.storeBytes(of: a, as: SIMD16<UInt8>.self)
        destination.storeBytes(of: b, toByteOffset: 16, as: SIMD16<UInt8>.self)
        destination.storeBytes(of: c, toByteOffset: 32, as: SIMD16<UInt8>.self)
        destination.storeBytes(of: d, toByteOffset: 48, as: SIMD2<UInt8>.self)
    }

    /// Sum of the IPv4 header's 16-bit words, length and checksum being zero (RFC 1071).
    package var ipv4ChecksumBase: UInt32 {
        var bytes = [UInt8](repeating: 0, count: OuterHeader.byteCount)
        return bytes.withUnsafeMutableBytes { raw in
            write(to: raw.baseAddress!)
            return stride(from: Offset.ipv4, to: Offset.udp, by: 2).reduce(0) { sum, offset in
                sum + UInt32(UInt16(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
            }
        }
    }

    /// The IPv4 header checksum for a total length, host order.
    @_noLocks @_noAllocation @inline(__always)
    package static func ipv4Checksum(base: UInt32, totalLength: UInt32) -> UInt16 {
        var sum = base &+ totalLength
        sum = (sum & 0xFFFF) &+ (sum >> 16)
        sum = (sum & 0xFFFF) &+ (sum >> 16)
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
