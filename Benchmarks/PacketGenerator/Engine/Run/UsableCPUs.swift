import Glibc

/// The CPUs that this thread may run on. Glibc's `sched_getaffinity` is a GNU extension, which Swift does not import; the kernel tells it
/// as text, too.
enum UsableCPUs {
    /// At least one.
    static func read() -> [Int] {
        let key = "Cpus_allowed_list:"
        guard let file = fopen("/proc/thread-self/status", "r") else { return [0] }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
            if text.hasPrefix(key) { return parse(text.dropFirst(key.count).filter { !$0.isWhitespace }) }
        }
        return [0]
    }

    /// `0-3,8`
    static func parse(_ text: String) -> [Int] {
        text.split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }
    }
}
