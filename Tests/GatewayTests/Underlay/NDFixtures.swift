import Dataplane
import Gateway

/// The same link with IPv6: the gateway is ::1, its neighbours are ::2 and up.
extension Underlay {
    static let own6 = address("2001:db8::1")
    static let peer6 = address("2001:db8::2")
    static let linkLocal = address("fe80::ff:fe00:1")
    static let peerLinkLocal = address("fe80::ff:fe00:2")
    static let router = address("fe80::fe")
    static let hop6 = PortAddress(port: wan0, address: peer6)

    static func port6(
        _ index: PortIndex = wan0, mac: MACAddress = ownMAC, addresses: [String] = ["2001:db8::1/64"],
        neighbors: [String: MACAddress] = [:], mtu: Int = 1600
    ) -> UnderlayPort {
        port(index, mac: mac, addresses: addresses, neighbors: neighbors, mtu: mtu)
    }
}

/// Frames as Scapy 2.5 makes them.
enum NDFrames {
    static let solicitation = Underlay.bytes(
        """
        3333ff000002 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000001 ff0200000000000000000001ff000002
        87001c27 00000000 20010db8000000000000000000000002 0101020000000001
        """)
    static let unicastProbe = Underlay.bytes(
        """
        020000000002 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000001 20010db8000000000000000000000002
        8700ec72 00000000 20010db8000000000000000000000002 0101020000000001
        """)
    static let routerSolicitation = Underlay.bytes(
        """
        3333ff0000fe 020000000001 86dd 60000000 0020 3a ff fe80000000000000000000fffe000001 ff0200000000000000000001ff0000fe
        8700799f 00000000 fe8000000000000000000000000000fe 0101020000000001
        """)
    /// Whether anybody uses our address.
    static let ownProbe = Underlay.bytes(
        """
        3333ff000001 020000000001 86dd 60000000 0018 3a ff 00000000000000000000000000000000 ff0200000000000000000001ff000001
        87004ced 00000000 20010db8000000000000000000000001
        """)
    static let announcement = Underlay.bytes(
        """
        333300000001 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000001 ff020000000000000000000000000001
        8800f92a 20000000 20010db8000000000000000000000001 0201020000000001
        """)
    static let linkLocalAnnouncement = Underlay.bytes(
        """
        333300000001 020000000001 86dd 60000000 0020 3a ff fe80000000000000000000fffe000001 ff020000000000000000000000000001
        8800599b 20000000 fe80000000000000000000fffe000001 0201020000000001
        """)

    /// The peer asks for our address, and our answer.
    static let question = Underlay.bytes(
        """
        3333ff000001 020000000002 86dd 60000000 0020 3a ff 20010db8000000000000000000000002 ff0200000000000000000001ff000001
        87001c27 00000000 20010db8000000000000000000000001 0101020000000002
        """)
    static let answer = Underlay.bytes(
        """
        020000000002 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000001 20010db8000000000000000000000002
        88008a73 60000000 20010db8000000000000000000000001 0201020000000001
        """)
    /// The peer wants to have our address.
    static let peerProbe = Underlay.bytes(
        """
        3333ff000001 020000000002 86dd 60000000 0018 3a ff 00000000000000000000000000000000 ff0200000000000000000001ff000001
        87004ced 00000000 20010db8000000000000000000000001
        """)
    /// The peer, a router, answers our solicitation.
    static let confirmation = Underlay.bytes(
        """
        020000000001 020000000002 86dd 60000000 0020 3a ff 20010db8000000000000000000000002 20010db8000000000000000000000001
        88000a71 e0000000 20010db8000000000000000000000002 0201020000000002
        """)

    static let routerAdvertisement = Underlay.bytes(
        """
        333300000001 020000000002 86dd 60000000 0018 3a ff fe80000000000000000000fffe000002 ff020000000000000000000000000001
        86007313 00080708 00000000000000000101020000000002
        """)
    static let redirect = Underlay.bytes(
        """
        020000000001 020000000002 86dd 60000000 0028 3a ff fe80000000000000000000fffe000002 20010db8000000000000000000000001
        8900efd9 00000000 20010db8000000000000000000000002 20010db8000900000000000000000009
        """)
    /// MLD, behind a hop-by-hop header with a Router Alert.
    static let mldQuery = Underlay.bytes(
        """
        333300000001 020000000002 86dd 60000000 0024 00 01 fe80000000000000000000fffe000002 ff020000000000000000000000000001
        3a00050200000100 82005a1227100000 00000000000000000000000000000000 00000000
        """)

    /// DSCP EF with ECN 01, a flow label, hop limit 7, and an odd number of data bytes: "viaduct echo: odd".
    static let echoRequest = Underlay.bytes(
        """
        020000000001 020000000002 86dd 6b912345 0019 3a 07 20010db8000000000000000000000002 20010db8000000000000000000000001
        8000c89a beef0003 7669616475 6374206563 686f3a206f 6464
        """)
    static let echoReply = Underlay.bytes(
        """
        020000000002 020000000001 86dd 6b800000 0019 3a 40 20010db8000000000000000000000001 20010db8000000000000000000000002
        8100c79a beef0003 7669616475 6374206563 686f3a206f 6464
        """)
    /// The same without data behind a hop-by-hop header that holds padding.
    static let echoRequestHopByHop = Underlay.bytes(
        """
        020000000001 020000000002 86dd 60000000 0010 00 40 20010db8000000000000000000000002 20010db8000000000000000000000001
        3a00010400000000 80002446 00010001
        """)
    /// No data: 62 bytes.
    static let echoRequestBare = Underlay.bytes(
        """
        020000000001 020000000002 86dd 60000000 0008 3a 40 20010db8000000000000000000000002 20010db8000000000000000000000001
        80002446 00010001
        """)
    static let echoReplyBare = Underlay.bytes(
        """
        020000000002 020000000001 86dd 60000000 0008 3a 40 20010db8000000000000000000000001 20010db8000000000000000000000002
        81002346 00010001
        """)
}

/// What two Linux hosts said to each other, from `Captures/vxlan-ipv6.pcap` of the data plane's tests: fd00:1::1 at 02:00:00:01:0a:01 and
/// fd00:1::2 at 02:00:00:01:0b:01.
enum LinuxFrames {
    static let mac = MACAddress(2, 0, 0, 1, 0x0B, 1)
    static let address = "fd00:1::2/64"

    /// The first host wants fe80::ff:fe01:a01, and says so with a nonce (RFC 7527).
    static let probe = Underlay.bytes(
        """
        3333ff010a01 020000010a01 86dd 60000000 0020 3a ff 00000000000000000000000000000000 ff0200000000000000000001ff010a01
        870049a4 00000000 fe80000000000000000000fffe010a01 0e013a773348a3b6
        """)
    static let solicitation = Underlay.bytes(
        """
        3333ff000002 020000010a01 86dd 60000000 0020 3a ff fd000001000000000000000000000001 ff0200000000000000000001ff000002
        87007394 00000000 fd000001000000000000000000000002 0101020000010a01
        """)
    static let advertisement = Underlay.bytes(
        """
        020000010a01 020000010b01 86dd 60000000 0020 3a ff fd000001000000000000000000000002 fd000001000000000000000000000001
        88001197 60000000 fd000001000000000000000000000002 0201020000010b01
        """)
    static let echoRequest = Underlay.bytes(
        """
        020000010b01 020000010a01 86dd 600e4ce5 0040 3a 40 fd000001000000000000000000000001 fd000001000000000000000000000002
        800051a4 3ef80001 f417016b00000000338b0d0000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637
        """)
    static let echoReply = Underlay.bytes(
        """
        020000010a01 020000010b01 86dd 600ab8e1 0040 3a 40 fd000001000000000000000000000002 fd000001000000000000000000000001
        810050a4 3ef80001 f417016b00000000338b0d0000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637
        """)
}

extension [UInt8] {
    /// With the ICMPv6 checksum, behind a plain IPv6 header, that all else asks for.
    var withICMPv6Checksum: [UInt8] {
        let cleared = replacing(56, 0, 0)
        let sum = icmpv6Checksum(cleared, message: 54..<count)
        return cleared.replacing(56, UInt8(sum >> 8), UInt8(sum & 0xFF))
    }

    /// With other ND options, and the length and checksum that belong to them.
    func withOptions(_ options: UInt8...) -> [UInt8] { ([UInt8](self[..<78]) + options).withICMPv6Length }

    /// With the payload length and checksum of all that is there.
    var withICMPv6Length: [UInt8] { replacing(18, UInt8((count - 54) >> 8), UInt8((count - 54) & 0xFF)).withICMPv6Checksum }

    /// With an address written over what is at `offset`, and a checksum to match.
    func replacing(_ offset: Int, address: String) -> [UInt8] {
        let address = Underlay.address(address)
        var copy = self
        for position in 0..<8 {
            copy[offset + position] = UInt8(truncatingIfNeeded: address.high >> (56 - 8 * UInt64(position)))
            copy[offset + 8 + position] = UInt8(truncatingIfNeeded: address.low >> (56 - 8 * UInt64(position)))
        }
        return copy.withICMPv6Checksum
    }
}

/// Where things are in an ND frame.
enum NDOffset {
    static let hopLimit = 21
    static let source = 22
    static let destination = 38
    static let code = 55
    static let flags = 58
    static let target = 62
    static let optionMAC = 80
}

/// Frames of the peer's, and of others who say they are.
enum NDPeer {
    /// An advertisement of `target` to us alone.
    static func advertisement(
        of target: String = "2001:db8::2", at mac: MACAddress = Underlay.peerMAC, isSolicited: Bool, isOverride: Bool
    ) -> [UInt8] {
        let flags: UInt8 = (isSolicited ? 0x40 : 0) | (isOverride ? 0x20 : 0)
        return withMAC(mac, NDFrames.confirmation.replacing(NDOffset.flags, flags).replacing(NDOffset.target, address: target))
            .replacing(NDOffset.source, address: target)
    }

    /// "Who has `target`?", asked in its group.
    static func question(
        for target: String, from source: String = "2001:db8::2", at mac: MACAddress = Underlay.peerMAC
    ) -> [UInt8] {
        let group = Underlay.address(target).solicitedNode
        var frame = NDFrames.question
        frame.replaceSubrange(0..<6, with: MACAddress(group: group).octets)
        return withMAC(
            mac,
            frame.replacing(NDOffset.source, address: source).replacing(NDOffset.destination, address: group.description)
                .replacing(NDOffset.target, address: target))
    }

    static func probe(for target: String, at mac: MACAddress = Underlay.peerMAC) -> [UInt8] {
        question(for: target, from: "::", at: mac).withOptions()
    }

    private static func withMAC(_ mac: MACAddress, _ frame: [UInt8]) -> [UInt8] {
        var copy = frame
        copy.replaceSubrange(6..<12, with: mac.octets)
        copy.replaceSubrange(NDOffset.optionMAC..<NDOffset.optionMAC + 6, with: mac.octets)
        return copy.withICMPv6Checksum
    }
}
