import BenchSupport
import Dataplane
import Testing

@Suite("Ways of a tunnel")
struct TunnelRecordTests {
    private func shares(_ buckets: [Int], _ wayCount: Int) -> [Int] {
        (0..<wayCount).map { way in buckets.filter { $0 == way }.count }
    }

    @Test("All ways working, each has its equal share of the buckets", arguments: 1...16)
    func equalShares(wayCount: Int) {
        let buckets = TunnelRecord.buckets(wayCount: wayCount, working: Array(0..<wayCount))
        let shares = shares(buckets, wayCount)
        #expect(buckets.count == TunnelRecord.bucketCount && shares.max()! - shares.min()! <= 1)
    }

    @Test("Whichever ways are dead, their buckets alone move, to working ones, evenly", arguments: 2...8)
    func deadWays(wayCount: Int) {
        let all = TunnelRecord.buckets(wayCount: wayCount, working: Array(0..<wayCount))
        for set in 1..<(1 << wayCount) {
            let working = (0..<wayCount).filter { set >> $0 & 1 == 1 }
            let buckets = TunnelRecord.buckets(wayCount: wayCount, working: working)
            #expect(zip(all, buckets).allSatisfy { working.contains($0) ? $0 == $1 : working.contains($1) })
            let shares = shares(buckets, wayCount)
            let moved = (0..<wayCount).filter { !working.contains($0) }
            #expect(moved.allSatisfy { shares[$0] == 0 })
            // Of each dead way's share, each working way takes its part; rounding adds up to one bucket each.
            let workingShares = working.map { shares[$0] }
            #expect(workingShares.max()! - workingShares.min()! <= 1 + moved.count, "\(wayCount) ways, \(working) work: \(shares)")
        }
    }

    @Test("With none working each keeps its own")
    func noneWorking() {
        #expect(TunnelRecord.buckets(wayCount: 3, working: []) == TunnelRecord.buckets(wayCount: 3, working: [0, 1, 2]))
    }

    private func way(port: UInt16, isResolved: Bool) -> TunnelRecord {
        TunnelRecord(
            port: PortIndex(port), nextHopMAC: isResolved ? MACAddress(2, 0, 0, 0, 0, 2) : nil, portMAC: MACAddress(2, 0, 0, 0, 0, 1),
            source: 1, destination: 2, udpPort: 4789, mtu: 1550, hardwareChecksum: false)
    }

    @Test(
        "A tunnel tells all its ways, and is resolved while one of them is",
        arguments: [[true], [false], [true, false], [false, true], [false, false]])
    func ways(resolved: [Bool]) {
        let tables = Tables.make(macCapacity: 16)
        defer { tables.destroy() }
        let index = TunnelIndex(7)
        #expect(tables.tunnels.ways(index).isEmpty)
        let ways = resolved.enumerated().map { way(port: UInt16($0), isResolved: $1) }
        let working = resolved.indices.filter { resolved[$0] }
        let buckets = TunnelRecord.buckets(wayCount: ways.count, working: working)
        tables.tunnels.publish(index, ways: ways, buckets: buckets)?.deallocate()
        #expect(tables.tunnels.ways(index).map(\.port) == resolved.indices.map(UInt16.init))
        #expect(tables.tunnels.ways(index).map(\.isResolved) == resolved)
        #expect(tables.tunnels[index]?.isResolved == resolved.contains(true))
        tables.tunnels.remove(index)?.deallocate()
    }
}
