import Glibc

/// Says on standard error what goes on: one line that is rewritten on a terminal, a line a second elsewhere. Nothing in the first second.
package final class Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let isQuiet: Bool
    private var lastSecond = 0
    private var hasLine = false

    package init(isQuiet: Bool = false) { self.isQuiet = isQuiet }

    /// Shows the text when a new second of the activity has begun.
    package func update(_ seconds: Double, _ text: @autoclosure () -> String) {
        let second = Int(seconds)
        if second < lastSecond { lastSecond = 0 }
        guard !isQuiet, second > lastSecond else { return }
        lastSecond = second
        if isTerminal {
            write("\r\(text())\u{1B}[K")
            hasLine = true
        } else {
            write("\(text())\n")
        }
    }

    /// A line that stays.
    package func note(_ text: String) {
        guard !isQuiet else { return }
        clear()
        write("\(text)\n")
    }

    /// Takes the line away. A new activity counts its seconds anew.
    package func clear() {
        if hasLine { write("\r\u{1B}[K") }
        hasLine = false
        lastSecond = 0
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
