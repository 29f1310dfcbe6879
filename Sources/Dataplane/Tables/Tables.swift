import CShims

/// Values that workers read once a burst and reload may change.
struct Settings: BitwiseCopyable {
    /// First source port in the upper half, number of ports in the lower.
    var sourcePorts: UInt32 = 49152 << 16 | 16384
    /// Bits of a VXLAN header, as it lies in memory, that must be as the I flag alone has them: that flag, and reserved ones by policy.
    var vxlanMask: UInt64 = 0x08
    /// ``AcceptList``.
    var accept: UnsafeMutableRawPointer?
    /// Number in our ``LoopProbe``s as it lies in memory, 0 = we send none.
    var probeGatewayBE: UInt64 = 0
    /// Non-zero: some network suppresses ARP and ND, so frames are looked at for what they tell of hosts.
    var observesNeighbors: UInt32 = 0
}

/// A UDP port that VXLAN packets come to, and the remote VTEPs that send to it.
package struct VXLANEndpoint {
    /// Network order; 0 = unused.
    var udpPortBE: UInt32
    /// Outer source address -> tunnel.
    package let vteps: VTEPMap
    package let vteps6: AddressMap
}

/// Everything that workers and control share. A handle: copies name the same memory.
package struct Tables: @unchecked Sendable {
    package let macs: MACTable
    package let vnis: VNIMap
    package let networks: NetworkTable
    package let tunnels: TunnelTable
    package let ports: PortTable
    package let neighbors: NeighborMap
    let settings: UnsafeMutablePointer<Settings>
    /// The first is that of nearly all packets.
    let endpoints: UnsafeMutablePointer<VXLANEndpoint>

    package static let endpointCount = 8

    /// Room for `macCapacity` MAC entries, and what rounding up adds: see ``MACTable/capacityMaximum``. `seed` is random but in tests.
    package static func make(macCapacity: Int, node: Int32 = -1, seed: UInt64 = vd_random()) -> Tables {
        let settings = TableMemory.allocate(Settings.self, count: 1)
        settings.initialize(to: Settings())
        return Tables(
            macs: .make(capacity: macCapacity, node: node, seed: seed), vnis: .make(node: node), networks: .make(node: node),
            tunnels: .make(node: node), ports: .make(), neighbors: .make(node: node), settings: settings, endpoints: makeEndpoints())
    }

    private static func makeEndpoints() -> UnsafeMutablePointer<VXLANEndpoint> {
        let endpoints = UnsafeMutablePointer<VXLANEndpoint>.allocate(capacity: endpointCount)
        for number in 0..<endpointCount {
            let port: UInt16 = number == 0 ? 4789 : 0
            (endpoints + number).initialize(to: VXLANEndpoint(udpPortBE: UInt32(port.bigEndian), vteps: .make(), vteps6: .make()))
        }
        return endpoints
    }

    /// Gives all memory back; no worker may run any more.
    package func destroy() {
        macs.destroy()
        vnis.destroy()
        for index in 0..<NetworkTable.capacity {
            let record = networks.records[index]
            record.localFloodList?.deallocate()
            record.remoteFloodList?.deallocate()
            record.multicast?.deallocate()
        }
        networks.destroy()
        tunnels.destroy()
        for number in 0..<Tables.endpointCount {
            endpoints[number].vteps.destroy()
            endpoints[number].vteps6.destroy()
        }
        endpoints.deallocate()
        ports.destroy()
        neighbors.destroy()
        settings.pointee.accept?.deallocate()
        TableMemory.free(settings, count: 1)
    }

    /// `nil`: the endpoint takes no packets.
    package func publishUDPPort(_ port: UInt16?, endpoint: Int = 0) {
        vd_store_release_u32(&endpoints[endpoint].udpPortBE, UInt32((port ?? 0).bigEndian))
    }

    /// UDP ports that packets are taken from; 0 = none. By endpoint.
    package var udpPorts: [UInt16] {
        (0..<Tables.endpointCount).map { UInt16(bigEndian: UInt16(truncatingIfNeeded: endpoints[$0].udpPortBE)) }
    }

    /// Whether a sender that is no tunnel's other end may send.
    package func acceptsStranger(_ address: UnderlayAddress) -> Bool { AcceptList(memory: settings.pointee.accept).contains(address) }

    /// Of the eight bytes of a VXLAN header as a number, those bits that are looked at.
    package var vxlanMask: UInt64 { UInt64(bigEndian: settings.pointee.vxlanMask) }

    package subscript(endpoint number: Int) -> VXLANEndpoint { endpoints[number] }

    /// The VTEPs of the first endpoint.
    package var vteps: VTEPMap { endpoints[0].vteps }
    package var vteps6: AddressMap { endpoints[0].vteps6 }

    /// `bits`: of the eight bytes of a VXLAN header as a number, those that must be zero.
    package func publishReservedBits(_ bits: UInt64) {
        vd_store_release_u64(&settings.pointee.vxlanMask, bits.bigEndian & ~VXLANHeader.meaningfulBits | 0x08)
    }

    /// Who may send beside the VTEPs that are known. The memory that it returns is to be freed after a quiescent state.
    package func publishAccept(_ prefixes: [(address: UnderlayAddress, length: Int)]) -> UnsafeMutableRawPointer? {
        let old = settings.pointee.accept
        vd_store_release_pointer(&settings.pointee.accept, AcceptList.make(prefixes))
        return old
    }

    /// `gateway`: the number in our loop probes; `nil` = we send none, and none is looked for.
    package func publishProbes(gateway: UInt64?) {
        vd_store_release_u64(&settings.pointee.probeGatewayBE, (gateway ?? 0).bigEndian)
    }

    /// Whether workers show control the ARP and ND messages that tell where hosts are, in networks that ask for it.
    package func setObservesNeighbors(_ value: Bool) { vd_store_release_u32(&settings.pointee.observesNeighbors, value ? 1 : 0) }

    package func publishSourcePorts(_ range: ClosedRange<UInt16>) {
        vd_store_release_u32(&settings.pointee.sourcePorts, UInt32(range.lowerBound) << 16 | UInt32(min(range.count, 0xFFFF)))
    }
}
