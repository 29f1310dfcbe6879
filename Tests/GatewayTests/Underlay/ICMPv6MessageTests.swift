import Dataplane
import Gateway
import Testing

@Suite("ICMPv6 messages and echo")
struct ICMPv6MessageTests {
    private func message(_ frame: [UInt8]) throws -> ICMPv6Message {
        try ICMPv6Message(frame: frame, header: IPv6Header(frame: frame))
    }

    @Test(
        "The checksum that Scapy and Linux compute is right, over an even and an odd number of bytes",
        arguments: [
            NDFrames.solicitation, NDFrames.ownProbe, NDFrames.announcement, NDFrames.echoRequest, NDFrames.echoReplyBare,
            NDFrames.routerAdvertisement, LinuxFrames.probe, LinuxFrames.solicitation, LinuxFrames.advertisement,
            LinuxFrames.echoRequest, LinuxFrames.echoReply,
        ])
    func checksum(frame: [UInt8]) throws {
        #expect(icmpv6Checksum(frame, message: 54..<frame.count) == 0)
        #expect(try message(frame).type == frame[54])
    }

    @Test("The checksum of a message behind a hop-by-hop header covers the message alone")
    func checksumBehindHopByHop() {
        #expect(icmpv6Checksum(NDFrames.mldQuery, message: 62..<NDFrames.mldQuery.count) == 0)
        #expect(icmpv6Checksum(NDFrames.echoRequestHopByHop, message: 62..<70) == 0)
    }

    @Test("A change of any byte that the checksum covers is found", arguments: Array(22..<54) + Array(54..<79))
    func changed(offset: Int) {
        let frame = NDFrames.echoRequest.replacing(offset, NDFrames.echoRequest[offset] ^ 0x10)
        #expect(throws: PuntDropReason.icmpv6Checksum) { try message(frame) }
    }

    @Test("Fewer than four bytes are no message", arguments: 0..<4)
    func short(count: Int) {
        let frame = NDFrames.echoRequest.replacing(18, 0, UInt8(count))
        #expect(throws: PuntDropReason.icmpv6Short) { try message(frame) }
    }

    @Test(
        "The reply is the one Scapy makes",
        arguments: [(NDFrames.echoRequest, NDFrames.echoReply), (NDFrames.echoRequestBare, NDFrames.echoReplyBare)])
    func reply(request: [UInt8], reply: [UInt8]) throws {
        #expect(try ICMPv6EchoRequest(message(request)).reply(from: Underlay.ownMAC) == reply)
    }

    @Test("The reply is the one Linux makes, but for the flow label, which is nobody's")
    func replyOfLinux() throws {
        let reply = try ICMPv6EchoRequest(message(LinuxFrames.echoRequest)).reply(from: LinuxFrames.mac)
        #expect(reply == LinuxFrames.echoReply.replacing(14, 0x60, 0, 0, 0))
    }

    @Test("Padding of the request is not echoed")
    func padding() throws {
        let padded = NDFrames.echoRequestBare + [UInt8](repeating: 0xAA, count: 100)
        #expect(try ICMPv6EchoRequest(message(padded)).reply(from: Underlay.ownMAC) == NDFrames.echoReplyBare)
    }

    @Test("A request of every size is answered with a valid checksum and its own data", arguments: [0, 1, 2, 55, 1452, 8952])
    func sizes(byteCount: Int) throws {
        let data = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let request = echoRequest6(data: data)
        let reply = try ICMPv6EchoRequest(message(request)).reply(from: Underlay.ownMAC)
        #expect(reply.count == 62 + byteCount)
        #expect(try message(reply).type == ICMPv6Message.MessageType.echoReply)
        #expect([UInt8](reply[62...]) == data)
    }

    @Test(
        "What is no echo request is refused",
        arguments: [
            ("reply", NDFrames.echoReplyBare, PuntDropReason.icmpv6Type),
            ("code 1", NDFrames.echoRequest.replacing(55, 1).withICMPv6Checksum, .icmpv6Type),
            ("packet too big", NDFrames.echoRequest.replacing(54, 2).withICMPv6Checksum, .icmpv6Type),
            ("seven bytes", [UInt8](NDFrames.echoRequest[..<61]).withICMPv6Length, .icmpv6Short),
        ])
    func refused(what: String, frame: [UInt8], reason: PuntDropReason) throws {
        let message = try message(frame)
        #expect(throws: reason, "\(what)") { try ICMPv6EchoRequest(message) }
    }
}

/// The bare golden request with `data`, and length and checksum to match.
func echoRequest6(data: [UInt8]) -> [UInt8] { (NDFrames.echoRequestBare + data).withICMPv6Length }
