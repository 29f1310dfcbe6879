import CShims

/// What workers know of a port: one cache line.
///
/// Writer: control, before workers start; afterwards only `addresses` changes, as a whole. Readers: workers.
package struct PortRecord: BitwiseCopyable {
    /// The port's MAC address, as ``MACAddress`` holds it.
    package var mac: UInt64 = 0
    /// ``AddressList`` of an underlay port.
    var addresses: UnsafeMutableRawPointer?
    /// ``PortVLANMap`` of an access port.
    var vlans: UnsafeMutablePointer<UInt16>?
    /// Lock of a transmit queue that workers share; `nil` where each worker has its own.
    package var transmitLock: UnsafeMutablePointer<UInt32>?
    /// Number of the port in DPDK.
    package var device: UInt16 = 0
    /// Largest frame without VLAN tag: MTU + 14.
    package var frameMaximum: UInt16 = 0
    package var isUnderlay: UInt8 = 0
    /// 1: transmits packets of several segments.
    package var multipleSegments: UInt8 = 0
    package var hardwareChecksum: UInt8 = 0
    var reserved: UInt8 = 0
    var padding: (UInt64, UInt64, UInt64) = (0, 0, 0)

    package init() {}
}

/// Port index -> ``PortRecord``.
package struct PortTable: @unchecked Sendable {
    package static let capacity = 32

    package let records: UnsafeMutablePointer<PortRecord>

    static func make() -> PortTable {
        precondition(MemoryLayout<PortRecord>.stride == 64)
        let records = TableMemory.allocate(PortRecord.self, count: capacity)
        records.initialize(repeating: PortRecord(), count: capacity)
        return PortTable(records: records)
    }

    func destroy() {
        for index in 0..<PortTable.capacity {
            records[index].addresses?.deallocate()
            if let vlans = records[index].vlans { PortVLANMap(networks: vlans).destroy() }
            records[index].transmitLock?.deallocate()
        }
        TableMemory.free(records, count: PortTable.capacity)
    }

    package subscript(port: PortIndex) -> PortRecord { records[Int(port.rawValue)] }

    /// Before workers start. `sharedTransmit`: the device has fewer transmit queues than there are workers.
    package func set(_ port: PortIndex, _ record: PortRecord, sharedTransmit: Bool, node: Int32) {
        var record = record
        if record.isUnderlay == 0 { record.vlans = PortVLANMap.make(node: node).networks }
        if sharedTransmit {
            let lock = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64).bindMemory(to: UInt32.self, capacity: 16)
            lock.initialize(repeating: 0, count: 16)
            record.transmitLock = lock
        }
        records[Int(port.rawValue)] = record
    }

    /// The map of an access port.
    package func vlanMap(_ port: PortIndex) -> PortVLANMap? {
        records[Int(port.rawValue)].vlans.map { PortVLANMap(networks: $0) }
    }

    /// Replaces the addresses (numbers, host order) of an underlay port. The memory that it returns is to be freed after a quiescent
    /// state.
    package func publishAddresses(_ port: PortIndex, _ addresses: [UInt32]) -> UnsafeMutableRawPointer? {
        let field = withUnsafeMutablePointer(to: &records[Int(port.rawValue)].addresses) { $0 }
        let old = field.pointee
        vd_store_release_pointer(field, AddressList.make(addresses))
        return old
    }

    package func addresses(_ port: PortIndex) -> [UInt32] { AddressList(memory: records[Int(port.rawValue)].addresses).addresses }
}

/// The IPv4 addresses of an underlay port: a count and the addresses in network order. Never changed after it is published.
struct AddressList {
    let memory: UnsafeMutableRawPointer?

    static func make(_ addresses: [UInt32]) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * (addresses.count + 1), alignment: 64)
        memory.storeBytes(of: UInt32(addresses.count), as: UInt32.self)
        for (position, address) in addresses.enumerated() {
            memory.storeBytes(of: address.bigEndian, toByteOffset: 4 * (position + 1), as: UInt32.self)
        }
        return memory
    }

    @inline(__always)
    private var count: Int {
        guard let memory else { return 0 }
        return Int(memory.load(as: UInt32.self))
    }

    /// The first address, network order, which nearly every packet is for; what is no address when there is none.
    @inline(__always)
    var first: UInt64 {
        guard let memory, count > 0 else { return .max }
        return UInt64(memory.load(fromByteOffset: 4, as: UInt32.self))
    }

    @_noLocks @_noAllocation @inline(__always)
    func contains(_ addressBE: UInt32) -> Bool {
        guard let memory else { return false }
        var position = count
        while position > 0 {
            if memory.load(fromByteOffset: 4 &* position, as: UInt32.self) == addressBE { return true }
            position &-= 1
        }
        return false
    }

    var addresses: [UInt32] {
        guard let memory else { return [] }
        return (0..<count).map { UInt32(bigEndian: memory.load(fromByteOffset: 4 * ($0 + 1), as: UInt32.self)) }
    }
}
