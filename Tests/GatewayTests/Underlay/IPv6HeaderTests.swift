import Dataplane
import Gateway
import Testing

@Suite("IPv6 header")
struct IPv6HeaderTests {
    @Test("A frame made by Scapy reads back field by field")
    func reads() throws {
        let header = try IPv6Header(frame: NDFrames.echoRequest)
        #expect(header.source == Underlay.peer6)
        #expect(header.destination == Underlay.own6)
        #expect(header.nextHeader == IPv6Header.nextHeaderICMPv6)
        #expect(header.hopLimit == 7)
        #expect(header.payloadByteCount == 25)
        #expect(header.payloadRange == 54..<79)
    }

    @Test("What the frame holds beyond the packet is padding")
    func padding() throws {
        let header = try IPv6Header(frame: NDFrames.echoRequestBare + [0xAA, 0xAA])
        #expect(header.payloadRange == 54..<62)
    }

    @Test("A hop-by-hop header is reported, not refused", arguments: [NDFrames.mldQuery, NDFrames.echoRequestHopByHop])
    func hopByHop(frame: [UInt8]) throws {
        #expect(try IPv6Header(frame: frame).nextHeader == IPv6Header.nextHeaderHopByHop)
    }

    @Test("Every length too short for the header is refused", arguments: 0..<54)
    func short(count: Int) {
        #expect(throws: PuntDropReason.ipv6Short) { try IPv6Header(frame: [UInt8](NDFrames.echoRequest[..<count])) }
    }

    @Test("Every length shorter than the header says is refused", arguments: 54..<79)
    func truncated(count: Int) {
        #expect(throws: PuntDropReason.ipv6Length) { try IPv6Header(frame: [UInt8](NDFrames.echoRequest[..<count])) }
    }

    @Test("Every other version is refused", arguments: (0..<16).filter { $0 != 6 })
    func version(_ version: UInt8) {
        #expect(throws: PuntDropReason.ipv6Version) { try IPv6Header(frame: NDFrames.echoRequest.replacing(14, version << 4 | 0xB)) }
    }

    @Test(
        "Extension headers other than hop-by-hop are refused, fragments by a name of their own",
        arguments: [
            (UInt8(43), PuntDropReason.ipv6Extension), (44, .ipv6Fragment), (50, .ipv6Extension), (51, .ipv6Extension),
            (60, .ipv6Extension), (135, .ipv6Extension), (139, .ipv6Extension), (140, .ipv6Extension), (253, .ipv6Extension),
            (254, .ipv6Extension),
        ])
    func extensions(nextHeader: UInt8, reason: PuntDropReason) {
        #expect(throws: reason) { try IPv6Header(frame: NDFrames.echoRequest.replacing(20, nextHeader)) }
    }

    @Test("Other protocols are the caller's business", arguments: [UInt8(6), 17, 59])
    func protocols(nextHeader: UInt8) throws {
        #expect(try IPv6Header(frame: NDFrames.echoRequest.replacing(20, nextHeader)).nextHeader == nextHeader)
    }

    @Test("An IPv4-mapped address is refused at either end", arguments: [NDOffset.source, NDOffset.destination])
    func mapped(offset: Int) {
        #expect(throws: PuntDropReason.ipv6Mapped) {
            try IPv6Header(frame: NDFrames.echoRequest.replacing(offset, address: "::ffff:192.0.2.2"))
        }
    }
}
