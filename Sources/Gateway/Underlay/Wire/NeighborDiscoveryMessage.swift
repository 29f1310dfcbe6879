import Dataplane

/// What neighbour solicitations and advertisements have in common (RFC 4861 sections 4.3 and 4.4), after the ICMPv6 message's first four bytes:
///
///     4 flags, reserved    8 target address    24 options: type, length in units of eight bytes, content
struct NeighborDiscoveryMessage: Equatable, Sendable {
    /// The option that says whose link-layer address (RFC 4861 section 4.6.1).
    enum LinkAddressOption: UInt8, Sendable {
        case source = 1
        case target = 2
    }

    /// Hop limit that no router lets a packet have: its sender is on the link.
    static let hopLimit: UInt8 = 255
    private static let fixedByteCount = 24
    private static let optionUnit = 8

    let flags: UInt8
    let target: IPAddress
    /// From the one kind of option that the message may have.
    let mac: MACAddress?

    init(flags: UInt8, target: IPAddress, mac: MACAddress?) {
        self.flags = flags
        self.target = target
        self.mac = mac
    }
}

// What the gateway hears.
extension NeighborDiscoveryMessage {
    /// Checks what RFC 4861 sections 7.1.1 and 7.1.2 ask of both messages, beside the checksum.
    /// - Throws: one of the `nd` reasons of ``PuntDropReason``.
    init(_ message: ICMPv6Message, option: LinkAddressOption) throws(PuntDropReason) {
        let start = message.range.lowerBound
        guard message.header.hopLimit == NeighborDiscoveryMessage.hopLimit else { throw .ndHopLimit }
        guard message.code == 0 else { throw .ndCode }
        guard message.range.count >= NeighborDiscoveryMessage.fixedByteCount else { throw .ndShort }
        flags = message.frame[start + 4]
        target = message.frame.readIPv6(at: start + 8)
        guard target.isRemoteHost, !target.isIPv4 else { throw .ndTarget }
        let options = message.frame[(start + NeighborDiscoveryMessage.fixedByteCount)..<message.range.upperBound]
        mac = try NeighborDiscoveryMessage.linkAddress(option, in: options)
    }

    /// The first option of this kind. Others are passed over, but their lengths must be right.
    private static func linkAddress(_ kind: LinkAddressOption, in options: ArraySlice<UInt8>) throws(PuntDropReason) -> MACAddress? {
        var rest = options
        var found: MACAddress?
        while let type = rest.first {
            guard rest.count >= 2 else { throw .ndOptionLength }
            let byteCount = Int(rest[rest.startIndex + 1]) * optionUnit
            guard byteCount > 0, byteCount <= rest.count else { throw .ndOptionLength }
            if type == kind.rawValue, found == nil { found = try linkAddress([UInt8](rest.prefix(byteCount))) }
            rest = rest.dropFirst(byteCount)
        }
        return found
    }

    /// On Ethernet the option is eight bytes long (RFC 2464 section 6).
    private static func linkAddress(_ option: [UInt8]) throws(PuntDropReason) -> MACAddress {
        guard option.count == optionUnit else { throw .ndLinkAddress }
        let mac = option.readMAC(at: 2)
        guard !mac.isMulticast, !mac.isZero else { throw .ndLinkAddress }
        return mac
    }
}

// What the gateway says.
extension NeighborDiscoveryMessage {
    func frame(type: UInt8, option: LinkAddressOption, from source: LinkEnd, to destination: LinkEnd) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: NeighborDiscoveryMessage.fixedByteCount - ICMPv6Message.headerByteCount)
        body[0] = flags
        body.write(ipv6: target, at: 4)
        if let mac { body += [option.rawValue, 1] + mac.octets }
        return ICMPv6Message.frame(type: type, from: source, to: destination, hopLimit: NeighborDiscoveryMessage.hopLimit, body: body)
    }
}
