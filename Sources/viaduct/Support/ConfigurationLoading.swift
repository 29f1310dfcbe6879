import Gateway
import Management

/// Reads a configuration file for a command.
enum ConfigurationLoading {
    /// What was read, errors and all.
    /// - Throws: ``Failure`` with status 78 when the file cannot be read.
    static func read(_ path: String) throws(Failure) -> ConfigurationReading {
        do {
            return try ConfigurationReader.load(path: path, machine: .current())
        } catch {
            throw Failure(["viaduct: \(error)"], .badConfiguration)
        }
    }

    /// `2 errors and 1 warning`
    static func count(_ reading: ConfigurationReading) -> String {
        let errors = reading.errors.count
        let warnings = reading.warnings.count
        return [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }.map { Readable.count($0.0, $0.1) }
            .joined(separator: " and ")
    }
}
