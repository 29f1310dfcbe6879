extension Configuration.Position {
    /// For findings about the file as a whole.
    static let start = Configuration.Position(line: 1, column: 1)
}

extension Configuration.Diagnostic {
    /// One line in the form that editors and compilers share: `file:line:column: error: message; advice`.
    package func rendered(file: String) -> String {
        // One line, whatever the file or the YAML library has put into the words.
        let words = "\(message); \(advice)".map { $0.isNewline ? " " : $0 }
        return "\(file):\(position.line):\(position.column): \(severity.rawValue): " + String(words)
    }
}
