import BenchSupport
import CBench
import CShims
import Dataplane

extension Contest {
    private static let bursts = 64

    /// The stages of both directions, one after the other on the same burst, each timed by itself.
    static func stages(_ traffic: Traffic, seed: UInt64) -> Contest {
        let names = Worker.Stage.allCases.filter { $0 != .nothing }.map(name)
        return Contest(names: names, entries: traffic.pairs) {
            try Passage.of(traffic.underlay).map { passage in
                let bed = try StageBed(passage, traffic, seed: seed)
                return Candidate(variant: passage.name, run: { walk(bed) }, close: bed.close)
            }
        }
    }

    /// Whole rounds of a worker: frames wait on a port in memory, and are in another one's ring afterwards.
    static func rounds(_ traffic: Traffic, seed: UInt64) -> Contest {
        Contest(names: ["round"], entries: traffic.pairs) {
            try Passage.of(traffic.underlay).map { passage in
                let bed = try StageBed(passage, traffic, seed: seed)
                return Candidate(variant: passage.name, run: { poll(bed) }, close: bed.close)
            }
        }
    }

    private static func name(_ stage: Worker.Stage) -> String { "stage_\(stage)" }

    private static func poll(_ bed: StageBed) -> [Reading] {
        var cycles: UInt64 = 0
        for _ in 0..<bursts {
            bed.arrive()
            let start = vd_cycles_fenced()
            _ = bed.worker.pointee.poll()
            cycles += vd_cycles_fenced() - start
            precondition(bed.takeBack(StageBed.burst), "frames were dropped or flooded")
        }
        return [Reading(name: "round", cycles: cycles, operations: bursts * StageBed.burst)]
    }

    /// Has some bursts pass all stages.
    private static func walk(_ bed: StageBed) -> [Reading] {
        let stages = stages(bed.direction)
        var cycles = [UInt64](repeating: 0, count: stages.count)
        // Of the stage that does nothing: what the clock and a call cost.
        var overhead = UInt64.max
        for _ in 0..<bursts {
            let before = cycles[0]
            pass(bed, stages, &cycles)
            overhead = min(overhead, cycles[0] - before)
        }
        return zip(stages, cycles).dropFirst().map { stage, spent in
            Reading(name: name(stage), cycles: spent - min(spent, overhead * UInt64(bursts)), operations: bursts * count(stage))
        }
    }

    private static func pass(_ bed: StageBed, _ stages: [Worker.Stage], _ cycles: inout [UInt64]) {
        bed.stage()
        for (position, stage) in stages.enumerated() {
            let count = count(stage)
            let start = vd_cycles_fenced()
            let passed = bed.worker.pointee.runStage(stage, bed.entry, count)
            cycles[position] += vd_cycles_fenced() - start
            precondition(passed == count, "\(stage) dropped frames")
        }
        precondition(bed.takeBack(StageBed.burst - 1), "frames were dropped or flooded")
    }

    private static func stages(_ direction: Direction) -> [Worker.Stage] {
        [.nothing, direction == .encap ? .classify : .validate, .lookup, .act, .transmit]
    }

    /// A full queue is transmitted at once: with one frame less, acting and transmitting are apart.
    private static func count(_ stage: Worker.Stage) -> Int { stage == .act || stage == .transmit ? StageBed.burst - 1 : StageBed.burst }
}
