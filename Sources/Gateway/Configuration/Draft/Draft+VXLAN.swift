extension Draft.VXLAN {
    static let keys = ["port", "source-ports", "local", "accept", "reserved-bits", "udp-checksum", "ttl", "dscp", "df"]

    /// `node` is `nil` when the section is left out.
    init(_ node: YAMLNode?, missingAt position: Configuration.Position) {
        let standard = Configuration.VXLAN()
        let section = node?.mapping(keys: Draft.VXLAN.keys)
        port = section.value("port", default: standard.port, missingAt: position) { $0.udpPort() }
        sourcePorts = section.value("source-ports", default: standard.sourcePorts, missingAt: position) {
            $0.parsed(
                "a range of UDP ports with the smaller one first", advice: "write it as in 49152-65535", Draft.VXLAN.range)
        }
        local = section?.oneOrMore("local", atMost: 2) { $0.ipAddress() } ?? Entries([], at: position)
        accept = section?["accept"].map(Draft.Accept.init) ?? .configured
        reservedBits = section.value("reserved-bits", default: standard.reservedBits, missingAt: position) { $0.reservedBits() }
        udpChecksum = section.value("udp-checksum", default: standard.udpChecksum, missingAt: position) { $0.flag() }
        ttl = section.value("ttl", default: standard.ttl, missingAt: position) { $0.integer(in: Configuration.Limits.ttl) }
        dscp = section.value("dscp", default: standard.dscp, missingAt: position) { $0.dscp() }
        df = section.value("df", default: standard.df, missingAt: position) { $0.choice(of: Configuration.DontFragment.self) }
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? UInt16(part) : nil
        }
        guard ends.count == 2, let first = ends[0], let last = ends[1], 1 <= first, first <= last else { return nil }
        return first...last
    }
}

extension Draft.Accept {
    fileprivate init(_ node: YAMLNode) {
        switch node.scalar {
        case _ where node.isList:
            self = .prefixes(Entries(of: node, atMost: Configuration.Limits.acceptPrefixes, missingAt: node.position) { $0.prefix() })
        case "configured": self = .configured
        case "any": self = .any
        default:
            let meant = node.scalar.flatMap { Suggestion.closest(to: $0, among: ["configured", "any"]) }
            node.reportKind(
                expected: "configured or any or a list of prefixes",
                advice: meant.map { "did you mean `\($0)`?" } ?? "write prefixes as in [203.0.113.0/24, \"2001:db8::/32\"]")
            self = .unknown
        }
    }
}

extension YAMLNode {
    fileprivate func reservedBits() -> Located<Configuration.ReservedBits>? {
        let meant = scalar.flatMap { Suggestion.closest(to: $0, among: ["rfc", "strict"]) }.map { "did you mean `\($0)`?" }
        let bits: Located<Configuration.ReservedBits>? = parsed(
            "rfc or strict or a mask of 1 to 16 hexadecimal digits after 0x",
            advice: meant ?? "write the bits to refuse, as in \"0xf7ffffff000000ff\" for all that are reserved"
        ) { text in
            if text == "rfc" { return .rfc }
            if text == "strict" { return .strict }
            let digits = text.dropFirst(2)
            guard text.hasPrefix("0x"), digits.count <= 16, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
            return UInt64(digits, radix: 16).map { .mask($0) }
        }
        if case .mask(let mask)? = bits?.value, mask & ~Configuration.ReservedBits.all != 0 {
            findings.error(
                at: position, "the mask \(quoted(scalar ?? "")) has bits that are not reserved: those of the I flag or the VNI",
                advice: "leave out 0x0800000000000000, the flag, and 0x00000000ffffff00, the VNI")
            return nil
        }
        return bits
    }
}
