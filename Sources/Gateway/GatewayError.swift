/// Why the gateway did not do what it was asked. `message` says what is wrong and where, `advice` what to do.
package enum GatewayError: Error, Equatable, Sendable {
    /// Something named does not exist.
    case notFound(_ message: String, advice: String)
    /// A value that can never be right.
    case invalid(_ message: String, advice: String)
    /// In the way of something that exists.
    case conflict(_ message: String, advice: String)
    /// The new configuration differs in what only a restart can change; each line names one difference.
    case needsRestart(_ differences: [String])
    /// The configuration file has errors; each line is a diagnostic with its place in the file.
    case badConfiguration(_ diagnostics: [String])
    /// A device, the machine or the gateway itself did not do its part.
    case failed(_ message: String, advice: String)
}

extension GatewayError {
    /// Stable name for programs.
    package var code: String {
        switch self {
        case .notFound: "not_found"
        case .invalid: "invalid"
        case .conflict: "conflict"
        case .needsRestart: GatewayError.needsRestartCode
        case .badConfiguration: GatewayError.badConfigurationCode
        case .failed: "failed"
        }
    }

    package static let needsRestartCode = "needs_restart"
    package static let badConfigurationCode = "bad_configuration"

    /// One line for a person.
    package var message: String {
        switch self {
        case .notFound(let message, let advice), .invalid(let message, let advice), .conflict(let message, let advice),
            .failed(let message, let advice):
            advice.isEmpty ? message : "\(message); \(advice)"
        case .needsRestart: "the change needs a restart, nothing was changed; restart the gateway, or take the change back"
        case .badConfiguration: "the configuration has errors, nothing was changed; correct them and try again"
        }
    }

    /// One line for each part of the reason, when there are several.
    package var details: [String] {
        switch self {
        case .needsRestart(let lines), .badConfiguration(let lines): lines
        case .notFound, .invalid, .conflict, .failed: []
        }
    }
}

extension GatewayError: CustomStringConvertible {
    package var description: String { ([message] + details).joined(separator: "\n") }
}
