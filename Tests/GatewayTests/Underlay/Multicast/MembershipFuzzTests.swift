import Dataplane
import Gateway
import Testing

@Suite("Multicast membership: bad input")
struct MembershipFuzzTests {
    private static let frameCount = 500_000
    private static let templates = [
        MembershipFrames.igmpv1Query, MembershipFrames.igmpv2Query, MembershipFrames.igmpv2GroupQuery, MembershipFrames.igmpv3Query,
        MembershipFrames.igmpv3SourceQuery, MembershipFrames.igmpv2OtherReport, MembershipFrames.igmpv2OtherLeave,
        MembershipFrames.igmpv3OtherReport, MembershipFrames.mldv1Query, MembershipFrames.mldv1GroupQuery, MembershipFrames.mldv2Query,
        MembershipFrames.mldv2SourceQuery, MembershipFrames.mldv1OtherReport, MembershipFrames.mldv1OtherDone,
        MembershipFrames.mldv2OtherReport, HeardMembership.igmpv3("239.1.1.2", code: 0, sources: ["192.0.2.7"]),
    ]

    @Test("Half a million random, flipped and truncated frames do no harm, and each is counted once")
    func fuzz() {
        let seed = UInt64.random(in: 0...(.max))
        print("membership fuzz seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = HostBench(ports: [MembershipBench.port], random: SeededRandom(state: seed &+ 1))
        let groups = Set(["239.1.1.1", "239.1.1.2", "ff0e::1:2", "ff02::1:ff78:9abc"].map(Underlay.address))
        var sent = bench.host.setGroups([Underlay.wan0: groups], now: bench.clock.now).count
        for number in 0..<MembershipFuzzTests.frameCount {
            #expect(bench.receive(MembershipFuzzTests.frame(using: &random)) == [], "seed \(seed)")
            bench.clock.advance(.milliseconds(1))
            guard number % 100 == 0 else { continue }
            let actions = bench.host.tick(now: bench.clock.now)
            sent += actions.count
            guard actions.allSatisfy({ isSound($0, groups) }) else {
                Issue.record("seed \(seed): \(actions.map(\.frame))")
                return
            }
        }
        expectBalance(bench.host, sent: sent, seed: seed)
        #expect(Set(bench.host.membership.status.map(\.group)) == groups, "seed \(seed)")
    }

    /// About our groups alone, from us, and as the RFCs ask.
    private func isSound(_ action: UnderlayAction, _ groups: Set<IPAddress>) -> Bool {
        guard let said = SaidMembership(frame: action.frame), let ethernet = try? EthernetHeader(frame: action.frame) else { return false }
        guard ethernet.source == Underlay.ownMAC, ethernet.destination.isMulticast else { return false }
        return said.records.allSatisfy { groups.contains($0.group) }
    }

    private func expectBalance(_ host: UnderlayHost, sent: Int, seed: UInt64) {
        let counters = host.counters
        let membership = host.membership.counters.values
        let heard = membership.reduce(0) { $0 + $1.queriesHeard + $1.reportsHeard }
        #expect(counters.received == UInt64(MembershipFuzzTests.frameCount), "seed \(seed)")
        #expect(counters.received == counters.membershipHeard + counters.dropped, "seed \(seed)")
        #expect(counters.membershipHeard == heard && heard > 0, "seed \(seed)")
        #expect(membership.reduce(0) { $0 + $1.reportsSent + $1.leavesSent } == UInt64(sent), "seed \(seed)")
        #expect(membership.allSatisfy { $0.queriesHeard > 0 && $0.reportsSuppressed > 0 && $0.reportsSent > 0 }, "seed \(seed)")
        let reasons = PuntDropReason.allCases.filter { $0.name.hasPrefix("igmp_") || $0.name.hasPrefix("mld_") }
        for reason in reasons { #expect(counters[reason] > 0, "\(reason) seed \(seed)") }
    }

    /// Flips are mended half of the time, so that what lies behind the checksums is reached.
    private static func frame(using random: inout SeededRandom) -> [UInt8] {
        let choice = random.next()
        if choice & 15 == 0 { return (0..<Int(choice >> 8 & 0x7F)).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
        var frame = templates[Int(choice >> 4 & 15)]
        for _ in 0..<Int(choice >> 12 & 3) {
            let flip = random.next()
            frame[Int(flip >> 16) % frame.count] ^= UInt8(truncatingIfNeeded: flip)
        }
        if choice >> 14 & 1 == 0 { frame = mended(frame) }
        switch choice >> 16 & 7 {
        case 0: return [UInt8](frame[..<(Int(choice >> 24 & 0xFFFF) % frame.count)])
        case 1: return frame + [UInt8](repeating: 7, count: Int(choice >> 24 & 0x3F))
        default: return frame
        }
    }

    /// With right checksums, where the lengths allow to compute them.
    static func mended(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        func mend(_ offset: Int, _ bytes: [UInt8]) {
            let sum = internetChecksum(bytes, in: 0..<bytes.count)
            frame[offset] = UInt8(sum >> 8)
            frame[offset + 1] = UInt8(sum & 0xFF)
        }
        if frame[12] == 8 {
            let start = 14 + 4 * Int(frame[14] & 15)
            let end = 14 + (Int(frame[16]) << 8 | Int(frame[17]))
            guard start >= 34, start + 8 <= end, end <= frame.count else { return frame }
            frame = frame.replacing(24, 0, 0).replacing(start + 2, 0, 0)
            mend(24, [UInt8](frame[14..<start]))
            mend(start + 2, [UInt8](frame[start..<end]))
        } else {
            let end = 54 + (Int(frame[18]) << 8 | Int(frame[19]))
            guard end >= 70, end <= frame.count else { return frame }
            frame = frame.replacing(64, 0, 0)
            let byteCount = end - 62
            let pseudo = frame[22..<54] + [0, 0, UInt8(byteCount >> 8), UInt8(byteCount & 0xFF), 0, 0, 0, 58]
            mend(64, [UInt8](pseudo + frame[62..<end]))
        }
        return frame
    }
}
