/// Why no configuration text could be had at all.
package enum ConfigurationError: Error, Equatable, CustomStringConvertible {
    case fileMissing(path: String)
    case notPermitted(path: String)
    case notAFile(path: String)
    /// `reason` is the system's own text for the error number.
    case unreadable(path: String, reason: String)

    package var description: String {
        switch self {
        case .fileMissing(let path): "\(path): there is no such file; give the path of a configuration with --config"
        case .notPermitted(let path): "\(path): no permission to read it; run as its owner or as root"
        case .notAFile(let path): "\(path): it is a folder; give the path of a file inside it"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason); check the disk and the path"
        }
    }
}
