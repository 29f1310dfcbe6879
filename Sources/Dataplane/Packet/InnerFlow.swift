/// What the outer headers take from the frame inside: the entropy of the source port, and the traffic class.
package struct InnerFlow {
    /// Of the inner flow: see ``FlowHash``.
    package let hash: UInt64
    /// DSCP and ECN of the IPv4 or IPv6 packet in the frame, 0 where it holds none.
    package let trafficClass: UInt32
    /// The class selector of the frame's 802.1p priority, in its place in the traffic class.
    var priorityClass: UInt32 = 0

    /// `frame` starts twelve bytes before the EtherType of the payload. `byteCount`: what lies in one piece from there on, at least 14.
    /// `source` and `destination`: the MAC table's hashes of the frame's keys.
    @_noLocks @_noAllocation @inline(__always)
    package init(_ frame: UnsafeRawPointer, byteCount: Int, source: UInt64, destination: UInt64) {
        hash = FlowHash.hash(frame, byteCount: byteCount, source: source, destination: destination)
        trafficClass = InnerFlow.trafficClass(frame, byteCount: byteCount)
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func trafficClass(_ frame: UnsafeRawPointer, byteCount: Int) -> UInt32 {
        guard byteCount >= 16 else { return 0 }
        let type = frame.u16(12)
        if type == EtherType.ipv4 { return UInt32(frame.load(fromByteOffset: 15, as: UInt8.self)) }
        return type == EtherType.ipv6 ? UInt32(frame.u16(14).byteSwapped &>> 4) & 0xFF : 0
    }

    /// Whether the packet in a frame asks not to be fragmented: IPv4 with DF, IPv6 always, anything else never.
    @_noLocks @_noAllocation
    static func mustNotBeFragmented(_ frame: UnsafeRawPointer, byteCount: Int) -> Bool {
        let type = frame.u16(12)
        if type == EtherType.ipv6 { return true }
        return type == EtherType.ipv4 && byteCount >= 22 && frame.load(fromByteOffset: 20, as: UInt8.self) & 0x40 != 0
    }
}
