import PacketGenerator
import Testing

@Suite("Search for the highest rate")
struct RateSearchTests {
    /// A device that forwards up to `capacity` and loses the rest; the generator can offer 10 million packets a second.
    private func outcome(_ rate: Double, capacity: Double) -> TrialOutcome {
        TrialOutcome(rate: min(rate, 1e7), lossRatio: max(0, 1 - capacity / min(rate, 1e7)))
    }

    private func search(_ goal: Double, verifications: Int = 0, trials: Int = 50) -> RateSearch {
        var limits = RateSearch.Limits()
        limits.resolution = 0.002
        limits.trialsMaximum = trials
        limits.verifications = verifications
        return RateSearch(limits: limits, lossGoal: goal)
    }

    @Test("The rate found is the highest that passes, within the resolution", arguments: [1e5, 3.3e6, 7.777e6, 9.99e6])
    func findsCapacity(_ capacity: Double) throws {
        for goal in [0, 0.005] {
            let found = search(goal).find(maximum: outcome(1e9, capacity: capacity)) { outcome($0, capacity: capacity) }
            let rate = try #require(found.rate)
            let highest = min(1e7, capacity / (1 - goal))
            #expect(rate <= highest * 1.000_001 && rate >= highest - 0.002 * 1e7)
            #expect(found.isVerified)
        }
    }

    @Test("A generator that the device keeps up with needs no search")
    func keepsUp() {
        let found = search(0).find(maximum: outcome(1e9, capacity: 2e7)) { _ in fatalError("no trial is needed") }
        #expect(found.rate == 1e7 && found.trials.count == 1)
    }

    @Test("A device that loses at any rate has none")
    func alwaysLoses() {
        let found = search(0).find(maximum: TrialOutcome(rate: 1e7, lossRatio: 1)) { TrialOutcome(rate: $0, lossRatio: 0.01) }
        #expect(found.rate == nil && !found.isVerified)
        #expect(found.trials.count <= 50)
    }

    @Test("One lost packet does not fail a rate that passes when tried again")
    func verifiesLoss() throws {
        var calls = 0
        let found = search(0, verifications: 1).find(maximum: outcome(1e9, capacity: 5e6)) { rate in
            calls += 1
            return TrialOutcome(rate: rate, lossRatio: calls % 2 == 1 ? 1e-6 : outcome(rate, capacity: 5e6).lossRatio)
        }
        #expect(try #require(found.rate) >= 5e6 - 0.002 * 1e7)
    }

    @Test("A rate that fails when tried at the end is given up for a lower one")
    func verifiesResult() throws {
        var trials = 0
        let found = search(0).find(maximum: outcome(1e9, capacity: 5e6)) { rate in
            trials += 1
            // The first trial is lucky.
            return outcome(rate, capacity: trials == 1 ? 5e6 : 4e6)
        }
        #expect(try #require(found.rate) <= 4e6 && found.isVerified)
    }

    @Test("The search ends after the trials allowed")
    func bounded() {
        let found = search(0, trials: 5).find(maximum: outcome(1e9, capacity: 5e6)) { outcome($0, capacity: 5e6) }
        #expect(found.trials.count == 5 && found.rate != nil && !found.isVerified)
    }
}
