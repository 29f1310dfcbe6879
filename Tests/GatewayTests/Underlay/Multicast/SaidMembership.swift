import Gateway

/// A membership report or leave as the tests read it, apart from the gateway's codecs.
struct SaidMembership {
    enum Kind: UInt8 { case includes = 1, member, leave, join }

    struct Record {
        let kind: Kind
        let group: IPAddress
        let sources: [IPAddress]
    }

    let version: String
    let records: [Record]

    /// `nil` when a header field or a checksum is not as the RFCs ask.
    init?(frame: [UInt8]) {
        guard frame.count >= 60 else { return nil }
        let isIGMP = frame[12] == 0x08
        let start = isIGMP ? 38 : 62
        let end = isIGMP ? 14 + SaidMembership.number(frame, 16) : 54 + SaidMembership.number(frame, 18)
        guard end <= frame.count, isIGMP ? SaidMembership.isIGMP(frame, end) : SaidMembership.isMLD(frame, end) else { return nil }
        guard frame.count == max(60, end), frame[end...].allSatisfy({ $0 == 0 }) else { return nil }
        let width = isIGMP ? 4 : 16
        func address(_ offset: Int) -> IPAddress { SaidMembership.address(frame[offset..<offset + width]) }
        let isLeave = [0x17, 132].contains(frame[start])
        let older = Record(kind: isLeave ? .leave : .member, group: address(start + (isIGMP ? 4 : 8)), sources: [])
        switch frame[start] {
        case 0x12: (version, records) = ("IGMPv1", [older])
        case 0x16, 0x17: (version, records) = ("IGMPv2", [older])
        case 131, 132: (version, records) = ("MLDv1", [older])
        case 0x22, 143:
            version = isIGMP ? "IGMPv3" : "MLDv2"
            var offset = start + 8
            var records: [Record] = []
            for _ in 0..<SaidMembership.number(frame, start + 6) {
                guard let kind = Kind(rawValue: frame[offset]), frame[offset + 1] == 0 else { return nil }
                let count = SaidMembership.number(frame, offset + 2)
                let sources = (0..<count).map { address(offset + 4 + width * (1 + $0)) }
                records.append(Record(kind: kind, group: address(offset + 4), sources: sources))
                offset += 4 + width * (1 + count)
            }
            guard offset == end else { return nil }
            self.records = records
        default: return nil
        }
    }

    private static func number(_ frame: [UInt8], _ offset: Int) -> Int { Int(frame[offset]) << 8 | Int(frame[offset + 1]) }

    private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress {
        let number = bytes.reduce((high: UInt64(0), low: UInt64(0))) { ($0.high << 8 | $0.low >> 56, $0.low << 8 | UInt64($1)) }
        return bytes.count == 4 ? IPAddress(ipv4: UInt32(number.low)) : IPAddress(high: number.high, low: number.low)
    }

    /// Precedence, TTL, Router Alert, both checksums.
    private static func isIGMP(_ frame: [UInt8], _ end: Int) -> Bool {
        frame[14...15] == [0x46, 0xC0] && frame[22...23] == [1, 2] && frame[34...37] == [0x94, 4, 0, 0]
            && internetChecksum(frame, in: 14..<38) == 0 && internetChecksum(frame, in: 38..<end) == 0
    }

    /// Hop limit, Router Alert, checksum with its pseudo header.
    private static func isMLD(_ frame: [UInt8], _ end: Int) -> Bool {
        let byteCount = end - 62
        let pseudo = frame[22..<54] + [0, 0, UInt8(byteCount >> 8), UInt8(byteCount & 0xFF), 0, 0, 0, 58]
        let summed = [UInt8](pseudo + frame[62..<end])
        return frame[12...14] == [0x86, 0xDD, 0x60] && frame[20...21] == [0, 1] && frame[54...61] == [58, 0, 5, 2, 0, 0, 1, 0]
            && internetChecksum(summed, in: 0..<summed.count) == 0
    }
}

extension SaidMembership: CustomStringConvertible {
    /// `IGMPv3 join 239.1.1.1, join 239.129.2.3`
    var description: String {
        let texts = records.map { record in
            let sources = record.sources.map(\.description).joined(separator: " ")
            return "\(record.kind) \(record.group)" + (sources.isEmpty ? "" : " from \(sources)")
        }
        return "\(version) \(texts.joined(separator: ", "))"
    }
}

extension UnderlayAction {
    var frame: [UInt8] { if case .transmit(_, let frame) = self { frame } else { [] } }

    var said: String { SaidMembership(frame: frame)?.description ?? "not sound: \(frame)" }
}
