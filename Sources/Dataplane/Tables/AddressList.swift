/// The addresses that are ours on an underlay port, of both families: counts; the IPv4 addresses in network order; the IPv6 addresses. Never changed
/// after it is published.
package struct AddressList {
    let memory: UnsafeMutableRawPointer?

    package init(memory: UnsafeMutableRawPointer?) { self.memory = memory }

    private static let headerByteCount = 8

    package static func make(_ addresses: [UnderlayAddress]) -> UnsafeMutableRawPointer {
        let ipv4 = addresses.filter(\.isIPv4), ipv6 = addresses.filter { !$0.isIPv4 }
        let ipv6Offset = ipv6Offset(ipv4.count)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: ipv6Offset + 16 * ipv6.count, alignment: 64)
        memory.storeBytes(of: UInt32(ipv4.count), as: UInt32.self)
        memory.storeBytes(of: UInt32(ipv6.count), toByteOffset: 4, as: UInt32.self)
        for (position, address) in ipv4.enumerated() {
            memory.storeBytes(of: address.ipv4BE, toByteOffset: headerByteCount + 4 * position, as: UInt32.self)
        }
        for (position, address) in ipv6.enumerated() {
            memory.storeBytes(of: address, toByteOffset: ipv6Offset + 16 * position, as: UnderlayAddress.self)
        }
        return memory
    }

    @inline(__always)
    private static func ipv6Offset(_ ipv4Count: Int) -> Int { (headerByteCount &+ 4 &* ipv4Count &+ 15) & ~15 }

    @inline(__always)
    private func count(at offset: Int) -> Int {
        guard let memory else { return 0 }
        return Int(memory.load(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    private var ipv4Count: Int { count(at: 0) }
    @inline(__always)
    private var ipv6Count: Int { count(at: 4) }

    /// The first IPv4 address, network order, which nearly every packet is for; what is no address when there is none.
    @inline(__always)
    package var first: UInt64 {
        guard let memory, ipv4Count > 0 else { return .max }
        return UInt64(memory.load(fromByteOffset: AddressList.headerByteCount, as: UInt32.self))
    }

    /// The first IPv6 address; `::` when there is none.
    @inline(__always)
    package var firstIPv6: UnderlayAddress { ipv6Count > 0 ? ipv6(0) : .none }

    @inline(__always)
    private func ipv6(_ position: Int) -> UnderlayAddress {
        memory.unsafelyUnwrapped.load(fromByteOffset: AddressList.ipv6Offset(ipv4Count) &+ 16 &* position, as: UnderlayAddress.self)
    }

    @_noLocks @_noAllocation @inline(__always)
    package func contains(ipv4BE address: UInt32) -> Bool {
        guard let memory else { return false }
        var position = ipv4Count
        while position > 0 {
            position &-= 1
            if memory.load(fromByteOffset: AddressList.headerByteCount &+ 4 &* position, as: UInt32.self) == address { return true }
        }
        return false
    }

    @_noLocks @_noAllocation @inline(__always)
    package func contains(_ address: UnderlayAddress) -> Bool {
        if address.isIPv4 { return contains(ipv4BE: address.ipv4BE) }
        var position = ipv6Count
        while position > 0 {
            position &-= 1
            let own = ipv6(position)
            if own.front == address.front && own.back == address.back { return true }
        }
        return false
    }

    package var addresses: [UnderlayAddress] {
        guard let memory else { return [] }
        let ipv4 = (0..<ipv4Count).map { position in
            UnderlayAddress(ipv4BE: memory.load(fromByteOffset: AddressList.headerByteCount + 4 * position, as: UInt32.self))
        }
        return ipv4 + (0..<ipv6Count).map(ipv6)
    }
}
