import Dataplane

/// What the gateway says about its groups, as one packet.
package enum MembershipReport: Equatable, Sendable {
    /// The newest version's report, to all that listen to reports.
    case records([GroupRecord])
    /// An older version's "I am in this group", to the group.
    case member(IPAddress)
    /// An older version's "I have left", to all routers: IGMPv2's leave, MLDv1's done.
    case leave(IPAddress)

    /// Bytes that a report of the newest version has for records on a link with `mtu`.
    static func room(for membershipProtocol: MembershipProtocol, mtu: Int) -> Int {
        let headers = membershipProtocol == .igmp ? IGMPFormat.headerByteCount : MLDFormat.ipv6ByteCount + MLDFormat.hopByHop.count
        return mtu - headers - reportHeaderByteCount
    }

    /// Type, checksum and number of records.
    private static let reportHeaderByteCount = 8

    /// The packet as a frame from `port`'s MAC, padded to the shortest frame. Its source is the port's first IPv4 address, or none (RFC 3376
    /// section 4.2.13), or its link-local address.
    package func frame(in version: MembershipVersion, from port: UnderlayPort) -> [UInt8] {
        let membershipProtocol = version.membershipProtocol
        let destination = destination(membershipProtocol)
        var frame = [UInt8](repeating: 0, count: EthernetHeader.byteCount)
        EthernetHeader(
            destination: MACAddress(group: destination), source: port.mac,
            etherType: membershipProtocol == .igmp ? EthernetHeader.typeIPv4 : MLDFormat.etherType
        ).write(to: &frame)
        let message = message(in: version)
        switch membershipProtocol {
        case .igmp: frame.appendIGMP(message, from: port.firstIPv4 ?? IPAddress(ipv4: 0), to: destination)
        case .mld: frame.appendMLD(message, from: port.linkLocal, to: destination)
        }
        frame += repeatElement(0, count: max(0, EthernetHeader.frameByteCountMin - frame.count))
        return frame
    }

    private func destination(_ membershipProtocol: MembershipProtocol) -> IPAddress {
        switch self {
        case .records: membershipProtocol.allReportReceivers
        case .member(let group): group
        case .leave: membershipProtocol.allRouters
        }
    }
}

// Messages, with a checksum of zero.
extension MembershipReport {
    private func message(in version: MembershipVersion) -> [UInt8] {
        switch self {
        case .records(let records):
            var bytes = [type(in: version), 0, 0, 0, 0, 0, 0, 0]
            bytes.write(UInt16(truncatingIfNeeded: records.count), at: 6)
            for record in records { record.write(to: &bytes) }
            return bytes
        case .member(let group), .leave(let group):
            var bytes = [type(in: version), 0, 0, 0]
            if version == .mldv1 { bytes += [0, 0, 0, 0] }
            bytes.append(group, of: version.membershipProtocol)
            return bytes
        }
    }

    private func type(in version: MembershipVersion) -> UInt8 {
        let isLeave = if case .leave = self { true } else { false }
        return switch version {
        case .igmpv1: IGMPFormat.typeReportV1
        case .igmpv2: isLeave ? IGMPFormat.typeLeaveV2 : IGMPFormat.typeReportV2
        case .igmpv3: IGMPFormat.typeReportV3
        case .mldv1: isLeave ? MLDFormat.typeDoneV1 : MLDFormat.typeReportV1
        case .mldv2: MLDFormat.typeReportV2
        }
    }
}

extension UnderlayPort {
    var firstIPv4: IPAddress? { configuration.addresses.first { $0.address.isIPv4 }?.address }
    var linkLocal: IPAddress { IPAddress(linkLocalOf: mac) }
}

extension [UInt8] {
    /// Appends an IPv4 packet with `message`. It is never fragmented, so its identification is zero (RFC 6864 section 4.1).
    fileprivate mutating func appendIGMP(_ message: [UInt8], from source: IPAddress, to destination: IPAddress) {
        let start = count
        let end = start + IGMPFormat.headerByteCount
        self += repeatElement(0, count: IGMPFormat.headerByteCount)
        self[start] = IGMPFormat.versionAndLength
        self[start + 1] = IGMPFormat.typeOfService
        write(UInt16(IGMPFormat.headerByteCount + message.count), at: start + 2)
        write(IGMPFormat.dontFragment, at: start + 6)
        self[start + 8] = IGMPFormat.timeToLive
        self[start + 9] = IGMPFormat.protocolNumber
        write(ipv4: source, at: start + 12)
        write(ipv4: destination, at: start + 16)
        write(IGMPFormat.routerAlert, at: start + 20)
        write(internetChecksum(self, in: start..<end), at: start + 10)
        self += message
        write(internetChecksum(self, in: end..<count), at: end + 2)
    }

    /// Appends an IPv6 packet with `message`; traffic class and flow label are zero.
    fileprivate mutating func appendMLD(_ message: [UInt8], from source: IPAddress, to destination: IPAddress) {
        let start = count
        self += [6 << 4, 0, 0, 0, 0, 0, MLDFormat.nextHeaderHopByHop, MLDFormat.hopLimit]
        write(UInt16(MLDFormat.hopByHop.count + message.count), at: start + 4)
        append(source, of: .mld)
        append(destination, of: .mld)
        self += MLDFormat.hopByHop
        let messageStart = count
        self += message
        write(MLDFormat.checksum(message, from: source, to: destination), at: messageStart + 2)
    }
}
