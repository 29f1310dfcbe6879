import BenchSupport

/// A fixed amount of work in one direction, for who counts instructions from outside. Nothing in it depends on time or chance.
enum Counting {
    /// Enough that the first look at each source, which is the dearest, does not weigh.
    static let runs = 12

    struct Report: Encodable {
        /// Packets that passed each stage, and whole rounds.
        let packets: [String: Int]
    }

    static func run(_ passage: Passage, seed: UInt64) throws -> Report {
        var packets: [String: Int] = [:]
        let traffic = Traffic(pairs: 1000, networks: 10, underlay: passage.underlay)
        for contest in [Contest.stages(traffic, seed: seed), .rounds(traffic, seed: seed)] {
            let candidates = try contest.open()
            defer { for candidate in candidates { candidate.close() } }
            for candidate in candidates where candidate.variant == passage.name {
                for _ in 0..<runs { for reading in candidate.run() { packets[reading.name, default: 0] += reading.operations } }
            }
        }
        return Report(packets: packets)
    }
}
