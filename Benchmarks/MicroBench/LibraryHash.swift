import BenchSupport
import CBench

/// DPDK's own hash table with as many slots as the gateway's table has.
struct LibraryHash {
    static let variant = "rte_hash"

    let handle: UnsafeMutableRawPointer

    init(entries: Int, keyBytes: Int) throws(BenchError) {
        guard let handle = vd_hash_create("bench", UInt32(max(64, 2 * entries)), UInt32(keyBytes)) else {
            throw BenchError("no memory for an rte_hash of \(entries) keys")
        }
        self.handle = handle
    }

    func put(_ key: UnsafeRawPointer, _ value: UInt64) throws(BenchError) {
        guard vd_hash_put(handle, key, value) else { throw BenchError("the rte_hash lacks room") }
    }

    func destroy() { vd_hash_free(handle) }
}
