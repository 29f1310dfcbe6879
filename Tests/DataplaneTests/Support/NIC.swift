import CShims
import Dataplane
import Testing

/// What a NIC does with a packet whose outer checksums it has been told to compute: it looks at flags and lengths, by the bit widths that rte_mbuf.h
/// documents, and sums.
enum NIC {
    /// The bytes on the wire; the packet is freed.
    static func transmit(_ packet: Packet, sourceLocation: SourceLocation = #_sourceLocation) -> Bytes {
        defer { vd_mbuf_free(packet) }
        let flags = packet.pointee.ol_flags
        let bytes = PacketPool.bytes(packet)
        guard flags != 0 else { return bytes }
        let tunnel = VD_TX_TUNNEL_VXLAN, checksums = VD_TX_OUTER_IP_CKSUM | VD_TX_OUTER_UDP_CKSUM
        let isIPv6 = flags & VD_TX_OUTER_IPV6 != 0
        #expect(flags & tunnel == tunnel && flags & checksums != 0, sourceLocation: sourceLocation)
        #expect(isIPv6 != (flags & VD_TX_OUTER_IPV4 != 0), "one family", sourceLocation: sourceLocation)
        let known = tunnel | checksums | VD_TX_OUTER_IPV4 | VD_TX_OUTER_IPV6
        #expect(flags & ~known == 0, "nothing else is ordered", sourceLocation: sourceLocation)
        // l2 7, l3 9, l4 8, segment size 16, outer l3 9, outer l2 7 bits.
        let field = packet.pointee.tx_offload
        let outerL2 = Int(field >> 49 & 0x7F), outerL3 = Int(field >> 40 & 0x1FF), l2 = Int(field & 0x7F)
        #expect(outerL2 == (bytes.u16(12) == 0x8100 ? 18 : 14) && outerL3 == (isIPv6 ? 40 : 20), sourceLocation: sourceLocation)
        // UDP 8, VXLAN 8 and the inner Ethernet header 14.
        #expect(l2 == 30 && field & 0xFF_FFFF_FF80 == 0, sourceLocation: sourceLocation)
        var finished = bytes
        if flags & VD_TX_OUTER_IP_CKSUM != 0 {
            let header = Bytes(bytes[outerL2..<outerL2 + outerL3])
            #expect(!isIPv6 && header.u16(10) == 0, "the field is zero before", sourceLocation: sourceLocation)
            finished = finished.replacing(outerL2 + 10, DataplaneTests.bytes(naiveChecksum(header)))
        }
        if flags & VD_TX_OUTER_UDP_CKSUM != 0 {
            // The field holds the sum of the pseudo header, so that the device sums over the datagram alone.
            let datagram = outerL2 + outerL3
            let sum = naiveChecksum(Bytes(bytes[datagram...]))
            finished = finished.replacing(datagram + 6, DataplaneTests.bytes(sum == 0 ? 0xFFFF : sum))
        }
        return finished
    }
}
