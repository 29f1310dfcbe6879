import BenchSupport
import CBench
import CShims
import Dataplane

extension Contest {
    /// Known keys in bursts of 32, each table in the way that suits it: hashed and prefetched first here, `rte_hash_lookup_bulk_data` there.
    static func macLookup(entries: Int, seed: UInt64) -> Contest {
        Contest(names: ["mac_lookup"], entries: entries) {
            let keys = MACKeys(entries: entries, seed: seed)
            return [try viaductLookup(keys, seed: seed), try libraryLookup(keys)]
        }
    }

    private static let name = "mac_lookup"
    private static let bursts = 512

    private static func viaductLookup(_ keys: MACKeys, seed: UInt64) throws -> Candidate {
        let table = MACTable.make(capacity: keys.entries, seed: seed)
        for position in 0..<keys.entries {
            guard table.put(keys.keys[position], keys.destination(position), .configured, now: 1) else {
                throw BenchError("the MAC table lacks room for \(keys.entries) keys")
            }
        }
        let hashes = UnsafeMutablePointer<UInt64>.allocate(capacity: MACKeys.burst)
        let found = UnsafeMutablePointer<MACEntry>.allocate(capacity: MACKeys.burst)
        var cursor = Cursor(count: keys.count)
        let run = {
            let start = vd_cycles_fenced()
            for _ in 0..<bursts {
                table.lookup(keys.keys + cursor.next(MACKeys.burst).start, count: MACKeys.burst, hashes: hashes, into: found)
            }
            return [Reading(name: name, cycles: vd_cycles_fenced() - start, operations: bursts * MACKeys.burst)]
        }
        for start in stride(from: 0, to: keys.count, by: MACKeys.burst) {
            table.lookup(keys.keys + start, count: MACKeys.burst, hashes: hashes, into: found)
            for i in 0..<MACKeys.burst where found[i].destination != keys.destination(start + i) {
                throw BenchError("the MAC table does not find key \(start + i)")
            }
        }
        return Candidate(variant: "viaduct", run: run) {
            table.destroy()
            hashes.deallocate()
            found.deallocate()
            keys.destroy()
        }
    }

    private static func libraryLookup(_ keys: MACKeys) throws -> Candidate {
        let table = try LibraryHash(entries: keys.entries, keyBytes: 8)
        for position in 0..<keys.entries {
            try table.put(keys.keys + position, UInt64(keys.destination(position).rawValue))
        }
        let found = UnsafeMutablePointer<UInt64>.allocate(capacity: MACKeys.burst)
        var cursor = Cursor(count: keys.count)
        for start in stride(from: 0, to: keys.count, by: MACKeys.burst) {
            let hits = vd_hash_lookup(table.handle, keys.keys + start, 8, UInt32(MACKeys.burst), found)
            guard hits == 0xFFFF_FFFF else { throw BenchError("rte_hash does not find keys of burst \(start / MACKeys.burst)") }
        }
        let run = {
            let start = vd_cycles_fenced()
            for _ in 0..<bursts {
                _ = vd_hash_lookup(table.handle, keys.keys + cursor.next(MACKeys.burst).start, 8, UInt32(MACKeys.burst), found)
            }
            return [Reading(name: name, cycles: vd_cycles_fenced() - start, operations: bursts * MACKeys.burst)]
        }
        return Candidate(variant: LibraryHash.variant, run: run) {
            table.destroy()
            found.deallocate()
        }
    }
}
