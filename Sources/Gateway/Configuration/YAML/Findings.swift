/// Collects what the steps of reading find. A class, because every node, section and check of one reading adds to the same list.
final class Findings {
    private var diagnostics: [Configuration.Diagnostic] = []
    private(set) var hasErrors = false

    func error(at position: Configuration.Position, _ message: String, advice: String) {
        hasErrors = true
        diagnostics.append(Configuration.Diagnostic(.error, at: position, message, advice: advice))
    }

    func warning(at position: Configuration.Position, _ message: String, advice: String) {
        diagnostics.append(Configuration.Diagnostic(.warning, at: position, message, advice: advice))
    }

    /// In the order of the file; a node used twice through an alias is reported once.
    func sorted() -> [Configuration.Diagnostic] {
        let ordered = diagnostics.enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
        var seen: Set<String> = []
        return ordered.map(\.element).filter { seen.insert($0.rendered(file: "")).inserted }
    }
}

/// A value and where the file has it.
struct Located<Value> {
    let value: Value
    let position: Configuration.Position

    init(_ value: Value, at position: Configuration.Position) {
        self.value = value
        self.position = position
    }

    func map<Result>(_ transform: (Value) -> Result) -> Located<Result> { .init(transform(value), at: position) }
}
