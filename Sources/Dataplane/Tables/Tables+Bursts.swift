import CShims

// Lookups of a burst of keys in one table, for benchmarks: a worker has these loops in its own stages.

extension VNIMap {
    @_noLocks @_noAllocation @inline(never)
    package func lookup(_ vnis: UnsafePointer<UInt32>, count: Int, into networks: UnsafeMutablePointer<UInt16>) {
        var i = 0
        while i < count {
            networks[i] = lookup(vnis[i])
            i &+= 1
        }
    }
}

extension VTEPMap {
    @_noLocks @_noAllocation @inline(never)
    package func lookup(_ addressesBE: UnsafePointer<UInt32>, count: Int, into tunnels: UnsafeMutablePointer<UInt16>) {
        let snapshot = snapshot
        var i = 0
        while i < count {
            tunnels[i] = snapshot.lookup(addressesBE[i])
            i &+= 1
        }
    }
}
