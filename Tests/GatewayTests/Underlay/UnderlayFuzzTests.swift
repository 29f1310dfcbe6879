import Dataplane
import Gateway
import Testing

@Suite("Underlay host: bad input")
struct UnderlayFuzzTests {
    private static let frameCount = 1_000_000
    private static let templates = [
        UnderlayFrames.arpRequest, UnderlayFrames.arpReply, UnderlayFrames.arpProbe, UnderlayFrames.echoRequest,
        UnderlayFrames.echoRequestBare,
        ARPPacket.asked(Underlay.own).frame(to: .broadcast),
        ARPPacket.announcement(of: Underlay.own, at: Underlay.otherMAC).frame(to: .broadcast),
        ARPPacket.announcement(of: Underlay.peer, at: Underlay.peerMAC).frame(to: .broadcast),
    ]

    @Test("A million random, flipped and truncated frames do no harm, and each is counted once")
    func fuzz() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("underlay fuzz seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = HostBench(ports: [Underlay.port(neighbors: ["192.0.2.9": Underlay.otherMAC])])
        _ = try bench.require()
        let before = bench.host.counters.transmitted
        var transmitted: UInt64 = 0
        for _ in 0..<UnderlayFuzzTests.frameCount {
            let frame = UnderlayFuzzTests.frame(using: &random)
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
        #expect(bench.host.neighbors.mac(of: Underlay.key("192.0.2.9")) == Underlay.otherMAC, "seed \(seed)")
    }

    private func expectBalance(_ counters: UnderlayCounters, before: UInt64, transmitted: UInt64, seed: UInt64) {
        let answered = counters.arpReplies + counters.echoReplies
        let useful = answered + counters.neighborsHeard + counters.conflicts + counters.membershipHeard
        #expect(counters.received == UInt64(UnderlayFuzzTests.frameCount), "seed \(seed)")
        #expect(counters.received == useful + counters.dropped, "seed \(seed)")
        #expect(counters.transmitted - before == transmitted, "seed \(seed)")
        #expect(counters.arpReplies > 0 && counters.echoReplies > 0 && counters.conflicts > 0, "seed \(seed)")
    }

    /// What leaves comes from our MAC, is no shorter than Ethernet asks, and no longer than what it answers.
    private func isSound(_ answer: [UInt8], to frame: [UInt8]) -> Bool {
        guard answer.count >= 60, answer.count <= max(60, frame.count), let ethernet = try? EthernetHeader(frame: answer)
        else { return false }
        return ethernet.source == Underlay.ownMAC
            && (ethernet.destination == .broadcast || !ethernet.destination.isMulticast)
    }

    private static func frame(using random: inout SeededRandom) -> [UInt8] {
        let choice = random.next()
        if choice & 7 == 0 { return bytes(count: Int(choice >> 8 & 0x7F), using: &random) }
        var frame = templates[Int(choice >> 3 & 7)]
        for _ in 0..<Int(choice >> 6 & 3) {
            let flip = random.next()
            frame[Int(flip >> 16) % frame.count] ^= UInt8(truncatingIfNeeded: flip)
        }
        switch choice >> 8 & 7 {
        case 0: return [UInt8](frame[..<(Int(choice >> 16 & 0xFFFF) % frame.count)])
        case 1: return frame + bytes(count: Int(choice >> 16 & 0x3F), using: &random)
        default: return frame
        }
    }

    private static func bytes(count: Int, using random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

extension UnderlayCounters {
    /// Frames sent so far.
    fileprivate var transmitted: UInt64 { arpReplies + echoReplies + solicitations + announcements }
}
