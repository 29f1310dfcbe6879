import Dataplane
import Gateway

/// A neighbour table and the time it lives in.
struct NeighborBench {
    var table: NeighborTable
    var clock = Underlay.Clock()

    init(capacity: Int = 16, solicitationsPerTickMax: Int = 256) {
        table = NeighborTable(capacity: capacity, solicitationsPerTickMax: solicitationsPerTickMax)
    }

    /// Ticks every 50 ms for `duration`, first at once, and tells what came out and after how many milliseconds.
    mutating func run(_ duration: Duration) -> [TimedOutput] {
        var log: [TimedOutput] = []
        let start = clock.now
        while start.duration(to: clock.now) < duration {
            let milliseconds = Int(start.duration(to: clock.now) / .milliseconds(1))
            log += table.tick(now: clock.now).map { TimedOutput(milliseconds, $0) }
            clock.advance(.milliseconds(50))
        }
        return log
    }

    mutating func require(_ key: PortAddress = Underlay.hop) throws -> [NeighborTable.Output] {
        try table.require(key, now: clock.now)
    }

    mutating func confirm(_ mac: MACAddress = Underlay.peerMAC, _ key: PortAddress = Underlay.hop) -> [NeighborTable.Output]? {
        table.confirm(key, at: mac, now: clock.now)
    }

    mutating func setPermanent(_ wanted: [PortAddress: MACAddress]) -> [NeighborTable.Output] {
        table.setPermanent(wanted, now: clock.now)
    }

    func state(_ key: PortAddress = Underlay.hop) -> NeighborState? {
        table.status.first { $0.key == key }?.state
    }

    /// A bench whose one neighbour has just been confirmed.
    static func reachable() throws -> NeighborBench {
        var bench = NeighborBench()
        _ = try bench.require()
        _ = bench.confirm()
        return bench
    }

    /// A bench whose one neighbour has never answered.
    static func failed() throws -> NeighborBench {
        var bench = NeighborBench()
        _ = try bench.require()
        _ = bench.run(.seconds(5))
        return bench
    }
}

struct TimedOutput: Equatable {
    let milliseconds: Int
    let output: NeighborTable.Output

    init(_ milliseconds: Int, _ output: NeighborTable.Output) {
        self.milliseconds = milliseconds
        self.output = output
    }
}
