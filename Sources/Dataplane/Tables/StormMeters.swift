import CShims

/// Why a frame is flooded: what storm control tells apart.
package enum FloodClass: Int, CaseIterable, Sendable {
    case broadcast, unknownUnicast, multicast

    @_noLocks @_noAllocation @inline(__always)
    init(destination: UInt64) {
        self = destination & 1 == 0 ? .unknownUnicast : destination == MACAddress.mask ? .broadcast : .multicast
    }
}

/// Rate limits of a port or a network, one token bucket for each class, shared by all workers.
///
/// Layout: a cache line a class. Writer of the limits: control, before they are published; of the buckets: workers.
package struct StormMeters: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer?

    package static let none = StormMeters(memory: nil)

    /// `rates`: frames a second by class; what is missing has no limit. A tenth of a second's frames, at least eight, may come at once. `none` without any limit.
    package static func make(_ rates: [FloodClass: Int]) -> StormMeters {
        guard !rates.isEmpty else { return .none }
        let byteCount = FloodClass.allCases.count * MemoryLayout<vd_meter>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        let meters = StormMeters(memory: memory)
        for (floodClass, rate) in rates {
            let status = vd_meter_configure(meters.meter(floodClass), UInt64(rate), UInt64(max(8, rate / 10)))
            precondition(status == 0, "a rate that DPDK's meter refuses: \(rate)")
        }
        return meters
    }

    package func free() { memory?.deallocate() }

    /// Frames that were over the limit.
    package func refused(_ floodClass: FloodClass) -> UInt64 { memory == nil ? 0 : vd_load_relaxed_u64(&meter(floodClass).pointee.refused) }

    /// Frames a second; `nil` = no limit.
    package func rate(_ floodClass: FloodClass) -> Int? {
        guard memory != nil, meter(floodClass).pointee.rate > 0 else { return nil }
        return Int(meter(floodClass).pointee.rate)
    }

    /// False: the frame is over the limit, which is counted.
    @_noLocks @_noAllocation @inline(__always)
    package func take(_ floodClass: FloodClass, now: UInt64) -> Bool { memory == nil || vd_meter_take(meter(floodClass), now) }

    @_noLocks @_noAllocation @inline(__always)
    private func meter(_ floodClass: FloodClass) -> UnsafeMutablePointer<vd_meter> {
        memory.unsafelyUnwrapped.assumingMemoryBound(to: vd_meter.self) + floodClass.rawValue
    }
}
