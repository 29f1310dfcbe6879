import Foundation

/// One way to write JSON, for the API and for `--json`: keys in alphabetical order, slashes as they are.
package enum JSON {
    static func makeEncoder(pretty: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return encoder
    }

    package static func text(_ value: some Encodable, pretty: Bool = true) throws -> String {
        String(decoding: try makeEncoder(pretty: pretty).encode(value), as: UTF8.self)
    }
}

extension DecodingError {
    /// One line: which key, and what is wrong with it.
    var summary: String {
        switch self {
        case .keyNotFound(let key, let context): "\(place(context))key '\(key.stringValue)' is missing"
        case .typeMismatch(let type, let context): "\(place(context))expected \(type)"
        case .valueNotFound(let type, let context): "\(place(context))expected \(type), found null"
        case .dataCorrupted(let context): "\(place(context))\(context.debugDescription)"
        @unknown default: "not the JSON document that is expected here"
        }
    }

    private func place(_ context: Context) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "" : "\(path): "
    }
}
