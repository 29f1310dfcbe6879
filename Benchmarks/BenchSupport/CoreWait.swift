import Glibc

/// How long a measured thread has had to wait for its core. On a machine that others use, a window in which it lost the core measures
/// them. The time that it ran would tell less: the kernel books that only with each tick.
package struct CoreWait: Sendable {
    private let path: String

    /// Of the thread that asks, whichever that is.
    package static let own = CoreWait(path: "/proc/thread-self/schedstat")

    /// EAL's worker threads, in the order of their lcores.
    package static func workers() throws -> [CoreWait] {
        guard let tasks = opendir("/proc/self/task") else { throw BenchError("/proc is not mounted: cannot tell whether a core was lost") }
        defer { closedir(tasks) }
        var found: [(name: String, wait: CoreWait)] = []
        while let entry = readdir(tasks) {
            let task = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            let name = SmallFile.read("/proc/self/task/\(task)/comm") ?? ""
            if name.contains("worker") { found.append((name, CoreWait(path: "/proc/self/task/\(task)/schedstat"))) }
        }
        guard !found.isEmpty else { throw BenchError("DPDK has started no worker thread") }
        return found.sorted { $0.name < $1.name }.map(\.wait)
    }

    /// Nanoseconds that the thread was ready to run and did not, since it began.
    package var nanoseconds: UInt64 {
        let fields = (SmallFile.read(path) ?? "").split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }

    /// Asks the scheduler to prefer this session to others, where it groups sessions; no matter if it does not.
    package static func prefer() {
        guard let file = fopen("/proc/self/autogroup", "w") else { return }
        fputs("-20", file)
        fclose(file)
    }
}
