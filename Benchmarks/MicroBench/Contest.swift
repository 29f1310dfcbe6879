import BenchSupport

/// What one run of a candidate took.
struct Reading {
    let name: String
    let cycles: UInt64
    /// Packets or keys.
    let operations: Int
}

/// One way to do something. Its memory lives until it is closed.
struct Candidate {
    let variant: String
    /// A short run, some ten thousand packets or keys long.
    let run: () -> [Reading]
    let close: () -> Void
}

/// Candidates that take turns at the same work.
struct Contest {
    /// Names of what the candidates read.
    let names: [String]
    let entries: Int
    let open: () throws -> [Candidate]
}

extension Contest {
    /// Small enough for the first cache, for the last, and for neither.
    static let tableSizes = [1000, 100_000, 1_000_000]

    private static let overIPv6 = Traffic(pairs: 1000, networks: 10, underlay: .ipv6)

    static func all(seed: UInt64) -> [Contest] {
        tableSizes.map { macLookup(entries: $0, seed: seed) }
            + tableSizes.dropFirst().map { macLearn(entries: $0, seed: seed) }
            + tableSizes.dropFirst().map { macRefresh(entries: $0, seed: seed) }
            + [4, 64, 1024].map { vtepLookup(entries: $0, seed: seed) }
            + [4000].map { vniLookup(entries: $0, seed: seed) }
            + [Traffic(pairs: 1000, networks: 10), Traffic(pairs: 100_000, networks: 100)].map { stages($0, seed: seed) }
            + [rounds(Traffic(pairs: 1000, networks: 10), seed: seed)]
            + [stages(overIPv6, seed: seed), rounds(overIPv6, seed: seed)]
    }
}
