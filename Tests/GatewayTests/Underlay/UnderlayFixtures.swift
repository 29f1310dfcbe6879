import Dataplane
import Gateway

/// The link that the underlay tests play on: the gateway is .1, its neighbours are .2 and up.
enum Underlay {
    static let wan0 = PortIndex(2)
    static let wan1 = PortIndex(3)
    static let ownMAC = MACAddress(2, 0, 0, 0, 0, 1)
    static let ownMAC1 = MACAddress(2, 0, 0, 0, 1, 1)
    static let peerMAC = MACAddress(2, 0, 0, 0, 0, 2)
    static let otherMAC = MACAddress(2, 0, 0, 0, 0, 3)
    static let own = address("192.0.2.1")
    static let peer = address("192.0.2.2")
    static let gateway = address("192.0.2.254")
    static let hop = PortAddress(port: wan0, address: peer)

    static func address(_ text: String) -> IPAddress { IPAddress(text)! }

    static func key(_ text: String, _ port: PortIndex = wan0) -> PortAddress {
        PortAddress(port: port, address: address(text))
    }

    static func port(
        _ index: PortIndex = wan0, mac: MACAddress = ownMAC, addresses: [String] = ["192.0.2.1/24"],
        neighbors: [String: MACAddress] = [:], mtu: Int = 1600
    ) -> UnderlayPort {
        UnderlayPort(
            index: index, mac: mac, configuration: configuration(addresses, neighbors: neighbors, mtu: mtu))
    }

    static func configuration(
        _ addresses: [String], gateway: String? = nil, neighbors: [String: MACAddress] = [:], mtu: Int = 1600
    ) -> Configuration.Port {
        var port = Configuration.Port(name: "wan", device: "net_null0", role: .underlay, mtu: mtu)
        port.addresses = addresses.map { InterfaceAddress($0)! }
        port.gateways = gateway.map { [address($0)] } ?? []
        port.neighbors = neighbors.map { .init(address: address($0.key), mac: $0.value) }
        return port
    }

    /// Bytes from hexadecimal digits; white space between them is for the reader.
    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

extension [UInt8] {
    func replacing(_ offset: Int, _ bytes: UInt8...) -> [UInt8] {
        var copy = self
        for (position, byte) in bytes.enumerated() { copy[offset + position] = byte }
        return copy
    }
}

/// Frames as Scapy 2.5 makes them, so that our codecs are not their own judge.
enum UnderlayFrames {
    static let arpRequest = Underlay.bytes(
        """
        ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202
        000000000000000000000000000000000000
        """)
    static let arpReply = Underlay.bytes(
        """
        020000000002 020000000001 0806 0001 0800 06 04 0002 020000000001 c0000201 020000000002 c0000202
        000000000000000000000000000000000000
        """)
    static let arpAnnouncement = Underlay.bytes(
        """
        ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000201
        000000000000000000000000000000000000
        """)
    static let arpProbe = Underlay.bytes(
        """
        ffffffffffff 020000000002 0806 0001 0800 06 04 0001 020000000002 00000000 000000000000 c0000201
        000000000000000000000000000000000000
        """)

    /// DSCP EF with ECN 01, Don't Fragment, TTL 7, and an odd number of data bytes: "viaduct echo: odd".
    static let echoRequest = Underlay.bytes(
        """
        020000000001 020000000002 0800
        45b9002d 12344000 0701dcdf c0000202 c0000201
        08009c63 beef0003 7669616475 6374206563 686f3a206f 6464 00
        """)
    static let echoReply = Underlay.bytes(
        """
        020000000002 020000000001 0800
        45b8002d 12344000 4001a3e0 c0000201 c0000202
        0000a463 beef0003 7669616475 6374206563 686f3a206f 6464 00
        """)

    /// No data and no padding: 42 bytes.
    static let echoRequestBare = Underlay.bytes(
        "020000000001 020000000002 0800 4500001c 00010000 4001f6dc c0000202 c0000201 0800f7fd 00010001")
    static let echoReplyBare = Underlay.bytes(
        """
        020000000002 020000000001 0800 4500001c 00010000 4001f6dc c0000201 c0000202 0000fffd 00010001
        000000000000000000000000000000000000
        """)
}

extension Underlay {
    /// A clock that stands still until it is told to go on.
    struct Clock {
        private(set) var now = MonotonicTime(nanoseconds: 5_000_000_000)

        mutating func advance(_ duration: Duration) { now = now + duration }
    }
}
