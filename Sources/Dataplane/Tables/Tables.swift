import CShims

/// Values that workers read once a burst and reload may change.
struct Settings: BitwiseCopyable {
    /// UDP destination port of VXLAN, network order.
    var udpPortBE: UInt32 = UInt32(UInt16(4789).bigEndian)
    /// First source port in the upper half, number of ports in the lower.
    var sourcePorts: UInt32 = 49152 << 16 | 16384
}

/// Everything that workers and control share. A handle: copies name the same memory.
package struct Tables: @unchecked Sendable {
    package let macs: MACTable
    package let vnis: VNIMap
    package let networks: NetworkTable
    package let tunnels: TunnelTable
    package let vteps: VTEPMap
    package let ports: PortTable
    let settings: UnsafeMutablePointer<Settings>

    /// Room for `macCapacity` MAC entries, and what rounding up adds: see ``MACTable/capacityMaximum``. `seed` is random but in tests.
    package static func make(macCapacity: Int, node: Int32 = -1, seed: UInt64 = vd_random()) -> Tables {
        let settings = TableMemory.allocate(Settings.self, count: 1)
        settings.initialize(to: Settings())
        return Tables(
            macs: .make(capacity: macCapacity, node: node, seed: seed), vnis: .make(node: node), networks: .make(node: node),
            tunnels: .make(node: node), vteps: .make(), ports: .make(), settings: settings)
    }

    /// Gives all memory back; no worker may run any more.
    package func destroy() {
        macs.destroy()
        vnis.destroy()
        for index in 0..<NetworkTable.capacity {
            let record = networks.records[index]
            record.localFloodList?.deallocate()
            record.remoteFloodList?.deallocate()
        }
        networks.destroy()
        tunnels.destroy()
        vteps.destroy()
        ports.destroy()
        TableMemory.free(settings, count: 1)
    }

    package func publishUDPPort(_ port: UInt16) {
        vd_store_release_u32(&settings.pointee.udpPortBE, UInt32(port.bigEndian))
    }

    package func publishSourcePorts(_ range: ClosedRange<UInt16>) {
        vd_store_release_u32(&settings.pointee.sourcePorts, UInt32(range.lowerBound) << 16 | UInt32(min(range.count, 0xFFFF)))
    }
}
