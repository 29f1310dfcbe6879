import Glibc

package enum StandardError {
    /// One system call, so that lines of several threads do not mix. A reader that has gone, or a full disk, must not stop a
    /// gateway: what cannot be written is lost.
    package static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
