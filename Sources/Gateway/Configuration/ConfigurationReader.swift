/// What came out of reading a configuration file: the checked configuration, or the reasons why there is none.
package struct ConfigurationReading: Equatable, Sendable {
    /// `nil` when `diagnostics` holds an error.
    package let configuration: Configuration?
    /// Every finding of the file, in the order of the file.
    package let diagnostics: [Configuration.Diagnostic]

    package var errors: [Configuration.Diagnostic] { diagnostics.filter { $0.severity == .error } }
    package var warnings: [Configuration.Diagnostic] { diagnostics.filter { $0.severity == .warning } }
}

/// Reads the YAML configuration described in docs/CONFIGURATION.md. Three steps, each going on after what it reports, so that
/// one reading tells everything that is wrong: text to ``YAMLNode``, nodes to a ``Draft`` of typed values with positions, and
/// the checks between values of a draft.
package enum ConfigurationReader {
    /// Longest accepted text: a thousand times the size of an ordinary file, small enough to parse in seconds.
    static let byteCountMax = 4 << 20

    /// Reads `text`. `machine` is what worker cores are checked against.
    package static func read(_ text: String, machine: Configuration.Machine) -> ConfigurationReading {
        let findings = Findings()
        guard text.utf8.count <= byteCountMax else {
            findings.error(
                at: .start, "the file is larger than 4 MiB", advice: "split the gateway or check that the path is right")
            return ConfigurationReading(configuration: nil, diagnostics: findings.sorted())
        }
        let draft = YAMLParser.parse(text, findings: findings).flatMap(Draft.init)
        if let draft { ConfigurationChecker(draft: draft, machine: machine, findings: findings).run() }
        return ConfigurationReading(
            configuration: findings.hasErrors ? nil : draft?.configuration(), diagnostics: findings.sorted())
    }

    /// Reads the file at `path`. Throws when there is no text to read; what is wrong with the text is in the result.
    package static func load(
        path: String, machine: Configuration.Machine
    ) throws(ConfigurationError) -> ConfigurationReading {
        let bytes = try ConfigurationFile.bytes(path: path, byteCountMax: byteCountMax + 1)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let finding = Configuration.Diagnostic(
                .error, at: ConfigurationFile.firstInvalidUTF8(in: bytes), "this byte is not UTF-8 text",
                advice: "save the file with the encoding UTF-8")
            return ConfigurationReading(configuration: nil, diagnostics: [finding])
        }
        return read(text, machine: machine)
    }
}
