import Dataplane
import Synchronization

/// Readers, learners and control on one MAC table, each as fast as it can, all checking what they see:
///
/// - an entry always is its own key's: the key's number is in the lower 16 bits of each destination that is written for it
/// - a configured entry that control has put is found by everybody until control removes it, and no learner takes it
/// - the table is sound when all is quiet again, and never holds more than its capacity
package struct Stress: Sendable {
    package struct Options: Sendable {
        package var seconds: Double
        package var seed: UInt64
        package var capacity: Int
        /// Different keys in play, at most 65536.
        package var keyCount: Int
        /// Only keys of which both buckets are in one sixteenth of the table, so that many an insertion displaces another key.
        package var isClustered = false
        package var readerCount = 2
        package var learnerCount = 3

        package init(seconds: Double, seed: UInt64, capacity: Int, keyCount: Int, isClustered: Bool = false) {
            self.seconds = seconds
            self.seed = seed
            self.capacity = capacity
            self.keyCount = keyCount
            self.isClustered = isClustered
        }
    }

    package struct Report: Sendable {
        package var operations: [String: UInt64] = [:]
        package var findings: [String] = []
    }

    let options: Options
    let table: MACTable
    let keys: [MACKey]
    let shared = Shared()

    /// What the threads share beside the table.
    final class Shared: Sendable {
        let isOver = Atomic<Bool>(false)
        /// The gateway's clock, seconds.
        let now = Atomic<UInt32>(1)
        let report = Locked(Report())
    }

    /// Plays the whole scene and tells what happened. No findings: all went well.
    package static func run(_ options: Options) -> Report {
        let table = MACTable.make(capacity: options.capacity, seed: options.seed)
        let stress = Stress(options: options, table: table, keys: keys(options, table))
        stress.putPinned()
        var bodies: [@Sendable () -> Void] = [{ stress.control() }]
        for number in 0..<options.readerCount { bodies.append { stress.read(number) } }
        for number in 0..<options.learnerCount { bodies.append { stress.learn(number) } }
        runThreads(bodies)
        stress.checkAtRest()
        stress.table.destroy()
        return stress.shared.report.withLock { $0 }
    }

    // MARK: - Keys and what is written for them

    /// The first keys are configured before the start and stay; the next ones come and go as configured entries; the rest are learned.
    var pinnedCount: Int { min(options.capacity / 4, options.keyCount / 8) }
    var configuredCount: Int { pinnedCount + pinnedCount / 2 }
    static let configuredVersion = 0xFFF

    func key(_ number: Int) -> MACKey { keys[number] }

    private static func keys(_ options: Options, _ table: MACTable) -> [MACKey] {
        var keys: [MACKey] = []
        var number = 0
        while keys.count < options.keyCount {
            let key = MACKey(network: NetworkIndex(UInt16(1 + number % 5)), mac: MACAddress(bits: 0x02 | UInt64(number) << 16))
            let buckets = table.buckets(of: key)
            if !options.isClustered || (buckets.home & 31 < 2 && buckets.alternate & 31 < 2) { keys.append(key) }
            number += 1
        }
        return keys
    }

    static func destination(_ number: Int, version: Int) -> Destination {
        Destination(rawValue: 1 << 29 | UInt32(version & 0xFFF) << 17 | UInt32(number))
    }

    func find(_ text: String) {
        shared.isOver.store(true, ordering: .relaxed)
        shared.report.withLock { if $0.findings.count < 20 { $0.findings.append(text) } }
    }

    func count(_ name: String, _ operations: UInt64) {
        shared.report.withLock { $0.operations[name, default: 0] += operations }
    }

    var isOver: Bool { shared.isOver.load(ordering: .relaxed) }
    var now: UInt32 { shared.now.load(ordering: .relaxed) }
}
