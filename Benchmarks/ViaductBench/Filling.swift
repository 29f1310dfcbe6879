import BenchSupport
import CShims
import Dataplane
import Glibc

/// One filling of the MAC table.
struct Filling {
    let thread: WorkerThread
    let exchange: Exchange
    let wait: CoreWait
    let source: SyntheticSource
    let count: UInt64

    static let secondsMaximum = 30.0

    /// Adds one window; returns the seconds that it took.
    func run(into result: inout Measurement, cyclesPerSecond: UInt64) throws -> Double {
        let before = thread.counters.totals, waited = wait.nanoseconds, start = vd_cycles()
        let deadline = start + UInt64(Filling.secondsMaximum * Double(cyclesPerSecond))
        source.remaining = count
        while thread.counters.totals.packets < before.packets + count {
            guard vd_cycles() < deadline else {
                throw BenchError("\(count) MACs were not learned within \(Int(Filling.secondsMaximum)) seconds")
            }
            // As control does.
            while exchange.nextEvent() != nil {}
            usleep(500)
        }
        let after = thread.counters.totals, cycles = vd_cycles() - start
        guard after.macsLearned - before.macsLearned == count else {
            throw BenchError("\(count) MACs came and \(after.macsLearned - before.macsLearned) were learned")
        }
        let seconds = Double(cycles) / Double(cyclesPerSecond)
        let isLost = wait.nanoseconds - waited > UInt64(waitShare: seconds * 1e9)
        let window = Measurement.Window(
            cycles: Double(after.busyCycles - before.busyCycles) / Double(count), rate: Double(count) / Double(cycles))
        result.add(window, isLost: isLost)
        return seconds
    }
}
