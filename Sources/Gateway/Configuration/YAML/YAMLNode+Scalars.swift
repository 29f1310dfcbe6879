extension YAMLNode {
    /// Text in any style; numbers and booleans are text as well, so that a network may be called `100`.
    func text() -> Located<String>? {
        guard let scalar, !isNull else {
            reportKind(expected: "text", advice: "give it a value or remove the key")
            return nil
        }
        return Located(scalar, at: position)
    }

    /// A whole decimal number in `range`.
    func integer(in range: ClosedRange<Int>, unit: String = "") -> Located<Int>? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)\(unit.isEmpty ? "" : " (\(unit))")"
        guard let plain, plain.first != "+", let number = Int(plain) else {
            let isQuoted = scalar.flatMap { Int($0) } != nil
            reportKind(
                expected: expected, advice: isQuoted ? "write it in digits, without quotes or a sign" : "write it in digits")
            return nil
        }
        guard range.contains(number) else {
            reportKind(expected: expected, advice: "choose a number in that range")
            return nil
        }
        return Located(number, at: position)
    }

    /// A whole decimal number in `range`, or `word`, for which it is `nil`.
    func number(in range: ClosedRange<Int>, or word: String, advice: String) -> Located<Int?>? {
        let meant = scalar.flatMap { Suggestion.closest(to: $0, among: [word]) }.map { "did you mean `\($0)`?" }
        return parsed("\(word) or a whole number from \(range.lowerBound) to \(range.upperBound)", advice: meant ?? advice) { text in
            if text == word { return .some(nil) }
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text), range.contains(number)
            else { return nil }
            return number
        }
    }

    /// `true` or `false`.
    func flag() -> Located<Bool>? {
        switch plain {
        case "true": return Located(true, at: position)
        case "false": return Located(false, at: position)
        default:
            reportKind(expected: "true or false", advice: "write one of the two words, without quotes")
            return nil
        }
    }

    /// One of the raw values of `Choice`.
    func choice<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> Located<Choice>? {
        let names = Choice.allCases.map(\.rawValue)
        if let scalar, let choice = Choice(rawValue: scalar) { return Located(choice, at: position) }
        let suggestion = scalar.flatMap { Suggestion.closest(to: $0, among: names) }
        reportKind(
            expected: names.joined(separator: " or "),
            advice: suggestion.map { "did you mean `\($0)`?" } ?? "write one of these words")
        return nil
    }

    /// Text that `parse` understands. `expected` completes "must be ...".
    func parsed<Value>(_ expected: String, advice: String, _ parse: (String) -> Value?) -> Located<Value>? {
        guard let text = text() else { return nil }
        guard let value = parse(text.value) else {
            reportKind(expected: expected, advice: advice)
            return nil
        }
        return Located(value, at: position)
    }
}
