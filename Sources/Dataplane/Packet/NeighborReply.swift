import CShims

// Requests turned into their answers, in place. Each packet is one segment without a tag.

/// Answers in the name of a host that the gateway knows.
enum NeighborReply {
    /// Ethernet and IPv6 header, and an advertisement with its option (RFC 4861 section 4.4).
    static let advertisementByteCount = 86
    /// Shortest Ethernet frame: an answer needs no more.
    private static let frameByteCountMin: UInt16 = 60

    /// Turns an ARP request into its answer: the address that it asks for is at `mac` (RFC 826).
    @_noLocks @_noAllocation
    static func writeARP(_ packet: UnsafeMutablePointer<vd_mbuf>, from mac: UInt64, to requester: UInt64) {
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let sender = UnsafeRawPointer(start).u32(28), target = UnsafeRawPointer(start).u32(38)
        start.put(mac: requester, 0)
        start.put(mac: mac, 6)
        start.put(UInt16(2).bigEndian, 20)
        start.put(mac: mac, 22)
        start.put(target, 28)
        start.put(mac: requester, 32)
        start.put(sender, 38)
        setLength(packet, min(packet.pointee.data_len, frameByteCountMin))
    }

    /// Turns a neighbour solicitation into its answer, solicited and overriding (RFC 4861 section 7.2.4): the target is at `mac`. There is room for it.
    @_noLocks @_noAllocation
    static func writeAdvertisement(_ packet: UnsafeMutablePointer<vd_mbuf>, from mac: UInt64, isRouter: Bool, to requester: UInt64) {
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let sender = UnderlayAddress(ipv6: start + 22), target = UnderlayAddress(ipv6: start + 62)
        start.put(mac: requester, 0)
        start.put(mac: mac, 6)
        // Version 6; 32 bytes of ICMPv6 with hop limit 255.
        start.put(UInt32(0x60), 14)
        start.put(UInt32(0xFF3A_2000), 18)
        start.put(target.front, 22)
        start.put(target.back, 30)
        start.put(sender.front, 38)
        start.put(sender.back, 46)
        // Type 136, code 0, checksum to come; flags; behind the target, which stays, the option "target link-layer address" of eight bytes.
        start.put(UInt32(136), 54)
        start.put(UInt32(isRouter ? 0xE0 : 0x60), 58)
        start.put(UInt16(0x0102), 78)
        start.put(mac: mac, 80)
        setLength(packet, UInt16(advertisementByteCount))
        let sum =
            InternetChecksum.pseudoSum(ipv6: start + 14, of: 58) &+ UInt64(UInt16(32).bigEndian) &+ UInt64(vd_mbuf_checksum(packet, 54, 32))
        start.put(~InternetChecksum.fold(sum), 56)
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func setLength(_ packet: UnsafeMutablePointer<vd_mbuf>, _ byteCount: UInt16) {
        packet.pointee.data_len = byteCount
        packet.pointee.pkt_len = UInt32(byteCount)
    }
}

extension UnsafeMutableRawPointer {
    @_noLocks @_noAllocation @inline(__always)
    fileprivate func put(mac: UInt64, _ offset: Int) {
        put(UInt32(truncatingIfNeeded: mac), offset)
        put(UInt16(truncatingIfNeeded: mac &>> 32), offset &+ 4)
    }
}
