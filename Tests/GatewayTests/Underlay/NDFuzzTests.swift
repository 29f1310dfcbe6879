import Dataplane
import Gateway
import Testing

@Suite("Underlay host: bad IPv6 input")
struct NDFuzzTests {
    private static let frameCount = 1_000_000
    private static let templates = [
        NDFrames.question, NDFrames.peerProbe, NDFrames.confirmation, NDFrames.echoRequest, NDFrames.echoRequestBare,
        NDFrames.echoRequestHopByHop, NDFrames.routerAdvertisement, NDFrames.redirect, LinuxFrames.probe,
        NDPeer.claim(of: "2001:db8::1"), NDPeer.claim(of: "2001:db8::2"),
        NDPeer.question(for: "fe80::ff:fe00:1"), NDPeer.question(for: "2001:db8:ffff::1"),
        NDPeer.advertisement(at: Underlay.otherMAC, isSolicited: false, isOverride: true),
        NDPeer.advertisement(at: Underlay.otherMAC, isSolicited: false, isOverride: false),
        NDFrames.question.withOptions(14, 1, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 2),
    ]

    @Test("A million random, flipped and truncated frames do no harm, and each is counted once")
    func fuzz() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("ND fuzz seed: \(seed)")
        var random = SeededRandom(state: seed)
        let fixed = Underlay.key("2001:db8::9")
        var bench = HostBench(
            ports: [Underlay.port6(neighbors: ["2001:db8::9": Underlay.otherMAC])], localAddresses: ["2001:db8:ffff::1"])
        _ = try bench.require(Underlay.hop6)
        let before = bench.host.counters.transmitted
        var transmitted: UInt64 = 0
        for _ in 0..<NDFuzzTests.frameCount {
            let frame = NDFuzzTests.frame(using: &random)
            for action in bench.receive(frame) {
                guard case .transmit(let port, let answer) = action else { continue }
                transmitted += 1
                guard port == Underlay.wan0, isSound(answer, to: frame) else {
                    Issue.record("seed \(seed): \(frame) was answered with \(answer)")
                    return
                }
            }
            bench.clock.advance(.microseconds(100))
        }
        expectBalance(bench.host.counters, before: before, transmitted: transmitted, seed: seed)
        #expect(bench.host.neighbors.count == 2, "seed \(seed)")
        #expect(bench.host.neighbors.mac(of: fixed) == Underlay.otherMAC, "seed \(seed)")
    }

    private func expectBalance(_ counters: UnderlayCounters, before: UInt64, transmitted: UInt64, seed: UInt64) {
        let useful = counters.ndReplies + counters.echoReplies + counters.neighborsHeard + counters.conflicts
        #expect(counters.received == UInt64(NDFuzzTests.frameCount), "seed \(seed)")
        #expect(counters.received == useful + counters.dropped, "seed \(seed)")
        #expect(counters.transmitted - before == transmitted, "seed \(seed)")
        #expect(counters.arpReplies == 0, "seed \(seed)")
        #expect(counters.ndReplies > 0 && counters.echoReplies > 0 && counters.conflicts > 0, "seed \(seed)")
        #expect(counters.neighborsHeard > 0, "seed \(seed)")
    }

    /// What leaves is ICMPv6 with a right checksum from our MAC, to one host or to all nodes, and no longer than what it answers but for
    /// an option.
    private func isSound(_ answer: [UInt8], to frame: [UInt8]) -> Bool {
        guard answer.count >= 60, answer.count <= max(86, frame.count), let ethernet = try? EthernetHeader(frame: answer),
            let header = try? IPv6Header(frame: answer), (try? ICMPv6Message(frame: answer, header: header)) != nil
        else { return false }
        return ethernet.source == Underlay.ownMAC && header.payloadRange.upperBound == answer.count && !header.source.isMulticast
            && (header.destination == .allNodes) == ethernet.destination.isMulticast
    }

    /// Half of what is changed gets a checksum to match, so that it comes further.
    private static func frame(using random: inout SeededRandom) -> [UInt8] {
        let choice = random.next()
        if choice & 15 == 0 { return bytes(count: Int(choice >> 8 & 0x7F), using: &random) }
        var frame = templates[Int(choice >> 4 & 15)]
        for _ in 0..<Int(choice >> 8 & 3) {
            let flip = random.next()
            frame[Int(flip >> 16) % frame.count] ^= UInt8(truncatingIfNeeded: flip)
        }
        switch choice >> 10 & 7 {
        case 0: frame.removeLast(Int(choice >> 16 & 0xFFFF) % frame.count)
        case 1: frame += bytes(count: Int(choice >> 16 & 0x3F), using: &random)
        default: break
        }
        guard choice >> 13 & 1 == 0, frame.count >= 58 else { return frame }
        return choice >> 14 & 1 == 0 ? frame.withICMPv6Length : frame.withICMPv6Checksum
    }

    private static func bytes(count: Int, using random: inout SeededRandom) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}

extension UnderlayCounters {
    /// Frames sent so far.
    fileprivate var transmitted: UInt64 { ndReplies + echoReplies + solicitations + announcements + probes }
}
