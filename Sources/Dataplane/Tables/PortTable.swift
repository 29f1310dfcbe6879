import CShims

/// What workers know of a port: one cache line.
///
/// Writer: control, before workers start; of an underlay port also later: addresses and groups as a whole, its tag and its rule. Readers: workers.
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
    /// 1: packets over IPv6 are taken without UDP checksum (RFC 6936).
    package var acceptsZeroChecksum: UInt8 = 0
    /// 802.1Q tag of everything on an underlay port, its four bytes as they lie in memory, priority 0; 0 = untagged.
    package var outerTag: UInt32 = 0
    /// ``LearningMode`` of an access port.
    package var learning: UInt8 = 0
    /// Frames never go to a port of the same group; 0 = in none. Isolated ports are one more group.
    package var splitHorizonGroup: UInt8 = 0
    package var isIsolated: UInt8 = 0
    /// 1: an access port that is part of a loop: nothing but probes enters, nothing leaves.
    var isBlocked: UInt8 = 0
    /// Multicast groups that are joined on an underlay port; the numbers mean nothing.
    var groups: AddressMap?
    /// ``StormMeters`` of an access port.
    var storm: UnsafeMutableRawPointer?

    package init() {}
}

/// Port index -> ``PortRecord``.
package struct PortTable: @unchecked Sendable {
    package static let capacity = 32

    package let records: UnsafeMutablePointer<PortRecord>

    static func make() -> PortTable {
        precondition(MemoryLayout<PortRecord>.stride == 64 && capacity <= Destination.portCount)
        let records = TableMemory.allocate(PortRecord.self, count: capacity)
        records.initialize(repeating: PortRecord(), count: capacity)
        return PortTable(records: records)
    }

    func destroy() {
        for index in 0..<PortTable.capacity {
            records[index].addresses?.deallocate()
            records[index].groups?.destroy()
            StormMeters(memory: records[index].storm).free()
            if let vlans = records[index].vlans { PortVLANMap(networks: vlans).destroy() }
            records[index].transmitLock?.deallocate()
        }
        TableMemory.free(records, count: PortTable.capacity)
    }

    package subscript(port: PortIndex) -> PortRecord { records[Int(port.rawValue)] }

    /// Before workers start. `sharedTransmit`: the device has fewer transmit queues than there are workers.
    package func set(_ port: PortIndex, _ record: PortRecord, sharedTransmit: Bool, node: Int32) {
        var record = record
        if record.isUnderlay == 0 { record.vlans = PortVLANMap.make(node: node).networks } else { record.groups = .make() }
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

    /// Replaces the addresses that are ours on an underlay port; packets for the first of each family pass fastest. The memory that it returns is to be
    /// freed after a quiescent state.
    package func publishAddresses(_ port: PortIndex, _ addresses: [UnderlayAddress]) -> UnsafeMutableRawPointer? {
        let field = withUnsafeMutablePointer(to: &records[Int(port.rawValue)].addresses) { $0 }
        let old = field.pointee
        vd_store_release_pointer(field, AddressList.make(addresses))
        return old
    }

    package func addresses(_ port: PortIndex) -> [UnderlayAddress] { AddressList(memory: records[Int(port.rawValue)].addresses).addresses }

    /// Replaces the groups that an underlay port takes packets for. The memory that it returns is to be freed after a quiescent state.
    package func publishGroups(_ port: PortIndex, _ groups: Set<UnderlayAddress>) -> UnsafeMutableRawPointer? {
        records[Int(port.rawValue)].groups?.publish(Dictionary(uniqueKeysWithValues: groups.map { ($0, 1) }))
    }

    package func isIn(_ group: UnderlayAddress, on port: PortIndex) -> Bool { records[Int(port.rawValue)].groups?[group] ?? 0 != 0 }

    /// `tag`: VLAN ID of everything on an underlay port, `nil` = untagged.
    package func setOuterTag(_ port: PortIndex, _ tag: VLANID?) {
        let bytes = tag.map { UInt32(EtherType.vlan) | UInt32($0.rawValue.byteSwapped) << 16 } ?? 0
        vd_store_release_u32(&records[Int(port.rawValue)].outerTag, bytes)
    }

    package func setAcceptsZeroChecksum(_ port: PortIndex, _ value: Bool) {
        records[Int(port.rawValue)].acceptsZeroChecksum = value ? 1 : 0
    }

    package func setLearning(_ port: PortIndex, _ mode: LearningMode) { records[Int(port.rawValue)].learning = mode.rawValue }

    /// `group`: 1 to 255, `nil` = none.
    package func setIsolation(_ port: PortIndex, isIsolated: Bool, group: UInt8?) {
        records[Int(port.rawValue)].isIsolated = isIsolated ? 1 : 0
        records[Int(port.rawValue)].splitHorizonGroup = group ?? 0
    }

    /// Takes an access port out of forwarding. Nothing fits a blocked port: so frames to it leave the plain path, where probes are let through.
    package func block(_ port: PortIndex) {
        records[Int(port.rawValue)].isBlocked = 1
        records[Int(port.rawValue)].frameMaximum = 0
    }

    /// The opposite of ``block(_:)``. `mtu`: the port's, in bytes.
    package func open(_ port: PortIndex, mtu: Int) {
        records[Int(port.rawValue)].frameMaximum = UInt16(mtu + 14)
        records[Int(port.rawValue)].isBlocked = 0
    }

    package func isBlocked(_ port: PortIndex) -> Bool { records[Int(port.rawValue)].isBlocked != 0 }

    package func stormMeters(_ port: PortIndex) -> StormMeters { StormMeters(memory: records[Int(port.rawValue)].storm) }

    /// Replaces a port's limits. Those that it returns are to be freed after a quiescent state.
    package func publishStormMeters(_ port: PortIndex, _ meters: StormMeters) -> StormMeters {
        let old = stormMeters(port)
        vd_store_release_pointer(&records[Int(port.rawValue)].storm, meters.memory)
        return old
    }
}

/// What an access port does with the sources of its frames.
///
/// The odd ones learn nothing.
package enum LearningMode: UInt8, Sendable {
    /// Learns them.
    case on = 0
    /// Takes frames from any.
    case off = 1
    /// Keeps what it has learned until that ages: frames from such a source elsewhere are violations.
    case sticky = 2
    /// Takes frames from those only that control has put behind it.
    case locked = 3
}

extension PortRecord {
    /// Whether frames from port `a` may leave through port `b`.
    @_noLocks @_noAllocation @inline(__always)
    static func separates(_ a: UnsafePointer<PortRecord>, _ b: UnsafePointer<PortRecord>) -> Bool {
        (a.pointee.isIsolated & b.pointee.isIsolated) != 0
            || (a.pointee.splitHorizonGroup != 0 && a.pointee.splitHorizonGroup == b.pointee.splitHorizonGroup)
    }
}
