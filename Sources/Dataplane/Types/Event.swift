/// What a worker tells control: 32 bytes on a bounded ring. When the ring is full the event is lost and counted; forwarding goes on.
package struct Event: BitwiseCopyable, Sendable {
    package enum Kind: UInt32, CaseIterable, Sendable {
        case macLearned, macMoved, macTableFull, macLimitOfNetwork, macLimitOfPort, staticMACViolation, macLocked
        /// A VXLAN packet from a sender that may send and is no tunnel's other end.
        case vtepHeard
    }

    var kindValue: UInt32
    /// The gateway's own clock, seconds.
    package var time: UInt32
    var keyValue: UInt64
    var destinationValue: UInt32
    var previousValue: UInt32
    private var more: UInt64 = 0

    @_noLocks @_noAllocation @inline(__always)
    init(kind: UInt32, time: UInt32, key: MACKey, destination: Destination, previous: Destination) {
        kindValue = kind
        self.time = time
        keyValue = key.rawValue
        destinationValue = destination.rawValue
        previousValue = previous.rawValue
    }

    /// ``Kind/vtepHeard``.
    @_noLocks @_noAllocation @inline(__always)
    init(vtep: UnderlayAddress, udpPort: UInt16, kind: UInt32, time: UInt32) {
        kindValue = kind
        self.time = time
        keyValue = vtep.front
        more = vtep.back
        destinationValue = UInt32(udpPort)
        previousValue = 0
    }

    package var kind: Kind? { Kind(rawValue: kindValue) }
    package var key: MACKey { MACKey(rawValue: keyValue) }
    package var destination: Destination { Destination(rawValue: destinationValue) }
    package var previous: Destination { Destination(rawValue: previousValue) }
    /// The sender, and the UDP port that it sent to.
    package var vtep: UnderlayAddress { UnderlayAddress(front: keyValue, back: more) }
    package var udpPort: UInt16 { UInt16(truncatingIfNeeded: destinationValue) }
}
