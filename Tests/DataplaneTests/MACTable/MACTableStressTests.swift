import Testing
import mactable_stress

/// The same scenes run longer, and under the thread sanitizer, as `mactable-stress`.
@Suite("MAC table under many threads")
struct MACTableStressTests {
    @Test("Readers, learners and control at once never see or leave anything wrong")
    func stress() {
        var random = seededRandom("MACTable stress")
        for options in Stress.scenes(seconds: 4, seed: random.next()) {
            let report = Stress.run(options)
            #expect(report.findings == [])
            #expect(report.operations["lookups", default: 0] > 0 && report.operations["learn inserted", default: 0] > 0)
        }
    }
}
