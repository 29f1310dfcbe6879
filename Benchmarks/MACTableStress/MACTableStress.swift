import Dataplane
import Glibc

/// `mactable-stress [seconds] [seed]`: the stress test of the MAC table, to be run under the thread sanitizer. Exit status 1 on a finding.
@main
struct MACTableStress {
    static func main() {
        let arguments = CommandLine.arguments
        let seconds = arguments.count > 1 ? Double(arguments[1]) : 10
        var system = SystemRandomNumberGenerator()
        let seed = arguments.count > 2 ? UInt64(arguments[2]) : system.next()
        guard let seconds, let seed, seconds > 0 else {
            print("usage: mactable-stress [seconds] [seed]")
            exit(64)
        }
        print("seed \(seed)")
        let failures = Stress.scenes(seconds: seconds, seed: seed).filter { !play($0) }
        print(failures.isEmpty ? "ok" : "failed")
        exit(failures.isEmpty ? 0 : 1)
    }

    private static func play(_ options: Stress.Options) -> Bool {
        let report = Stress.run(options)
        let operations = report.operations.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        print("capacity \(options.capacity), \(options.keyCount) keys: \(operations)")
        for finding in report.findings { print("  finding: \(finding)") }
        return report.findings.isEmpty
    }
}

extension Stress {
    /// Tables of every kind: tiny, always full, one whose keys crowd into a sixteenth of its buckets, one of ordinary size and load.
    package static func scenes(seconds: Double, seed: UInt64) -> [Options] {
        let share = seconds / 4
        return [
            Options(seconds: share, seed: seed, capacity: 16, keyCount: 64),
            Options(seconds: share, seed: seed, capacity: 1024, keyCount: 1500),
            Options(seconds: share, seed: seed, capacity: 512, keyCount: 56, isClustered: true),
            Options(seconds: share, seed: seed, capacity: 65536, keyCount: 60000),
        ]
    }
}
