import BenchSupport
import CBench
import CShims
import Dataplane

extension Contest {
    private static let keysPerRun = 4096

    /// Keys that are new, until the table is full; then it is emptied.
    static func macLearn(entries: Int, seed: UInt64) -> Contest {
        Contest(names: ["mac_learn"], entries: entries) {
            let keys = MACKeys(entries: entries, seed: seed)
            let table = MACTable.make(capacity: entries, seed: seed)
            let library = try LibraryHash(entries: entries, keyBytes: 8)
            let end = {
                library.destroy()
                keys.destroy()
            }
            return [
                candidate("mac_learn", "viaduct", keys, atEnd: { table.removeAll(where: { _, _ in true }) }, close: table.destroy) {
                    learn(table, keys, $0, now: 1)
                },
                candidate("mac_learn", LibraryHash.variant, keys, atEnd: { vd_hash_clear(library.handle) }, close: end) {
                    put(library, keys, $0)
                },
            ]
        }
    }

    /// Keys that are there, last seen a second ago or earlier.
    static func macRefresh(entries: Int, seed: UInt64) -> Contest {
        Contest(names: ["mac_refresh"], entries: entries) {
            let keys = MACKeys(entries: entries, seed: seed)
            let table = MACTable.make(capacity: entries, seed: seed)
            let library = try LibraryHash(entries: entries, keyBytes: 8)
            let end = {
                library.destroy()
                keys.destroy()
            }
            learn(table, keys, 0..<entries, now: 1)
            put(library, keys, 0..<entries)
            var now: UInt32 = 2
            return [
                candidate("mac_refresh", "viaduct", keys, atEnd: { now += 1 }, close: table.destroy) { learn(table, keys, $0, now: now) },
                candidate("mac_refresh", LibraryHash.variant, keys, atEnd: {}, close: end) { put(library, keys, $0) },
            ]
        }
    }

    /// Takes the keys a run's worth at a time. `atEnd`, when all were taken, is not counted.
    private static func candidate(
        _ name: String, _ variant: String, _ keys: MACKeys, atEnd: @escaping () -> Void, close: @escaping () -> Void,
        body: @escaping (Range<Int>) -> Void
    ) -> Candidate {
        let count = min(keysPerRun, keys.entries)
        var cursor = Cursor(count: keys.entries)
        let run = {
            let (first, wrapped) = cursor.next(count)
            if wrapped { atEnd() }
            let start = vd_cycles_fenced()
            body(first..<first + count)
            return [Reading(name: name, cycles: vd_cycles_fenced() - start, operations: count)]
        }
        return Candidate(variant: variant, run: run, close: close)
    }

    private static func learn(_ table: MACTable, _ keys: MACKeys, _ range: Range<Int>, now: UInt32) {
        var previous = Destination.none
        for position in range { _ = table.learn(keys.keys[position], keys.destination(position), now: now, previous: &previous) }
    }

    private static func put(_ library: LibraryHash, _ keys: MACKeys, _ range: Range<Int>) {
        for position in range { _ = vd_hash_put(library.handle, keys.keys + position, UInt64(keys.destination(position).rawValue)) }
    }
}
