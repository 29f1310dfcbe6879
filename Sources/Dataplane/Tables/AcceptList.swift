import CShims

/// Whose VXLAN packets are taken although control has not named the sender as a VTEP (RFC 7348 section 7). A list of prefixes, each an address and a mask of 16
/// bytes; never changed after it is published. No list, no stranger.
package struct AcceptList {
    let memory: UnsafeMutableRawPointer?

    package init(memory: UnsafeMutableRawPointer?) { self.memory = memory }

    private static let headerByteCount = 16

    /// Prefix lengths count the 96 bits before an IPv4 address; a shorter prefix is one of IPv6, and says nothing of IPv4.
    package static func make(_ prefixes: [(address: UnderlayAddress, length: Int)]) -> UnsafeMutableRawPointer? {
        guard !prefixes.isEmpty else { return nil }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: headerByteCount + 32 * prefixes.count, alignment: 64)
        memory.storeBytes(of: UInt64(prefixes.count), as: UInt64.self)
        for (position, prefix) in prefixes.enumerated() {
            let high: UInt64 = prefix.length >= 64 ? .max : prefix.length == 0 ? 0 : .max << UInt64(64 - prefix.length)
            let low: UInt64 = prefix.length <= 64 ? 0 : .max << UInt64(128 - prefix.length)
            let mask = UnderlayAddress(high: high, low: low)
            memory.storeBytes(of: prefix.address, toByteOffset: headerByteCount + 32 * position, as: UnderlayAddress.self)
            memory.storeBytes(of: mask, toByteOffset: headerByteCount + 32 * position + 16, as: UnderlayAddress.self)
        }
        return memory
    }

    @_noLocks @_noAllocation @inline(__always)
    package func contains(_ address: UnderlayAddress) -> Bool {
        guard let memory, AcceptList.isHost(address) else { return false }
        // Ones where a prefix must be as long as the 96 bits before an IPv4 address.
        let needed: UInt64 = address.isIPv4 ? 0xFFFF_FFFF : 0
        var count = memory.load(as: UInt64.self)
        var entry = UnsafeRawPointer(memory) + AcceptList.headerByteCount
        while count > 0 {
            let prefix = entry.load(as: UnderlayAddress.self), mask = entry.load(fromByteOffset: 16, as: UnderlayAddress.self)
            let difference = (prefix.front ^ address.front) & mask.front | (prefix.back ^ address.back) & mask.back
            if difference | (~mask.back & needed) == 0 { return true }
            entry += 32
            count &-= 1
        }
        return false
    }

    /// Whether a packet may have been sent from this address: not unspecified, loopback, multicast or broadcast.
    @_noLocks @_noAllocation @inline(__always)
    private static func isHost(_ address: UnderlayAddress) -> Bool {
        if address.isIPv4 {
            let first = address.ipv4BE & 0xFF
            return first != 0 && first != 127 && first < 224
        }
        return UInt8(truncatingIfNeeded: address.front) != 0xFF && address.front | (address.back & 0xFEFF_FFFF_FFFF_FFFF) != 0
    }
}
