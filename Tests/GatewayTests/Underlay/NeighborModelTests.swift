import Dataplane
import Gateway
import Testing

@Suite("Neighbour table: random histories")
struct NeighborModelTests {
    private static let keys = (2...9).map {
        Underlay.key(($0 % 2 == 0 ? "192.0.2." : "2001:db8::") + "\($0)", $0 < 6 ? Underlay.wan0 : Underlay.wan1)
    }
    private static let macs = [Underlay.peerMAC, Underlay.otherMAC]

    /// What a user of the table knows who only follows its outputs.
    private struct Follower {
        var references: [PortAddress: Int] = [:]
        var macs: [PortAddress: MACAddress] = [:]

        mutating func follow(_ outputs: [NeighborTable.Output]) {
            for case .changed(let key, let mac) in outputs { macs[key] = mac }
        }
    }

    @Test("Who follows the outputs knows the MAC of every required neighbour at any time")
    func outputsTellAll() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("neighbour model seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = NeighborBench(capacity: 6)
        var follower = Follower()
        for _ in 0..<50_000 {
            step(&bench, &follower, using: &random)
            for (key, count) in follower.references where count > 0 {
                try #require(bench.table.mac(of: key) == follower.macs[key], "seed \(seed)")
            }
            for entry in bench.table.status {
                let hasMAC = entry.state != .incomplete && entry.state != .failed
                try #require((entry.mac != nil) == hasMAC, "seed \(seed)")
                try #require(entry.state == .permanent || follower.references[entry.key, default: 0] > 0, "seed \(seed)")
            }
        }
    }

    private func step(
        _ bench: inout NeighborBench, _ follower: inout Follower, using random: inout SeededRandom
    ) {
        let key = NeighborModelTests.keys.randomElement(using: &random)!
        let now = bench.clock.now
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1:
            guard let outputs = try? bench.table.require(key, now: now) else { return }
            follower.references[key, default: 0] += 1
            follower.follow(outputs)
        case 2:
            guard follower.references[key, default: 0] > 0 else { return }
            bench.table.release(key)
            follower.references[key, default: 0] -= 1
            if follower.references[key] == 0 { follower.macs[key] = nil }
        case 3:
            let wanted = NeighborModelTests.keys.filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
            let mac = NeighborModelTests.macs.randomElement(using: &random)!
            follower.follow(bench.setPermanent(Dictionary(uniqueKeysWithValues: wanted.map { ($0, mac) })))
        case 4:
            bench.table.recheck(port: key.port, now: now)
        case 5:
            guard Int.random(in: 0..<5, using: &random) == 0 else { return }
            follower.follow(bench.table.forget(port: key.port, now: now))
        case 6, 7:
            follower.follow(bench.confirm(NeighborModelTests.macs.randomElement(using: &random)!, key) ?? [])
        case 8, 9:
            let claim = NeighborClaim(
                ([nil] + NeighborModelTests.macs).randomElement(using: &random)!, isSolicited: .random(using: &random),
                isOverride: .random(using: &random))
            follower.follow(bench.table.hear(key, claim, now: now) ?? [])
        default:
            bench.clock.advance(.milliseconds(Int.random(in: 0..<5000, using: &random)))
            follower.follow(bench.table.tick(now: bench.clock.now))
        }
    }
}
