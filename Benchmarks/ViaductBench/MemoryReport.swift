import BenchSupport
import CBench
import Dataplane

/// What the process takes when its tables are full, beside the packet pool: as the kernel counts it.
struct MemoryReport: BenchReport {
    /// Entries in the MAC table.
    let macs: Int
    let networks: Int
    let vteps: Int
    /// All but the pool, MiB.
    let memoryMib: Double
    let poolMib: Double

    /// What to fill the tables with, unless the command line says otherwise: each pair is two entries. DPDK takes its hugepages whole and in
    /// advance, so what the pool leaves of them could not be told from what is used.
    static func options(_ options: Options) -> Options {
        var full = options
        full.macs = options.macs ?? 500_000
        full.networks = options.macs == nil ? 4000 : options.networks
        full.source = .synthetic
        full.hugepages = false
        return full
    }

    /// After a worker has run.
    static func take(_ options: Options, _ testbed: Testbed) throws -> MemoryReport {
        _ = try Measurement.take(.gateway(testbed, cpus: [options.core]), seconds: 0.1)
        return MemoryReport(
            testbed.traffic, entries: testbed.tables.macs.count, poolBytes: vd_pool_bytes(testbed.pool.handle),
            residentBytes: try residentBytes())
    }

    private init(_ traffic: Traffic, entries: Int, poolBytes: UInt64, residentBytes: UInt64) {
        macs = entries
        networks = traffic.networks
        vteps = traffic.vteps
        poolMib = rounded(Double(poolBytes) / 1_048_576)
        memoryMib = rounded((Double(residentBytes) - Double(poolBytes)) / 1_048_576)
    }

    /// Bytes of memory that the process has, hugepages included.
    private static func residentBytes() throws -> UInt64 {
        guard let text = SmallFile.read("/proc/self/smaps_rollup") else {
            throw BenchError("there is no /proc/self/smaps_rollup: Linux 4.14 or later is needed")
        }
        var total: UInt64 = 0
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            // Rss leaves hugetlb pages out.
            guard fields.count >= 2, ["Rss:", "Shared_Hugetlb:", "Private_Hugetlb:"].contains(fields[0]) else { continue }
            total += (UInt64(fields[1]) ?? 0) * 1024
        }
        return total
    }

    var text: String {
        """
        \(macs) MACs, \(networks) networks, \(vteps) VTEPs
          memory beside the packet pool  \(fixed(memoryMib)) MiB
          packet pool                    \(fixed(poolMib)) MiB
        """
    }
}
