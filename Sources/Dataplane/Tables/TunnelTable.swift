import CShims

/// Tunnel index -> pointer to a ``TunnelRecord``. Index 0 is never used.
///
/// Writer: control, release stores. Readers: workers, acquire loads.
package struct TunnelTable: @unchecked Sendable {
    let records: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// Positions, the unused 0 included. A reload may need those of the old tunnels and of the new ones at once.
    package static let capacity = 16384

    static func make(node: Int32) -> TunnelTable {
        let memory = TableMemory.allocate(UInt64.self, count: capacity, node: node)
        return TunnelTable(
            records: UnsafeMutableRawPointer(memory).bindMemory(to: UnsafeMutableRawPointer?.self, capacity: capacity))
    }

    func destroy() {
        for index in 0..<TunnelTable.capacity { records[index]?.deallocate() }
        vd_memory_free(records, TunnelTable.capacity * MemoryLayout<UInt64>.stride)
    }

    @_noLocks @_noAllocation @inline(__always)
    func lookup(_ index: Int) -> UnsafePointer<TunnelRecord>? {
        guard let record = vd_load_acquire_pointer(records + index) else { return nil }
        return UnsafePointer(record.assumingMemoryBound(to: TunnelRecord.self))
    }

    package subscript(tunnel: TunnelIndex) -> TunnelRecord? { lookup(Int(tunnel.rawValue))?.pointee }

    /// The records of a tunnel's ways out.
    package func ways(_ tunnel: TunnelIndex) -> [TunnelRecord] { lookup(Int(tunnel.rawValue)).map(TunnelRecord.ways) ?? [] }

    /// Replaces a record. The memory that it returns is to be freed after a quiescent state.
    package func publish(_ tunnel: TunnelIndex, _ record: TunnelRecord) -> UnsafeMutableRawPointer? {
        replace(tunnel, TunnelRecord.allocate(ways: [record], buckets: []))
    }

    /// The same for a tunnel with several ways out; `buckets`: the way of each share of its flows, see ``TunnelRecord/buckets(wayCount:working:)``.
    package func publish(_ tunnel: TunnelIndex, ways: [TunnelRecord], buckets: [Int]) -> UnsafeMutableRawPointer? {
        replace(tunnel, TunnelRecord.allocate(ways: ways, buckets: buckets))
    }

    package func remove(_ tunnel: TunnelIndex) -> UnsafeMutableRawPointer? { replace(tunnel, nil) }

    private func replace(_ tunnel: TunnelIndex, _ memory: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        let slot = records + Int(tunnel.rawValue)
        let old = slot.pointee
        vd_store_release_pointer(slot, memory)
        return old
    }
}
