import Yams

/// A node of the file together with the name that messages use for it. Its accessors return a typed value, or report what is
/// there instead and return `nil`.
struct YAMLNode {
    /// What all nodes of one reading share.
    struct Context {
        let findings: Findings
        /// Real names of the keys that the parser had to rename, by position.
        var renamedKeys: [Configuration.Position: String] = [:]
    }

    private let node: Node
    /// The key that the node is the value or an entry of.
    let name: String
    let position: Configuration.Position
    let context: Context

    /// `position` replaces that of the node where the node itself is invisible.
    init(_ node: Node, name: String, at position: Configuration.Position? = nil, context: Context) {
        self.node = node
        self.name = name
        self.context = context
        self.position = position ?? node.mark.map(Configuration.Position.init) ?? .start
    }

    var findings: Findings { context.findings }

    /// A plain scalar that YAML reads as "no value".
    var isNull: Bool { plain.map { ["", "~", "null", "Null", "NULL"].contains($0) } ?? false }

    /// Text of a scalar in any style.
    var scalar: String? { node.scalar?.string }

    /// Text of a scalar without quotes.
    var plain: String? {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return nil }
        return scalar.string
    }

    var isList: Bool { node.sequence != nil }

    /// The pairs of a mapping, `nil` for other nodes.
    var pairs: Node.Mapping? { node.mapping }

    /// The entries of a list, `nil` after reporting that it is none or has more than `countMax`. Nothing at all is an empty list,
    /// so that all entries can be commented out.
    func list(atMost countMax: Int) -> [YAMLNode]? {
        if isNull { return [] }
        guard let sequence = node.sequence else {
            reportKind(expected: "a list", advice: "write `\(name): [...]`, or one entry per line, each after `- `")
            return nil
        }
        let entries = sequence.map { YAMLNode($0, name: name, context: context) }
        guard entries.count <= countMax else {
            findings.error(
                at: entries[countMax].position, "\(named) has \(entries.count) entries: at most \(countMax) are possible",
                advice: "remove this one and those after it")
            return nil
        }
        return entries
    }

    /// The node as messages call it.
    var named: String { quoted(name) }

    func reportKind(expected: String, advice: String) {
        findings.error(at: position, "\(named) must be \(expected), not \(kind)", advice: advice)
    }

    private var kind: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar, .alias: isNull ? "nothing" : quoted(scalar ?? "")
        }
    }
}

/// Text from the file as it may stand in a one-line message: without control characters, and not endless.
func quoted(_ text: String) -> String {
    let visible = text.unicodeScalars.prefix(64).map {
        $0.properties.generalCategory == .control || $0.properties.isWhitespace && $0 != " " ? "?" : String($0)
    }
    return "`" + visible.joined() + (text.unicodeScalars.count > 64 ? "...`" : "`")
}
