import Dataplane
import Gateway

/// Queries and reports that tests write field by field, from the querier of the test link; checksums are right.
enum HeardMembership {
    static func igmp(
        _ message: [UInt8], from source: String = "192.0.2.254", to destination: String = "224.0.0.1", options: [UInt8] = [0x94, 4, 0, 0]
    ) -> [UInt8] {
        let headerByteCount = 20 + options.count
        let byteCount = headerByteCount + message.count
        var header: [UInt8] = [0x40 | UInt8(headerByteCount / 4), 0xC0, UInt8(byteCount >> 8), UInt8(byteCount & 0xFF)]
        header += [0, 0, 0, 0, 1, 2, 0, 0] + wire(source) + wire(destination) + options
        let macs = MACAddress(group: Underlay.address(destination)).octets + Underlay.peerMAC.octets
        let frame = macs + [8, 0] + withChecksum(header, at: 10) + withChecksum(message, at: 2)
        return frame + [UInt8](repeating: 0, count: max(0, 60 - frame.count))
    }

    static func mld(
        _ message: [UInt8], from source: String = "fe80::ff:fe00:2", to destination: String = "ff02::1",
        options: [UInt8] = [5, 2, 0, 0, 1, 0]
    ) -> [UInt8] {
        let hopByHop = [58, UInt8((2 + options.count) / 8 - 1)] + options
        let byteCount = hopByHop.count + message.count
        let addresses = wire(source) + wire(destination)
        let pseudo = addresses + [0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xFF), 0, 0, 0, 58]
        let macs = MACAddress(group: Underlay.address(destination)).octets + Underlay.peerMAC.octets
        let header = [0x60, 0, 0, 0, UInt8(byteCount >> 8), UInt8(byteCount & 0xFF), 0, 1] + addresses
        return macs + [0x86, 0xDD] + header + hopByHop + withChecksum(pseudo + message, at: 42).dropFirst(40)
    }

    /// An IGMPv3 query; code in tenths of a second.
    static func igmpv3(
        _ group: String = "0.0.0.0", code: UInt8 = 100, robustness: UInt8 = 2, interval: UInt8 = 125, sources: [String] = [],
        to destination: String? = nil
    ) -> [UInt8] {
        let message = [0x11, code, 0, 0] + wire(group) + [robustness, interval, UInt8(sources.count >> 8), UInt8(sources.count & 0xFF)]
        return igmp(message + sources.flatMap(wire), to: destination ?? (group == "0.0.0.0" ? "224.0.0.1" : group))
    }

    /// An IGMPv2 query, IGMPv1 with code 0.
    static func igmpv2(_ group: String = "0.0.0.0", code: UInt8 = 100) -> [UInt8] {
        igmp([0x11, code, 0, 0] + wire(group), to: group == "0.0.0.0" ? "224.0.0.1" : group)
    }

    /// An MLDv2 query; code in milliseconds.
    static func mldv2(
        _ group: String = "::", code: UInt16 = 10_000, robustness: UInt8 = 2, interval: UInt8 = 125, sources: [String] = []
    ) -> [UInt8] {
        let head = [130, 0, 0, 0, UInt8(code >> 8), UInt8(code & 0xFF), 0, 0] + wire(group)
        let message = head + [robustness, interval, UInt8(sources.count >> 8), UInt8(sources.count & 0xFF)] + sources.flatMap(wire)
        return mld(message, to: group == "::" ? "ff02::1" : group)
    }

    static func mldv1(_ group: String = "::", code: UInt16 = 10_000) -> [UInt8] {
        mld([130, 0, 0, 0, UInt8(code >> 8), UInt8(code & 0xFF), 0, 0] + wire(group), to: group == "::" ? "ff02::1" : group)
    }

    /// An address in network order.
    static func wire(_ text: String) -> [UInt8] {
        let address = Underlay.address(text)
        let bytes = [address.high, address.low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) } }
        return text.contains(":") ? bytes : [UInt8](bytes[12...])
    }

    private static func withChecksum(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
        let cleared = bytes.replacing(offset, 0, 0)
        let sum = internetChecksum(cleared, in: 0..<cleared.count)
        return cleared.replacing(offset, UInt8(sum >> 8), UInt8(sum & 0xFF))
    }
}
