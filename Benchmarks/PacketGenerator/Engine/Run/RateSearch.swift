/// What a trial at one rate has shown. The rate is that of each direction, in packets per second as really offered; the loss that of the
/// direction that lost most.
package struct TrialOutcome: Equatable, Sendable {
    package var rate: Double
    package var lossRatio: Double

    package init(rate: Double, lossRatio: Double) {
        self.rate = rate
        self.lossRatio = lossRatio
    }
}

/// Finds the highest rate whose loss does not exceed a goal: throughput as in RFC 2544 section 26.1 (goal 0, NDR) or with partial drops
/// (PDR), by binary search with loss verification (ETSI GS NFV-TST 009 section 12.3.3, which RFC 9004 recommends).
///
/// A trial that loses too much, or in which the generator fell behind, is repeated, since on a shared machine a neighbour may have taken the
/// core; it counts as passed when a repetition passes. The rate that the search ends with is tried once more, and the search goes on below it if it fails then.
package struct RateSearch: Sendable {
    package struct Limits: Sendable {
        /// Difference between a rate that passes and one that fails at which the search ends, as a share of the highest rate.
        package var resolution = 0.01
        package var trialsMaximum = 20
        /// Repetitions of a trial that lost too much or offered too little.
        package var verifications = 1

        package init() {}
    }

    package struct Found: Equatable, Sendable {
        /// `nil` when no rate has passed.
        package var rate: Double?
        package var trials: [TrialOutcome]
        /// Whether the rate has passed again at the end.
        package var isVerified: Bool

        package init(rate: Double?, trials: [TrialOutcome], isVerified: Bool) {
            self.rate = rate
            self.trials = trials
            self.isVerified = isVerified
        }
    }

    package var limits: Limits
    package var lossGoal: Double

    package init(limits: Limits, lossGoal: Double) {
        self.limits = limits
        self.lossGoal = lossGoal
    }

    /// `maximum`: the outcome of sending as fast as possible. `trial` runs one at a rate in packets per second.
    package func find(maximum: TrialOutcome, trial: (Double) throws -> TrialOutcome) rethrows -> Found {
        var found = Found(rate: nil, trials: [maximum], isVerified: false)
        if maximum.lossRatio <= lossGoal {
            found.rate = maximum.rate
            found.isVerified = true
            return found
        }
        var passed: [Double] = []
        var high = maximum.rate
        // What an overloaded device still forwards is close to what it can.
        var next = maximum.lossRatio < 1 ? maximum.rate * (1 - maximum.lossRatio) : maximum.rate / 2
        while found.trials.count < limits.trialsMaximum {
            let isLast = high - (passed.last ?? 0) <= limits.resolution * maximum.rate
            let rate = isLast ? passed.last ?? 0 : min(max(next, (passed.last ?? 0)), high)
            guard rate > 0 else { break }
            let outcome = try attempt(rate, &found.trials, trial)
            if outcome.lossRatio <= lossGoal {
                if isLast {
                    found.isVerified = true
                    break
                }
                let offered = min(rate, outcome.rate)
                // A generator that can offer no more than what has passed already will find no more.
                if offered > passed.last ?? 0 { passed.append(offered) } else { high = rate }
            } else {
                high = rate
                passed.removeAll { $0 >= rate }
            }
            next = ((passed.last ?? 0) + high) / 2
        }
        found.rate = passed.last
        return found
    }

    /// Whether it passed, and the generator kept its pace.
    private func isConvincing(_ outcome: TrialOutcome, _ rate: Double) -> Bool {
        outcome.lossRatio <= lossGoal && outcome.rate >= 0.98 * rate
    }

    private func attempt(
        _ rate: Double, _ trials: inout [TrialOutcome], _ trial: (Double) throws -> TrialOutcome
    ) rethrows -> TrialOutcome {
        var best = try trial(rate)
        trials.append(best)
        var repetitions = 0
        while !isConvincing(best, rate), repetitions < limits.verifications, trials.count < limits.trialsMaximum {
            let outcome = try trial(rate)
            trials.append(outcome)
            let passes = (outcome.lossRatio <= lossGoal, best.lossRatio <= lossGoal)
            if passes.0 && !passes.1 || passes.0 == passes.1 && outcome.rate > best.rate { best = outcome }
            repetitions += 1
        }
        return best
    }
}
