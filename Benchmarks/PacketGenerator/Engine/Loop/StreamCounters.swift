/// What a stream's transmitter counts. Written by its loop, read by control while it runs.
package struct TransmitCounters: BitwiseCopyable {
    package var packets: UInt64 = 0
    /// Bytes in memory, without FCS.
    package var bytes: UInt64 = 0
    /// Bursts that the device did not take whole: the rest was tried again.
    package var refusals: UInt64 = 0
    /// Bursts not made because the pool was empty: packets wait in the devices.
    package var poolEmpty: UInt64 = 0
    /// The longest time, in cycles, between two turns of the loop: large when it lost its core.
    package var longestPause: UInt64 = 0
    package var firstCycle: UInt64 = 0
    package var lastCycle: UInt64 = 0
    /// 1 after the last packet.
    package var isDone: UInt64 = 0

    package init(isDone: Bool = false) { self.isDone = isDone ? 1 : 0 }
}

/// What the receiver of a stream counts.
package struct ReceiveCounters: BitwiseCopyable {
    /// Packets of the stream, each counted once.
    package var packets: UInt64 = 0
    package var bytes: UInt64 = 0
    package var duplicates: UInt64 = 0
    package var reordered: UInt64 = 0
    /// Packets of the stream in another VLAN, or with another VNI, than their MACs tell.
    package var misplaced: UInt64 = 0
    /// Packets of ours that belong to an earlier run or came out elsewhere.
    package var strays: UInt64 = 0
    /// Everything else, ARP not counted.
    package var foreign: UInt64 = 0
    package var arp: UInt64 = 0
    package var lastCycle: UInt64 = 0

    package init() {}
}
