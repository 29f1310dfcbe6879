import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("The benchmarks' source of frames")
    struct SyntheticSourceTests {
        /// Bytes that a source writes: headers. What follows is zero.
        static let written = 112

        /// Takes frames from a source, in bursts of 32, and gives all buffers back.
        private func take(
            _ kind: SyntheticSource.Kind, _ traffic: Traffic, stream: Int = 0, bursts: Int, remaining: UInt64? = nil
        ) throws -> [Bytes] {
            try Environment.start()
            let pool = try PacketPool.make(name: "synthetic", count: 1023, frameMaximum: 2048)
            defer { pool.free() }
            let source = try SyntheticSource(kind, traffic, stream: stream, seed: 1)
            defer { source.destroy() }
            if let remaining { source.remaining = remaining }
            var packets = [Packet?](repeating: nil, count: 32)
            var frames: [Bytes] = []
            for _ in 0..<bursts {
                for position in packets.indices { packets[position] = pool.packet([]) }
                let granted = source.fill(&packets, count: 32)
                frames += Rig.bytes(packets.prefix(granted).map { $0! })
            }
            #expect(pool.available == pool.size)
            return frames
        }

        /// The pair that a frame belongs to, from the MAC of its local host at `offset`.
        private func pair(_ frame: Bytes, _ offset: Int) -> Int {
            Int(frame[offset + 3]) << 16 | Int(frame[offset + 4]) << 8 | Int(frame[offset + 5])
        }

        /// Where the MAC of a frame's local host stands.
        private func localMACOffset(_ direction: Direction, _ underlay: Underlay) -> Int { direction == .encap ? 6 : underlay.innerOffset }

        @Test(
            "Every frame is its pair's as it would be in a file, and every pair of the stream comes", arguments: Direction.allCases,
            Underlay.allCases)
        func pairs(_ direction: Direction, _ underlay: Underlay) throws {
            let traffic = Traffic(pairs: 60, networks: 5, vteps: 3, streams: 2, size: .imix, underlay: underlay)
            let frames = try take(.pairs(direction), traffic, stream: 1, bursts: 60)
            let growth = direction == .encap ? 0 : underlay.innerOffset - 4
            var seen = Set<Int>()
            for frame in frames {
                let pair = pair(frame, localMACOffset(direction, underlay))
                let expected = traffic.frame(direction, pair, length: frame.count - growth)
                #expect(frame.prefix(SyntheticSourceTests.written) == expected.prefix(SyntheticSourceTests.written))
                #expect(frame.count == expected.count)
                seen.insert(pair)
            }
            #expect(seen == Set(traffic.pairs(ofStream: 1)))
            #expect(Set(frames.map(\.count)).count == 3)
        }

        @Test("The smallest frames are complete", arguments: Direction.allCases, Underlay.allCases)
        func smallest(_ direction: Direction, _ underlay: Underlay) throws {
            let traffic = Traffic(pairs: 1000, networks: 10, underlay: underlay)
            for frame in try take(.pairs(direction), traffic, bursts: 10) {
                #expect(frame == traffic.frame(direction, pair(frame, localMACOffset(direction, underlay)), length: 64))
            }
        }

        @Test("Broadcasts come from local hosts, for everybody")
        func broadcasts() throws {
            for frame in try take(.broadcasts, Traffic(pairs: 100, networks: 10), bursts: 3) {
                #expect(frame.prefix(6) == [255, 255, 255, 255, 255, 255])
                #expect(frame[6] == 2 && frame[7] == 0xAA)
            }
        }

        @Test("Newcomers never come twice, talk to a host that is known, and end when they are told to")
        func newcomers() throws {
            let traffic = Traffic(pairs: 10, networks: 10)
            let frames = try take(.newcomers, traffic, bursts: 4, remaining: 70)
            #expect(frames.map { pair($0, 6) } == Array(10..<80))
            for frame in frames {
                #expect(Bytes(frame.prefix(6)) == traffic.remoteMAC(traffic.network(pair(frame, 6))).octets)
            }
        }

        @Test("Pairs that do not divide into networks are refused, with what to change")
        func shares() throws {
            #expect(throws: BenchError.self) { try SyntheticSource(.pairs(.encap), Traffic(pairs: 1001, networks: 10), seed: 1) }
        }
    }
}
