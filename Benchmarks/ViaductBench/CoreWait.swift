import Glibc

/// How long the measured thread has had to wait for its core. On a machine that others use, a window in which it lost the core measures
/// them. The time that it ran would tell less: the kernel books that only with each tick.
struct CoreWait {
    private let path: String

    /// Finds EAL's worker thread, of which there is one.
    init() throws {
        guard let tasks = opendir("/proc/self/task") else { throw BenchError.failed("/proc is not mounted") }
        defer { closedir(tasks) }
        while let entry = readdir(tasks) {
            let task = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if CoreWait.read("/proc/self/task/\(task)/comm").contains("worker") {
                path = "/proc/self/task/\(task)/schedstat"
                return
            }
        }
        throw BenchError.failed("no worker thread found")
    }

    /// Nanoseconds that the thread was ready to run and did not, since it began.
    var nanoseconds: UInt64 {
        let fields = CoreWait.read(path).split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }

    /// Asks the scheduler to prefer this session to others, where it groups sessions; no matter if it does not.
    static func prefer() {
        guard let file = fopen("/proc/self/autogroup", "w") else { return }
        fputs("-20", file)
        fclose(file)
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        let length = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
