import Dataplane
import Gateway
import Testing

private let hop = Underlay.hop6
private let peerMAC = Underlay.peerMAC
private let otherMAC = Underlay.otherMAC
private let everybody = NeighborTable.Output.solicit(Underlay.hop6, at: nil)
private let probe = NeighborTable.Output.solicit(Underlay.hop6, at: Underlay.peerMAC)
private let probeOther = NeighborTable.Output.solicit(Underlay.hop6, at: Underlay.otherMAC)

private func claim(_ mac: MACAddress?, _ flags: String = "") -> NeighborClaim {
    NeighborClaim(mac, isSolicited: flags.contains("S"), isOverride: flags.contains("O"))
}

extension NeighborBench {
    fileprivate mutating func hear(_ claim: NeighborClaim) -> [NeighborTable.Output]? {
        table.hear(hop, claim, now: clock.now)
    }

    /// Confirmed just now, one second or more after it was last asked.
    fileprivate static func confirmed6() throws -> NeighborBench {
        var bench = NeighborBench()
        _ = try bench.require(hop)
        _ = bench.confirm(peerMAC, hop)
        return bench
    }

    fileprivate static func incomplete6() throws -> NeighborBench {
        var bench = NeighborBench()
        _ = try bench.require(hop)
        return bench
    }
}

/// RFC 4861 section 7.2.5, and the timers of section 10.
@Suite("Neighbour table: claims and IPv6 timing")
struct NeighborClaimTests {
    @Test("An IPv6 neighbour is asked three times, a second apart, and has then failed")
    func resolves() throws {
        var bench = try NeighborBench.incomplete6()
        #expect(
            bench.run(.milliseconds(3500)) == [
                TimedOutput(0, everybody), TimedOutput(1000, everybody), TimedOutput(2000, everybody), TimedOutput(3000, .unreachable(hop)),
            ])
        #expect(bench.state(hop) == .failed)
    }

    @Test("Unconfirmed it is probed three times, then everybody is asked, and after 30 s it has failed")
    func expires() throws {
        var bench = try NeighborBench.confirmed6()
        #expect(
            bench.run(.milliseconds(30_500)) == [
                TimedOutput(26_000, probe), TimedOutput(27_000, probe), TimedOutput(28_000, probe), TimedOutput(29_000, everybody),
                TimedOutput(30_000, .changed(hop, nil)), TimedOutput(30_000, .unreachable(hop)),
            ])
    }

    @Test("In all its life an IPv6 neighbour is never asked twice within a second, whatever is claimed")
    func rateLimit() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("neighbour claim seed: \(seed)")
        var random = SeededRandom(state: seed)
        var bench = try NeighborBench.incomplete6()
        var last: MonotonicTime?
        for _ in 0..<20_000 {
            for output in bench.table.tick(now: bench.clock.now) {
                guard case .solicit = output else { continue }
                if let last { try #require(last.duration(to: bench.clock.now) >= .seconds(1), "seed \(seed)") }
                last = bench.clock.now
            }
            bench.clock.advance(.milliseconds(Int.random(in: 1...200, using: &random)))
            guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            let mac = [nil, peerMAC, otherMAC].randomElement(using: &random)!
            _ = bench.hear(.init(mac, isSolicited: Int.random(in: 0..<8, using: &random) == 0, isOverride: .random(using: &random)))
        }
        #expect(last != nil)
    }

    @Test("The first MAC that is claimed is used: confirmed if solicited, else probed at once", arguments: ["", "O", "S", "SO"])
    func first(flags: String) throws {
        var bench = try NeighborBench.incomplete6()
        #expect(bench.hear(claim(peerMAC, flags)) == [.changed(hop, peerMAC)])
        let isSolicited = flags.contains("S")
        #expect(bench.state(hop) == (isSolicited ? .reachable : .probing))
        #expect(bench.run(.milliseconds(50)) == (isSolicited ? [] : [TimedOutput(0, probe)]))
    }

    @Test("A neighbour that has failed is back with any claim")
    func failed() throws {
        var bench = try NeighborBench.incomplete6()
        _ = bench.run(.milliseconds(3500))
        #expect(bench.hear(claim(peerMAC)) == [.changed(hop, peerMAC)])
        #expect(bench.state(hop) == .probing)
    }

    @Test("Without a MAC a claim says nothing of a neighbour that has none", arguments: ["", "O", "S", "SO"])
    func nothing(flags: String) throws {
        var bench = try NeighborBench.incomplete6()
        #expect(bench.hear(claim(nil, flags)) == [])
        #expect(bench.state(hop) == .incomplete)
    }

    @Test("A solicited claim of the known MAC, or of none, confirms it", arguments: [peerMAC, nil], ["S", "SO"])
    func confirms(mac: MACAddress?, flags: String) throws {
        var bench = try NeighborBench.confirmed6()
        _ = bench.run(.milliseconds(26_500))
        #expect(bench.state(hop) == .probing)
        #expect(bench.hear(claim(mac, flags)) == [])
        #expect(bench.state(hop) == .reachable)
        #expect(bench.run(.milliseconds(26_050)) == [TimedOutput(26_000, probe)])
    }

    @Test("An unsolicited claim of the known MAC, or of none, changes nothing", arguments: [peerMAC, nil], ["", "O"])
    func unsolicited(mac: MACAddress?, flags: String) throws {
        var bench = try NeighborBench.confirmed6()
        _ = bench.run(.seconds(20))
        #expect(bench.hear(claim(mac, flags)) == [])
        #expect(bench.run(.milliseconds(6_500)) == [TimedOutput(6_000, probe)])
        #expect(bench.hear(claim(mac, flags)) == [])
        #expect(bench.state(hop) == .probing)
    }

    @Test("An unsolicited overriding claim of another MAC is used at once and probed")
    func moves() throws {
        var bench = try NeighborBench.confirmed6()
        #expect(bench.hear(claim(otherMAC, "O")) == [.changed(hop, otherMAC)])
        #expect(bench.state(hop) == .probing)
        #expect(
            bench.run(.milliseconds(4500)) == [
                TimedOutput(0, probeOther), TimedOutput(1000, probeOther), TimedOutput(2000, probeOther), TimedOutput(3000, everybody),
                TimedOutput(4000, .changed(hop, nil)), TimedOutput(4000, .unreachable(hop)),
            ])
    }

    @Test("A solicited overriding claim of another MAC is used and confirmed")
    func movesConfirmed() throws {
        var bench = try NeighborBench.confirmed6()
        #expect(bench.hear(claim(otherMAC, "SO")) == [.changed(hop, otherMAC)])
        #expect(bench.state(hop) == .reachable)
        #expect(bench.run(.seconds(20)) == [])
    }

    @Test("A claim of another MAC that does not override has the known one probed, and nothing else", arguments: ["", "S"])
    func rival(flags: String) throws {
        var bench = try NeighborBench.confirmed6()
        #expect(bench.hear(claim(otherMAC, flags)) == [])
        #expect(bench.state(hop) == .probing)
        #expect(bench.table.mac(of: hop) == peerMAC)
        #expect(bench.run(.milliseconds(50)) == [TimedOutput(0, probe)])
        #expect(bench.hear(claim(otherMAC, flags)) == [])
        #expect(bench.run(.milliseconds(1000)) == [TimedOutput(950, probe)])
    }

    @Test("A configured neighbour stays where it is", arguments: ["", "O", "S", "SO"])
    func permanent(flags: String) throws {
        var bench = NeighborBench()
        _ = bench.setPermanent([hop: peerMAC])
        _ = try bench.require(hop)
        #expect(bench.hear(claim(otherMAC, flags)) == [])
        #expect(bench.table.mac(of: hop) == peerMAC)
        #expect(bench.state(hop) == .permanent)
    }

    @Test("A neighbour that nobody requires is not learned")
    func notLearned() {
        var bench = NeighborBench()
        #expect(bench.hear(claim(peerMAC, "SO")) == nil)
        #expect(bench.table.count == 0)
    }
}
