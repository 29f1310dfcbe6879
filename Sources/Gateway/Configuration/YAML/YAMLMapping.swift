import Yams

/// A mapping whose keys are all known.
struct YAMLMapping {
    let position: Configuration.Position
    private let name: String
    private let findings: Findings
    private let values: [String: YAMLNode]

    fileprivate init(_ node: YAMLNode, values: [String: YAMLNode]) {
        position = node.position
        name = node.name
        findings = node.findings
        self.values = values
    }

    /// The value of `key`, `nil` when the mapping does not have it.
    subscript(key: String) -> YAMLNode? { values[key] }

    /// The value of `key`, which may not be left out.
    func required(_ key: String, example: String) -> YAMLNode? {
        if values[key] == nil {
            findings.error(at: position, "\(quoted(key)) is missing in \(quoted(name))", advice: "add `\(key): \(example)`")
        }
        return values[key]
    }

    /// What `read` makes of the value of `key`; `standard` at the position of the mapping when the key is left out; `nil` when
    /// the value is refused.
    func value<Value>(_ key: String, default standard: Value, read: (YAMLNode) -> Located<Value>?) -> Located<Value>? {
        Optional(self).value(key, default: standard, missingAt: position, read: read)
    }

    /// What `read` makes of the entries of the list at `key`, none when it is left out.
    func entries<Element>(_ key: String, atMost countMax: Int = .max, read: (YAMLNode) -> Element?) -> Entries<Element> {
        Entries(of: values[key], atMost: countMax, missingAt: position, read: read)
    }

    /// The same where one entry may stand without a list around it. A key without a value is no list here: it is refused.
    func oneOrMore<Element>(_ key: String, atMost countMax: Int, read: (YAMLNode) -> Element?) -> Entries<Element> {
        guard let node = values[key], !node.isList else { return entries(key, atMost: countMax, read: read) }
        let entry = read(node)
        return Entries(entry.map { [$0] } ?? [], isComplete: entry != nil, at: node.position)
    }
}

extension YAMLMapping? {
    /// The same for a section that may be left out as a whole; `position` then stands for the section.
    func value<Value>(
        _ key: String, default standard: Value, missingAt position: Configuration.Position, read: (YAMLNode) -> Located<Value>?
    ) -> Located<Value>? {
        guard let node = self?[key] else { return Located(standard, at: self?.position ?? position) }
        return read(node)
    }
}

extension YAMLNode {
    /// The node as a mapping with some of `keys`. Other keys are reported; where one is a misspelt key that is not there, its value
    /// is read as that key's, so that one mistake does not look like two. Nothing at all is an empty mapping, so that all keys can
    /// be commented out.
    func mapping(keys: [String]) -> YAMLMapping? {
        if isNull { return YAMLMapping(self, values: [:]) }
        guard let pairs else {
            reportKind(expected: "a mapping", advice: "write `key: value` pairs; keys here: \(keys.joined(separator: ", "))")
            return nil
        }
        var values: [String: YAMLNode] = [:]
        var guesses: [String: YAMLNode] = [:]
        for (key, value) in distinct(pairs) {
            if keys.contains(key.value) {
                values[key.value] = child(value, key: key)
            } else if let meant = reportUnknown(key, keys: keys) {
                guesses[meant] = child(value, key: Located(meant, at: key.position))
            }
        }
        return YAMLMapping(self, values: values.merging(guesses) { known, _ in known })
    }

    /// The pairs whose key is text and the first of its name; others are reported.
    private func distinct(_ pairs: Node.Mapping) -> [(key: Located<String>, value: Node)] {
        var seen: [String: Configuration.Position] = [:]
        var result: [(key: Located<String>, value: Node)] = []
        for (keyNode, value) in pairs {
            guard let key = key(keyNode) else { continue }
            if let first = seen[key.value] {
                findings.error(
                    at: key.position, "\(quoted(key.value)) is already given on line \(first.line)", advice: "keep one of the two"
                )
            } else {
                seen[key.value] = key.position
                result.append((key, value))
            }
        }
        return result
    }

    /// A value that is not there has no position that a person could find, so that of its key stands for it.
    private func child(_ node: Node, key: Located<String>) -> YAMLNode {
        let value = YAMLNode(node, name: key.value, context: context)
        return value.isNull ? YAMLNode(node, name: key.value, at: key.position, context: context) : value
    }

    private func key(_ node: Node) -> Located<String>? {
        let key = YAMLNode(node, name: name, context: context)
        if let text = context.renamedKeys[key.position] ?? key.scalar { return Located(text, at: key.position) }
        findings.error(at: key.position, "a key of \(named) is not text", advice: "write keys as plain words")
        return nil
    }

    /// Reports a key that is none of `keys`, and returns the one of them that may be meant.
    private func reportUnknown(_ key: Located<String>, keys: [String]) -> String? {
        let meant = Suggestion.closest(to: key.value, among: keys)
        let known = "keys here: \(keys.joined(separator: ", "))"
        let advice =
            key.value == "<<"
            ? "merge keys are not supported; repeat the keys, or use an alias for a whole value"
            : meant.map { "did you mean `\($0)`?" } ?? known
        findings.error(at: key.position, "unknown key \(quoted(key.value)) in \(named)", advice: advice)
        return meant
    }
}
