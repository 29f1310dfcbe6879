import Dataplane
import Gateway
import Testing

@Suite("ICMP echo")
struct ICMPEchoRequestTests {
    @Test(
        "The reply is the one Scapy makes",
        arguments: [
            (UnderlayFrames.echoRequest, UnderlayFrames.echoReply), (UnderlayFrames.echoRequestBare, UnderlayFrames.echoReplyBare),
        ])
    func reply(request: [UInt8], reply: [UInt8]) throws {
        #expect(try ICMPEchoRequest(frame: request).reply(from: Underlay.ownMAC) == reply)
    }

    @Test("Padding of the request is not echoed")
    func padding() throws {
        let padded = UnderlayFrames.echoRequestBare + [UInt8](repeating: 0xAA, count: 100)
        #expect(try ICMPEchoRequest(frame: padded).reply(from: Underlay.ownMAC) == UnderlayFrames.echoReplyBare)
    }

    @Test("A request of every size is answered with valid checksums and its own data", arguments: [0, 1, 2, 55, 1472, 8972])
    func sizes(byteCount: Int) throws {
        let data = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let request = echoRequest(data: data)
        let reply = try ICMPEchoRequest(frame: request).reply(from: Underlay.ownMAC)
        #expect(reply.count == max(60, 42 + byteCount))
        #expect(internetChecksum(reply, in: 14..<34) == 0)
        #expect(internetChecksum(reply, in: 34..<(42 + byteCount)) == 0)
        #expect([UInt8](reply[42..<(42 + byteCount)]) == data)
    }

    @Test("Every length too short for the IPv4 header is refused", arguments: 0..<34)
    func short(count: Int) {
        #expect(throws: PuntDropReason.ipv4Short) {
            try ICMPEchoRequest(frame: [UInt8](UnderlayFrames.echoRequest[..<count]))
        }
    }

    @Test("Every length shorter than the header says is refused", arguments: 34..<59)
    func truncated(count: Int) {
        #expect(throws: PuntDropReason.ipv4Length) {
            try ICMPEchoRequest(frame: [UInt8](UnderlayFrames.echoRequest[..<count]))
        }
    }

    @Test(
        "Each malformed field is refused for its own reason",
        arguments: [
            ("version 6", UnderlayFrames.echoRequest.replacing(14, 0x65), PuntDropReason.ipv4Version),
            ("header of 16 bytes", UnderlayFrames.echoRequest.replacing(14, 0x44), .ipv4Length),
            ("options", UnderlayFrames.echoRequest.replacing(14, 0x46), .ipv4Options),
            ("total length below the header", UnderlayFrames.echoRequest.replacing(16, 0, 19), .ipv4Length),
            ("total length beyond the frame", UnderlayFrames.echoRequest.replacing(16, 0, 47), .ipv4Length),
            ("IPv4 checksum", UnderlayFrames.echoRequest.replacing(24, 0), .ipv4Checksum),
            ("more fragments", withHeaderChecksum(UnderlayFrames.echoRequest.replacing(20, 0x20)), .ipv4Fragment),
            ("fragment offset", withHeaderChecksum(UnderlayFrames.echoRequest.replacing(20, 0, 1)), .ipv4Fragment),
            ("UDP", withHeaderChecksum(UnderlayFrames.echoRequest.replacing(23, 17)), .ipProtocol),
            ("seven bytes of ICMP", withHeaderChecksum(UnderlayFrames.echoRequest.replacing(16, 0, 27)), .icmpShort),
            ("echo reply", UnderlayFrames.echoRequest.replacing(34, 0), .icmpType),
            ("destination unreachable", UnderlayFrames.echoRequest.replacing(34, 3), .icmpType),
            ("code 1", UnderlayFrames.echoRequest.replacing(35, 1), .icmpType),
            ("ICMP checksum", UnderlayFrames.echoRequest.replacing(36, 0), .icmpChecksum),
            ("data", UnderlayFrames.echoRequest.replacing(58, 0), .icmpChecksum),
        ])
    func malformed(field: String, frame: [UInt8], reason: PuntDropReason) {
        #expect(throws: reason, "\(field)") { try ICMPEchoRequest(frame: frame) }
    }
}

/// `frame` with the IPv4 header checksum that its other fields ask for.
func withHeaderChecksum(_ frame: [UInt8]) -> [UInt8] {
    let cleared = frame.replacing(24, 0, 0)
    let sum = internetChecksum(cleared, in: 14..<34)
    return cleared.replacing(24, UInt8(sum >> 8), UInt8(sum & 0xFF))
}

/// The bare golden request with `data`, and lengths and checksums to match.
func echoRequest(data: [UInt8]) -> [UInt8] {
    let byteCount = 28 + data.count
    let frame = (UnderlayFrames.echoRequestBare + data).replacing(36, 0, 0)
    let sum = internetChecksum(frame, in: 34..<frame.count)
    return withHeaderChecksum(
        frame.replacing(36, UInt8(sum >> 8), UInt8(sum & 0xFF))
            .replacing(16, UInt8(byteCount >> 8), UInt8(byteCount & 0xFF)))
}
