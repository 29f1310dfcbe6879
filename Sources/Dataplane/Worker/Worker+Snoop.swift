import CShims

// In: a frame to be flooded, in a network that snoops. Out: whether it is still to be flooded; else it went to those who asked for its group, or is
// dropped and counted because nobody did. IGMP, MLD and PIM are shown to control.

extension Worker {
    @_noLocks @_noAllocation
    mutating func passesSnooping(_ frame: UnsafePointer<Frame>, _ record: UnsafePointer<NetworkRecord>) -> Bool {
        let destination = frame.pointee.destinationKey.rawValue & MACAddress.mask
        guard record.pointee.features.contains(.multicastSnooping), destination & 1 != 0, destination != MACAddress.mask else {
            return true
        }
        return passesGroups(frame)
    }

    @_noLocks @_noAllocation @inline(never)
    private mutating func passesGroups(_ frame: UnsafePointer<Frame>) -> Bool {
        let packet = frame.pointee.packet
        let tagBytes = Int(frame.pointee.tagBytes)
        let inner = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off) + tagBytes
        let table = tables.networks.multicast(frame.pointee.network)
        let lists: MulticastTable.Lists?
        switch SnoopVerdict.decide(inner, byteCount: Int(packet.pointee.data_len) &- tagBytes) {
        case .everyone: return true
        case .signal:
            show(frame)
            return true
        case .report(let isIPv4, let isHeardByHosts):
            show(frame)
            lists = table.reports(isIPv4: isIPv4, isHeardByHosts: isHeardByHosts)
        case .group(let group): lists = table.lookup(group)
        }
        guard let lists else { return true }
        flood(frame, lists.local, lists.remote, ifNobody: .noListener)
        return false
    }
}
