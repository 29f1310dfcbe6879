import Glibc
import Management

/// Standard output and standard error.
enum Output {
    /// `text` is complete lines. Ends the process quietly when the reader has gone, as in `viaduct show macs --all | head`.
    static func write(_ text: String) throws(Failure) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EPIPE {
                exit(0)
            } else if errno != EINTR {
                throw Failure(["viaduct: cannot write to standard output: \(String(cString: strerror(errno)))"])
            }
        }
    }

    static func json(_ value: some Encodable) throws {
        try write(JSON.text(value) + "\n")
    }

    static func error(_ line: String) { StandardError.write(line + "\n") }
}
