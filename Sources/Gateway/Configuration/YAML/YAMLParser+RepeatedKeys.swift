// Yams refuses a mapping with a repeated key by throwing, which would hide every later finding of the file. So the repeated key
// is renamed in a copy of the text, without moving anything else, and the text is parsed again. The mapping that has the key
// knows its real name from ``YAMLNode/Context`` and reports it.

extension YAMLParser {
    /// `text` with another first character for `key`: a private-use one, different in each round. `nil` after too many
    /// rounds, or when the key cannot be found at its position as it reads: it is empty, an alias, or written with an anchor, a tag
    /// or escapes.
    static func rename(_ key: Located<String>, in text: String, round: Int) -> String? {
        guard round < repeatedKeysMax else { return nil }
        var cursor = TextCursor(text)
        while cursor.position < key.position, cursor.current != nil { cursor.advance() }
        guard cursor.position == key.position else { return nil }
        if cursor.current == "\"" || cursor.current == "'" { cursor.advance() }
        guard let first = key.value.unicodeScalars.first,
            text.unicodeScalars[cursor.index...].starts(with: key.value.unicodeScalars),
            let replacement = Unicode.Scalar(0xE000 + UInt32(round)), first != replacement
        else { return nil }
        var scalars = text.unicodeScalars
        let next = scalars.index(after: cursor.index)
        scalars.replaceSubrange(cursor.index..<next, with: CollectionOfOne(replacement))
        return String(scalars)
    }
}

/// Walks text as libYAML counts it: columns are Unicode scalars, and lines end at CR, LF, CR LF, NEL, LS or PS.
struct TextCursor {
    private let scalars: String.UnicodeScalarView
    private(set) var index: String.UnicodeScalarView.Index
    private(set) var position = Configuration.Position.start

    init(_ text: String) {
        scalars = text.unicodeScalars
        index = scalars.startIndex
    }

    var current: Unicode.Scalar? { index < scalars.endIndex ? scalars[index] : nil }

    mutating func advance() {
        guard let scalar = current else { return }
        index = scalars.index(after: index)
        switch scalar {
        case "\r" where current == "\n": position.column += 1
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": position = .init(line: position.line + 1, column: 1)
        default: position.column += 1
        }
    }
}
