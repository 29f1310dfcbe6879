import Gateway

/// Reports that tests write record by record, from the host 192.0.2.254 or its link-local address; checksums are right.
enum HeardReports {
    /// Types of records (RFC 3376 section 4.2.12).
    static let isInclude: UInt8 = 1, isExclude: UInt8 = 2, toInclude: UInt8 = 3, toExclude: UInt8 = 4, allow: UInt8 = 5, block: UInt8 = 6

    typealias Record = (type: UInt8, group: String, sources: [String])

    static func igmpv3(_ records: Record...) -> [UInt8] { igmpv3(records) }

    static func igmpv3(_ records: [Record]) -> [UInt8] {
        HeardMembership.igmp(message(0x22, records), to: "224.0.0.22")
    }

    static func igmpv2(_ group: String) -> [UInt8] { HeardMembership.igmp([0x16, 0, 0, 0] + HeardMembership.wire(group), to: group) }

    static func igmpv1(_ group: String) -> [UInt8] { HeardMembership.igmp([0x12, 0, 0, 0] + HeardMembership.wire(group), to: group) }

    static func igmpv2Leave(_ group: String) -> [UInt8] {
        HeardMembership.igmp([0x17, 0, 0, 0] + HeardMembership.wire(group), to: "224.0.0.2")
    }

    static func mldv2(_ records: Record..., from source: String = "fe80::ff:fe00:2") -> [UInt8] {
        HeardMembership.mld(message(143, records), from: source, to: "ff02::16")
    }

    static func mldv1(_ group: String, from source: String = "fe80::ff:fe00:2") -> [UInt8] {
        HeardMembership.mld([131, 0, 0, 0, 0, 0, 0, 0] + HeardMembership.wire(group), from: source, to: group)
    }

    static func mldv1Done(_ group: String) -> [UInt8] {
        HeardMembership.mld([132, 0, 0, 0, 0, 0, 0, 0] + HeardMembership.wire(group), to: "ff02::2")
    }

    private static func message(_ type: UInt8, _ records: [Record]) -> [UInt8] {
        var message: [UInt8] = [type, 0, 0, 0, 0, 0, UInt8(records.count >> 8), UInt8(records.count & 0xFF)]
        for record in records {
            message += [record.type, 0, UInt8(record.sources.count >> 8), UInt8(record.sources.count & 0xFF)]
            message += HeardMembership.wire(record.group)
            for source in record.sources { message += HeardMembership.wire(source) }
        }
        return message
    }

    /// Hellos of PIM routers with a hold time of 30 s, as Scapy makes them; that over IPv6 with the checksum of RFC 7761 section 4.9.
    static let pimHello = Underlay.bytes(
        """
        01005e00000d 020000000002 0800 4500001e 00010000 0167166d c00002fe e000000d 2000dfde 00010002 001e
        """)
    static let pimHello6 = Underlay.bytes(
        """
        33330000000d 020000000002 86dd 60000000000a6701 fe80000000000000000000fffe000002 ff02000000000000000000000000000d
        2000e2da 00010002 001e
        """)
}
