/// EtherTypes as a little-endian load of the two bytes on the wire gives them.
enum EtherType {
    static let ipv4: UInt16 = 0x0008
    static let arp: UInt16 = 0x0608
    static let ipv6: UInt16 = 0xDD86
    /// 802.1Q customer tag and 802.1ad service tag.
    static let vlan: UInt16 = 0x0081
    static let serviceVLAN: UInt16 = 0xA888

    @_noLocks @_noAllocation @inline(__always)
    static func isTag(_ type: UInt16) -> Bool { type == vlan || type == serviceVLAN }
}

extension MACAddress {
    /// 01:80:c2:00:00:00 to :0f, which bridges never forward (IEEE 802.1Q 8.6.3).
    @_noLocks @_noAllocation @inline(__always)
    static func isLinkLocal(_ bits: UInt64) -> Bool { bits & 0xF0FF_FFFF_FFFF == 0x0000_00C2_8001 }
}

// Unaligned loads and stores of a packet's bytes. Little-endian machines only: a number on the wire is swapped by its reader.
extension UnsafeRawPointer {
    @_noLocks @_noAllocation @inline(__always)
    func u16(_ offset: Int) -> UInt16 { loadUnaligned(fromByteOffset: offset, as: UInt16.self) }
    @_noLocks @_noAllocation @inline(__always)
    func u32(_ offset: Int) -> UInt32 { loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    @_noLocks @_noAllocation @inline(__always)
    func u64(_ offset: Int) -> UInt64 { loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    /// Six octets, first one in the lowest byte; reads two octets more.
    @_noLocks @_noAllocation @inline(__always)
    func mac(_ offset: Int) -> UInt64 { u64(offset) & MACAddress.mask }
}

extension UnsafeMutableRawPointer {
    @inline(__always)
    func put<Value: BitwiseCopyable>(_ value: Value, _ offset: Int) { storeBytes(of: value, toByteOffset: offset, as: Value.self) }
}

/// The two addresses of an Ethernet header, held in registers while the header is moved.
struct AddressPair {
    let low: UInt64
    let high: UInt32

    @_noLocks @_noAllocation @inline(__always)
    init(_ frame: UnsafeRawPointer) {
        low = frame.u64(0)
        high = frame.u32(8)
    }

    @_noLocks @_noAllocation @inline(__always)
    func write(to frame: UnsafeMutableRawPointer) {
        frame.put(low, 0)
        frame.put(high, 8)
    }
}
