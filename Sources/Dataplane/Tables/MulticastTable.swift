import CShims

/// Where a network's multicast goes: IP group -> members on access ports and tunnels, routers included.
///
/// Layout: a header of eight 64-bit words; then an open-addressed table of slots of four words, at most a quarter full, linear probing; then the lists,
/// each laid out as a ``FloodList``:
///
///     header  0 multiplier  1 shift  2, 3 IPv4: routers, reports  4, 5 IPv6: routers, reports
///     slot    0, 1 both halves of the group  2 lists
///
/// A word "lists" has the offset of the local list in bytes in its upper half and that of the remote one in its lower; 1 = to everyone, and in a slot
/// 0 = free. The multiplier is random, so that nobody who joins groups can choose where they lie.
///
/// Writer: control, which builds another and frees this one after a quiescent state. Readers: workers, with frames to groups in networks that snoop.
struct MulticastTable {
    /// `nil`: everything goes to everyone.
    let memory: UnsafeMutableRawPointer?

    static let headerWords = 8
    static let slotWords = 4
    static let everyone: UInt64 = 1

    /// Where frames go that not everyone is to get.
    struct Lists {
        let local: FloodList
        let remote: FloodList
    }

    /// Of packets to a group; `nil` = to everyone. Those to groups that nobody has asked for go to routers (RFC 4541 section 2.1.2).
    @_noLocks @_noAllocation
    func lookup(_ group: UnderlayAddress) -> Lists? {
        guard let memory else { return nil }
        let words = UnsafePointer(memory.assumingMemoryBound(to: UInt64.self))
        let mask = (1 &<< (64 &- Int(truncatingIfNeeded: words[1]))) &- 1
        var position = MulticastTable.position(group, multiplier: words[0], shift: words[1])
        var slot = words + (MulticastTable.headerWords &+ MulticastTable.slotWords &* position)
        while slot[2] != 0 {
            if slot[0] == group.front && slot[1] == group.back { return lists(slot[2]) }
            position = (position &+ 1) & mask
            slot = words + (MulticastTable.headerWords &+ MulticastTable.slotWords &* position)
        }
        return lists(words[group.isIPv4 ? 2 : 4])
    }

    /// Of reports; `nil` = to everyone. `isHeardByHosts`: hosts listen to it, and would not report the group themselves.
    @_noLocks @_noAllocation
    func reports(isIPv4: Bool, isHeardByHosts: Bool) -> Lists? {
        guard let memory else { return nil }
        let words = UnsafePointer(memory.assumingMemoryBound(to: UInt64.self))
        return lists(words[(isIPv4 ? 2 : 4) &+ (isHeardByHosts ? 0 : 1)])
    }

    @_noLocks @_noAllocation @inline(__always)
    private func lists(_ word: UInt64) -> Lists? {
        guard word > MulticastTable.everyone, let memory else { return nil }
        return Lists(
            local: FloodList(memory: memory + Int(truncatingIfNeeded: word &>> 32)),
            remote: FloodList(memory: memory + Int(truncatingIfNeeded: word & 0xFFFF_FFFF)))
    }

    @_noLocks @_noAllocation @inline(__always)
    static func position(_ group: UnderlayAddress, multiplier: UInt64, shift: UInt64) -> Int {
        Int(truncatingIfNeeded: (((group.front &* multiplier) ^ group.back) &* multiplier) &>> shift)
    }
}
