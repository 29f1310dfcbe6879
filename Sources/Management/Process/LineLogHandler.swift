import Foundation
import Logging

/// Log lines for people and for journald: `2026-11-21T07:00:00Z info gateway: message key=value`, on standard error.
package struct LineLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata = Logger.Metadata()
    private let label: String
    private let write: @Sendable (String) -> Void

    package init(label: String, write: @escaping @Sendable (String) -> Void = StandardError.write) {
        self.label = label
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let error = event.error { all["error"] = "\(error)" }
        all.merge(event.metadata ?? [:]) { $1 }
        write(
            LineLogHandler.line(
                time: Date(), level: event.level, label: label, message: event.message.description, metadata: all))
    }

    /// One line, ended; keys in alphabetical order.
    package static func line(
        time: Date, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata
    ) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }.joined()
        let stamp = time.formatted(.iso8601)
        return "\(stamp) \(level.rawValue) \(label): \(oneLine(message))\(pairs)\n"
    }

    private static func quoted(_ value: String) -> String {
        let plain = !value.isEmpty && value.allSatisfy { !$0.isWhitespace && $0 != "\"" }
        return plain ? value : "\"" + oneLine(value).replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }

    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: "; ") : text
    }
}
