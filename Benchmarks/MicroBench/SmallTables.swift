import BenchSupport
import CBench
import CShims
import Dataplane

extension Contest {
    /// Outer source addresses of packets from random VTEPs.
    static func vtepLookup(entries: Int, seed: UInt64) -> Contest {
        Contest(names: ["vtep_lookup"], entries: entries) {
            let tables = Tables.make(macCapacity: 16, seed: seed)
            let tunnels = (0..<entries).map { (Traffic.ipv4Address(ofVTEP: $0), Topology.tunnel($0)) }
            tables.vteps.publish(Dictionary(uniqueKeysWithValues: tunnels))?.deallocate()
            let keys = NumberKeys(tunnels.map { $0.0.bigEndian }, seed: seed)
            return [
                keys.candidate("vtep_lookup", close: tables.destroy) { tables.vteps.lookup($0, count: NumberKeys.burst, into: $1) },
                try keys.libraryCandidate("vtep_lookup"),
            ]
        }
    }

    /// VNIs of packets of random networks.
    static func vniLookup(entries: Int, seed: UInt64) -> Contest {
        Contest(names: ["vni_lookup"], entries: entries) {
            let tables = Tables.make(macCapacity: 16, seed: seed)
            let traffic = Traffic(pairs: entries, networks: entries)
            for network in 0..<entries { tables.vnis.publish(traffic.vni(network), Topology.index(network)) }
            let keys = NumberKeys((0..<entries).map { traffic.vni($0).rawValue }, seed: seed)
            return [
                keys.candidate("vni_lookup", close: tables.destroy) { tables.vnis.lookup($0, count: NumberKeys.burst, into: $1) },
                try keys.libraryCandidate("vni_lookup"),
            ]
        }
    }
}

/// 32-bit keys drawn at random from those of a table.
private struct NumberKeys {
    static let burst = 32
    private static let bursts = 512

    private let different: [UInt32]
    private let keys: UnsafeMutablePointer<UInt32>

    init(_ different: [UInt32], seed: UInt64) {
        self.different = different
        var generator = SplitMix64(seed: seed)
        keys = .allocate(capacity: NumberKeys.bursts * NumberKeys.burst)
        for position in 0..<NumberKeys.bursts * NumberKeys.burst { keys[position] = different[generator.below(different.count)] }
    }

    func candidate(
        _ name: String, close: @escaping () -> Void, lookup: @escaping (UnsafePointer<UInt32>, UnsafeMutablePointer<UInt16>) -> Void
    ) -> Candidate {
        let found = UnsafeMutablePointer<UInt16>.allocate(capacity: NumberKeys.burst)
        return Candidate(variant: "viaduct", run: { reading(name) { lookup($0, found) } }) {
            found.deallocate()
            close()
        }
    }

    func libraryCandidate(_ name: String) throws -> Candidate {
        let table = try LibraryHash(entries: different.count, keyBytes: 4)
        for (position, key) in different.enumerated() { try withUnsafePointer(to: key) { try table.put($0, UInt64(position + 1)) } }
        let found = UnsafeMutablePointer<UInt64>.allocate(capacity: NumberKeys.burst)
        let run = { reading(name) { _ = vd_hash_lookup(table.handle, $0, 4, UInt32(NumberKeys.burst), found) } }
        return Candidate(variant: LibraryHash.variant, run: run) {
            found.deallocate()
            table.destroy()
            keys.deallocate()
        }
    }

    private func reading(_ name: String, _ lookup: (UnsafePointer<UInt32>) -> Void) -> [Reading] {
        let start = vd_cycles_fenced()
        for burst in 0..<NumberKeys.bursts { lookup(keys + burst * NumberKeys.burst) }
        return [Reading(name: name, cycles: vd_cycles_fenced() - start, operations: NumberKeys.bursts * NumberKeys.burst)]
    }
}
