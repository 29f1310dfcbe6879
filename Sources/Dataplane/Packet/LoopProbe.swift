/// A frame that control sends through an access port to see whether it comes back: a reply of the Ethernet configuration testing protocol (DIX Ethernet 2.0
/// section 8), which bridges forward as any multicast and stations ignore.
///
///     bytes  0-5   destination cf:00:00:00:00:00, the protocol's multicast address
///            6-11  source: MAC of the port
///           12-13  EtherType 0x9000
///           14-15  skip count: 0
///           16-17  function: 1 = reply, least significant byte first
///           18-19  receipt number: 0
///           20-23  "VdLP"
///           24-31  number of the gateway, random at its start
///           32-33  index of the port that it was sent through
///           34-35  VLAN ID of the 802.1Q tag there, 0 = none
///           36-37  index of the network
///           38-45  when it was sent: milliseconds of control's clock
///           46-47  VLAN ID of the service tag there, 0 = none
///           48-59  zero
package enum LoopProbe {
    package static let destination = MACAddress(bits: destinationBits)
    package static let etherType: UInt16 = 0x9000
    package static let functionReply: UInt8 = 1
    package static let magic: UInt32 = 0x5664_4C50
    package static let byteCount = 60

    package enum Offset {
        package static let type = 12, function = 16, magic = 20, gateway = 24, port = 32, vlan = 34, network = 36, sent = 38, service = 46
        package static let end = 48
    }

    static let destinationBits: UInt64 = 0xCF

    /// Whether a frame is a probe of ours. `byteCount`: bytes in the first segment. `tagBytes`: bytes of its tag. `gatewayBE`: our number as it lies in
    /// memory, 0 = we send none.
    @_noLocks @_noAllocation @inline(__always)
    static func isOwn(_ frame: UnsafeRawPointer, byteCount: Int, tagBytes: Int, gatewayBE: UInt64) -> Bool {
        guard gatewayBE != 0, byteCount >= tagBytes &+ Offset.end else { return false }
        return frame.u16(tagBytes &+ Offset.type) == etherType.byteSwapped && frame.u32(tagBytes &+ Offset.magic) == magic.byteSwapped
            && frame.u64(tagBytes &+ Offset.gateway) == gatewayBE
    }
}

extension MACAddress {
    /// Group addresses that a worker looks at more closely: those that bridges never forward, and that of loop probes.
    @_noLocks @_noAllocation @inline(__always)
    static func isReserved(_ bits: UInt64) -> Bool { isLinkLocal(bits) || bits == LoopProbe.destinationBits }
}
