import PacketGenerator
import Testing

@Suite("Latencies")
struct LatencyRecorderTests {
    @Test("Percentiles are those of the values, within a thousandth", arguments: [1, 2] as [UInt64])
    func percentiles(seed: UInt64) {
        let recorder = LatencyRecorder.make()
        defer { recorder.destroy() }
        var generator = SplitMix64(seed: seed)
        // From a few cycles to seconds: as many of each order of magnitude.
        let values = (0..<100_000).map { _ in generator.next() >> UInt64.random(in: 28...60, using: &generator) }.sorted()
        for value in values { recorder.record(value) }
        let histogram = recorder.histogram
        #expect(histogram.totalCount == 100_000)
        for percent in [0.1, 10, 50, 90, 99, 99.9] {
            let exact = Double(values[Int((percent / 100 * 100_000).rounded(.up)) - 1])
            #expect(abs(Double(histogram.valueAtPercentile(percent)) - exact) <= max(1, exact / 500), "\(percent) % of seed \(seed)")
        }
        let mean = values.reduce(0.0) { $0 + Double($1) } / 100_000
        #expect(abs(histogram.mean - mean) <= mean / 500)
    }

    @Test("A latency beyond the range counts as the largest")
    func beyond() {
        let recorder = LatencyRecorder.make()
        defer { recorder.destroy() }
        recorder.record(.max)
        recorder.record(5)
        #expect(recorder.histogram.totalCount == 2 && recorder.histogram.min == 5 && recorder.histogram.max > 1 << 39)
        recorder.reset()
        #expect(recorder.histogram.totalCount == 0)
    }
}
