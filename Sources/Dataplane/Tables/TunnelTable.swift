import CShims

/// A remote VTEP as workers use it: the outer headers, ready but for the fields that differ between packets.
///
/// Never changed after it is published: control publishes another record and frees this one after a quiescent state.
package struct TunnelRecord: BitwiseCopyable {
    /// Ethernet 14, IPv4 20 and UDP 8 bytes; writes them with the network's ``VXLANHeader`` behind, 50 in all.
    package let header: OuterHeader
    /// Flags for the device that is to compute the outer IPv4 checksum; 0 where it does not.
    let offloadFlags: UInt64
    /// Largest inner frame, in bytes without tag, that fits the underlay port's MTU; 0 while the next hop's MAC is unknown: packets are
    /// dropped, nobody waits.
    let innerMaximum: UInt32
    /// Port towards the next hop.
    package let port: UInt16

    package init(
        port: PortIndex, nextHopMAC: MACAddress?, portMAC: MACAddress, source: UInt32, destination: UInt32, udpPort: UInt16, mtu: Int,
        hardwareChecksum: Bool
    ) {
        header = OuterHeader(
            destinationMAC: nextHopMAC ?? .zero, sourceMAC: portMAC, source: source, destination: destination, udpPort: udpPort,
            hardwareChecksum: hardwareChecksum)
        offloadFlags = hardwareChecksum ? VD_TX_TUNNEL_VXLAN | VD_TX_OUTER_IPV4 | VD_TX_OUTER_IP_CKSUM : 0
        innerMaximum = nextHopMAC == nil ? 0 : UInt32(mtu - OuterHeader.ipv4Overhead)
        self.port = port.rawValue
    }

    package var isResolved: Bool { innerMaximum != 0 }
}

/// Tunnel index -> pointer to a ``TunnelRecord``. Index 0 is never used.
///
/// Writer: control, release stores. Readers: workers, acquire loads.
package struct TunnelTable: @unchecked Sendable {
    let records: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// Positions, the unused 0 included.
    package static let capacity = 4096

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

    /// Replaces a record; `nil` removes it. The memory that it returns is to be freed after a quiescent state.
    package func publish(_ tunnel: TunnelIndex, _ record: TunnelRecord?) -> UnsafeMutableRawPointer? {
        let slot = records + Int(tunnel.rawValue)
        let old = slot.pointee
        var memory: UnsafeMutableRawPointer?
        if let record {
            memory = .allocate(byteCount: MemoryLayout<TunnelRecord>.stride, alignment: 64)
            memory?.storeBytes(of: record, as: TunnelRecord.self)
        }
        vd_store_release_pointer(slot, memory)
        return old
    }
}
