import Dataplane

// ARP and ND messages as the RFCs draw them, built without the code under test.

enum NeighborFrames {
    /// An ARP packet for IPv4 (RFC 826), padded to the shortest frame.
    static func arp(
        _ operation: UInt16, to: MACAddress = .broadcast, from: MACAddress, at sender: UInt32, for target: UInt32,
        targetMAC: MACAddress = .zero, senderMAC: MACAddress? = nil
    ) -> Bytes {
        let packet: Bytes =
            [0, 1, 8, 0, 6, 4] + bytes(operation) + (senderMAC ?? from).octets + bytes(sender) + targetMAC.octets + bytes(target)
        return ethernet(to: to, from: from, type: 0x0806, packet + Bytes(repeating: 0, count: 18))
    }

    /// An ICMPv6 message over IPv6, with its checksum (RFC 4443 section 2.3).
    static func icmpv6(
        to: MACAddress, from: MACAddress, source: Bytes, destination: Bytes, hopLimit: UInt8 = 255, _ message: Bytes
    ) -> Bytes {
        let pseudo = source + destination + bytes(UInt32(message.count)) + [0, 0, 0, 58]
        let sum = naiveChecksum(pseudo + message)
        let packet = IPv6Packet(
            source: source, destination: destination, next: 58, hopLimit: hopLimit, payload: message.replacing(2, bytes(sum)))
        return ethernet(to: to, from: from, type: 0x86DD, packet.bytes)
    }

    /// "Who has `target`?", to its solicited-node group unless told otherwise (RFC 4861 section 4.3).
    static func solicitation(
        to: MACAddress? = nil, from: MACAddress, source: Bytes, target: Bytes, destination: Bytes? = nil, hopLimit: UInt8 = 255,
        options: Bytes? = nil
    ) -> Bytes {
        let group = Bytes(hex: "ff02 0000 0000 0000 0000 0001 ff") + target[13...]
        let mac = MACAddress(0x33, 0x33, 0xFF, target[13], target[14], target[15])
        return icmpv6(
            to: to ?? mac, from: from, source: source, destination: destination ?? group, hopLimit: hopLimit,
            [135, 0, 0, 0, 0, 0, 0, 0] + target + (options ?? [1, 1] + from.octets))
    }

    /// "`target` is at `from`" (RFC 4861 section 4.4). `flags`: R 0x80, S 0x40, O 0x20.
    static func advertisement(to: MACAddress, from: MACAddress, target: Bytes, destination: Bytes, flags: UInt8) -> Bytes {
        icmpv6(
            to: to, from: from, source: target, destination: destination, [136, 0, 0, 0, flags, 0, 0, 0] + target + [2, 1] + from.octets)
    }
}
