import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Multicast snooping: bad input")
    struct SnoopFuzzTests {
        private static let group4: Bytes = [239, 1, 1, 1], group6 = ipv6Address(1, prefix: [0xFF, 5])

        /// Queries, reports and leaves of every version, hellos, data of groups that are known and not.
        private static let seeds: [Bytes] = {
            let igmp = [0x11, 0x12, 0x16, 0x17, 0x22].flatMap { (type: UInt8) in
                [[224, 0, 0, 22], group4].flatMap { [MulticastFrames.igmp(type, to: $0), MulticastFrames.igmp(type, to: $0, options: [])] }
            }
            let mld = [130, 131, 132, 143].flatMap { (type: UInt8) in
                [
                    MulticastFrames.mld(type, to: group6),
                    MulticastFrames.mld(type, to: ipv6Address(0x16, prefix: [0xFF, 2]), hopByHopWords: 2),
                ]
            }
            let hello = MulticastFrames.data([224, 0, 0, 13], next: 103, payload: [0x20, 0, 0, 0])
            let data = [group4, group6, [239, 1, 1, 2], ipv6Address(2, prefix: [0xFF, 5]), [224, 0, 0, 1]].map { MulticastFrames.data($0) }
            let frames: [Bytes] = igmp + mld + data + [hello, Blue.aToAll]
            return frames + frames.map { tagged($0, 100) }
        }()

        /// Frames that go in and their copies that come out; nothing comes out where flooding would not have sent it.
        @Test("Of half a million damaged frames each is sent on or dropped for a reason, and no buffer is lost", arguments: [true, false])
        func nothingIsLost(sendsSegments: Bool) throws {
            let random = seededRandom("Multicast snooping, bad input")
            var options = Rig.Options()
            options.sendsSegments = sendsSegments
            options.exchangeSize = 4096
            options.poolSize = 8191
            options.macCapacity = 64
            try Rig.blue(options) { rig in
                rig.makeNetwork(2, vni: 10200, members: [(0, 0)], tunnels: [1])
                rig.snoop(
                    routers: [SnoopTests.lan1], reports: [SnoopTests.lan1, SnoopTests.one],
                    [SnoopFuzzTests.group4: [SnoopTests.lan2], SnoopFuzzTests.group6: [SnoopTests.two]])
                var mutator = PacketMutator(seeds: SnoopFuzzTests.seeds, random: random)
                var sent = 0, shown = 0
                for round in 0..<16_000 {
                    let before = rig.drops.values.reduce(0, +)
                    for _ in 0..<Worker.burst { try rig.receive(mutator.next(rig.pool), on: rig.lan(0)) }
                    rig.poll()
                    let output = rig.takeAll().mapValues(\.count)
                    let copies = output.values.reduce(0, +), dropped = Int(rig.drops.values.reduce(0, +) - before)
                    // At most two members, two tunnels.
                    guard copies + dropped >= Worker.burst, copies <= 4 * Worker.burst else {
                        Issue.record("\(output), \(dropped) dropped in round \(round)")
                        break
                    }
                    sent += copies
                    shown += rig.shown.count
                }
                rig.expectedDrops = rig.drops
                print("Multicast snooping, bad input: sent \(sent) shown \(shown) drops \(rig.drops)")
                #expect(sent > 100_000 && shown > 10_000 && rig.drops[.noListener, default: 0] == 0)
            }
        }
    }
}
