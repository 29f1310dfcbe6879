/// What a worker tells control: 32 bytes on a bounded ring. When the ring is full the event is lost and counted; forwarding goes on.
package struct Event: BitwiseCopyable, Sendable {
    package enum Kind: UInt32, CaseIterable, Sendable {
        case macLearned, macMoved, macTableFull, staticMACViolation
    }

    var kindValue: UInt32
    /// The gateway's own clock, seconds.
    package var time: UInt32
    var keyValue: UInt64
    var destinationValue: UInt32
    var previousValue: UInt32
    private var reserved: UInt64 = 0

    @_noLocks @_noAllocation @inline(__always)
    init(kind: UInt32, time: UInt32, key: MACKey, destination: Destination, previous: Destination) {
        kindValue = kind
        self.time = time
        keyValue = key.rawValue
        destinationValue = destination.rawValue
        previousValue = previous.rawValue
    }

    package var kind: Kind? { Kind(rawValue: kindValue) }
    package var key: MACKey { MACKey(rawValue: keyValue) }
    package var destination: Destination { Destination(rawValue: destinationValue) }
    package var previous: Destination { Destination(rawValue: previousValue) }
}
