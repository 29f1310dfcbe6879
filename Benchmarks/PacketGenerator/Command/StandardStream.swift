import Glibc
import PacketGenerator

/// Standard output and standard error, written whole.
enum StandardStream {
    static func output(_ text: String) throws {
        guard write(text, to: STDOUT_FILENO) else {
            throw GeneratorError.failed("cannot write to standard output: \(String(cString: strerror(errno)))")
        }
    }

    static func error(_ line: String) { _ = write(line + "\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return false }
            bytes = bytes.dropFirst(max(0, count))
        }
        return true
    }
}
