import Yams

/// Text to nodes. Syntax errors become findings with the position that libYAML gives.
enum YAMLParser {
    /// Repeated keys that are looked past before giving up on the rest of the file; each costs another pass over the text.
    static let repeatedKeysMax = 16

    /// The root node, `nil` after reporting why there is none.
    static func parse(_ text: String, findings: Findings) -> YAMLNode? {
        var text = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
        text.makeContiguousUTF8()
        var context = YAMLNode.Context(findings: findings)
        while true {
            do {
                // The rules that give plain scalars a type are left out: a reader knows what it expects, and the rules of YAML 1.1
                // take `off` for a boolean and `02:00:00:00:00:01` for a number.
                guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                    findings.error(at: .start, "the file is empty", advice: "start from Config/gateway.yaml")
                    return nil
                }
                return YAMLNode(root, name: "the file", context: context)
            } catch YamlError.duplicatedKeysInMapping(let keys, let error) {
                let key = Located(keys.first ?? "", at: Configuration.Position(error.mark))
                guard let renamed = rename(key, in: text, round: context.renamedKeys.count) else {
                    findings.error(
                        at: key.position, "\(quoted(key.value)) is given more than once",
                        advice: "keep one; the rest of the file has not been read")
                    return nil
                }
                text = renamed
                context.renamedKeys[key.position] = key.value
            } catch {
                report(error, text: text, findings: findings)
                return nil
            }
        }
    }

    private static func report(_ error: any Error, text: String, findings: Findings) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _), YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let situation = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            findings.error(at: .init(mark), "not valid YAML: \(problem)\(situation)", advice: advice(for: problem))
        case YamlError.reader(let problem, _, _, _):
            findings.error(
                at: firstUnreadable(in: text), "not valid YAML: \(problem)", advice: "remove the character that is not text")
        default:
            findings.error(at: .start, "not valid YAML: \(error)", advice: "check the file")
        }
    }

    private static func advice(for problem: String) -> String {
        if problem.contains("another document") { return "keep one document: remove the `---` line and what follows it" }
        if problem.contains("undefined alias") { return "define the anchor above, or put text that starts with `*` in quotes" }
        if problem.contains("cannot start any token") {
            return "indent with spaces, not tabs, and put text with special characters in quotes"
        }
        return "check indentation, colons, quotes and brackets here and on the line before"
    }

    /// The first scalar outside YAML's character set (YAML 1.1 section 5.1).
    private static func firstUnreadable(in text: String) -> Configuration.Position {
        var cursor = TextCursor(text)
        while let scalar = cursor.current {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x85, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: cursor.advance()
            default: return cursor.position
            }
        }
        return .start
    }
}

extension Configuration.Position {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
