extension Configuration {
    /// The CPUs of the machine that a configuration is checked for.
    package struct Machine: Equatable, Sendable {
        /// Numbers of all CPUs, online or not.
        package let existing: Set<Int>
        /// Those that a thread of this process may run on now.
        package let usable: Set<Int>

        package init(existing: Set<Int>, usable: Set<Int>) {
            self.existing = existing
            self.usable = usable.intersection(existing)
        }

        /// This machine. The affinity is that of the calling thread: ask before DPDK starts, which pins the thread that starts it,
        /// and keep the answer for reloads.
        package static func current() -> Machine {
            let existing = cpuList(text(of: "/sys/devices/system/cpu/present")) ?? []
            let online = cpuList(text(of: "/sys/devices/system/cpu/online")) ?? existing
            return Machine(existing: existing, usable: affinity().map(online.intersection) ?? online)
        }

        /// The kernel's list of CPUs that the calling thread may run on. Glibc's `sched_getaffinity` is a GNU extension, which
        /// Swift does not import.
        private static func affinity() -> Set<Int>? {
            let key = "Cpus_allowed_list:"
            let lines = text(of: "/proc/thread-self/status")?.split(separator: "\n") ?? []
            return lines.first { $0.hasPrefix(key) }.flatMap { cpuList($0.dropFirst(key.count)) }
        }

        private static func cpuList(_ text: (some StringProtocol)?) -> Set<Int>? { text.flatMap { CPUList.parse(String($0)) } }

        private static func text(of path: String) -> String? {
            let bytes = try? ConfigurationFile.bytes(path: path, byteCountMax: 64 << 10)
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}

/// The kernel's text form of a set of CPUs: `0-3,8`.
enum CPUList {
    static func parse(_ text: String) -> Set<Int>? {
        var numbers: Set<Int> = []
        for part in text.filter({ !$0.isWhitespace }).split(separator: ",") {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends[0], let last = ends[ends.count - 1], 0 <= first, first <= last, last < 65536 else {
                return nil
            }
            numbers.formUnion(first...last)
        }
        return numbers
    }

    static func format(_ numbers: Set<Int>) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}
