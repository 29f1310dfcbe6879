import Histogram

/// Counts latencies in cycles, in the buckets of an HDR histogram with three significant digits: 1024 to each power of two. The counts are
/// raw memory, so that recording is one increment and control may look on while the loop counts.
package struct LatencyRecorder: BitwiseCopyable {
    /// Longer latencies, about minutes, count as this.
    static let largest: UInt64 = 1 << 40 - 1
    private static let linearBits: UInt64 = 11
    private static let bucketCount = bucket(largest) + 1

    private let counts: UnsafeMutablePointer<UInt64>

    package static func make() -> LatencyRecorder {
        let counts = UnsafeMutablePointer<UInt64>.allocate(capacity: bucketCount)
        counts.initialize(repeating: 0, count: bucketCount)
        return LatencyRecorder(counts: counts)
    }

    private init(counts: UnsafeMutablePointer<UInt64>) { self.counts = counts }

    package func destroy() { counts.deallocate() }

    package func reset() { counts.update(repeating: 0, count: LatencyRecorder.bucketCount) }

    @_noLocks @_noAllocation @inline(__always)
    package func record(_ cycles: UInt64) { counts[LatencyRecorder.bucket(min(cycles, LatencyRecorder.largest))] &+= 1 }

    /// Below 2048 a bucket each; above, the eleven leading bits tell the bucket.
    @_noLocks @_noAllocation @inline(__always)
    private static func bucket(_ cycles: UInt64) -> Int {
        let width = 64 &- UInt64(truncatingIfNeeded: (cycles | (1 &<< linearBits &- 1)).leadingZeroBitCount)
        let shift = width &- linearBits
        return Int(truncatingIfNeeded: shift &<< (linearBits &- 1) &+ cycles &>> shift)
    }

    /// The middle of a bucket.
    private static func value(ofBucket bucket: Int) -> UInt64 {
        guard bucket >= 1 << linearBits else { return UInt64(bucket) }
        let shift = UInt64(bucket) >> (linearBits - 1) - 1
        let leading = UInt64(bucket) - shift << (linearBits - 1)
        return leading << shift + (1 << shift) / 2
    }

    /// What has been recorded so far, in cycles.
    package var histogram: Histogram<UInt64> {
        var histogram = Histogram<UInt64>(highestTrackableValue: LatencyRecorder.largest, numberOfSignificantValueDigits: .three)
        for bucket in 0..<LatencyRecorder.bucketCount where counts[bucket] > 0 {
            histogram.record(LatencyRecorder.value(ofBucket: bucket), count: counts[bucket])
        }
        return histogram
    }
}
