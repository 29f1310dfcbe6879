import Glibc

/// What is being done, on standard error: one line that changes on a terminal, a line each elsewhere, nothing when `isQuiet`.
package struct Progress: Sendable {
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1

    package init(isQuiet: Bool = false) { self.isQuiet = isQuiet }

    package func say(_ text: String) {
        guard !isQuiet else { return }
        put(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
    }

    /// Takes the changing line away.
    package func end() {
        if !isQuiet, isTerminal { put("\r\u{1B}[K") }
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
