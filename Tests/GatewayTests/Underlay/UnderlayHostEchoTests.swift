import Dataplane
import Gateway
import Testing

@Suite("Underlay host: echo")
struct UnderlayHostEchoTests {
    @Test("An echo request to our address is answered out of the same port")
    func answers() {
        var bench = HostBench()
        #expect(bench.receive(UnderlayFrames.echoRequest) == [.transmit(port: Underlay.wan0, frame: UnderlayFrames.echoReply)])
        #expect(bench.host.counters.echoReplies == 1)
    }

    @Test("A reply up to the port's MTU is sent, and none beyond", arguments: [(1572, true), (1573, false)])
    func bounded(byteCount: Int, isAnswered: Bool) {
        var bench = HostBench()
        let actions = bench.receive(echoRequest(data: [UInt8](repeating: 7, count: byteCount)))
        #expect(actions.isEmpty != isAnswered)
        #expect(bench.host.counters[.echoTooLarge] == (isAnswered ? 0 : 1))
    }

    @Test(
        "What may not be answered is counted by reason",
        arguments: [
            (UnderlayFrames.echoRequest.replacing(0, 255, 255, 255, 255, 255, 255), PuntDropReason.linkBroadcast),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(30, 192, 0, 2, 255)), .notOurAddress),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(30, 255, 255, 255, 255)), .notOurAddress),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(26, 192, 0, 2, 1)), .ownSourceAddress),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(26, 0, 0, 0, 0)), .sourceAddressInvalid),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(26, 127, 0, 0, 1)), .sourceAddressInvalid),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(26, 224, 0, 0, 1)), .sourceAddressInvalid),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(26, 255, 255, 255, 255)), .sourceAddressInvalid),
            (withHeaderChecksum(UnderlayFrames.echoRequest.replacing(23, 17)), .ipProtocol),
            (UnderlayFrames.echoReply.replacing(0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2), .icmpType),
        ])
    func ignored(frame: [UInt8], reason: PuntDropReason) {
        var bench = HostBench()
        #expect(bench.receive(frame) == [])
        #expect(bench.host.counters[reason] == 1)
    }

    @Test("Every reason has a name of its own and an explanation")
    func reasons() {
        #expect(Set(PuntDropReason.allCases.map(\.name)).count == PuntDropReason.allCases.count)
        #expect(PuntDropReason.allCases.allSatisfy { !$0.explanation.isEmpty })
    }
}
