import ArgumentParser
import Gateway
import Management

/// The end of a command that did not succeed: lines for standard error and the exit status.
struct Failure: Error {
    enum Status: Int32 {
        case failed = 1
        case usage = 64
        case badConfiguration = 78
    }

    let lines: [String]
    let status: Status

    init(_ lines: [String], _ status: Status = .failed) {
        self.lines = lines
        self.status = status
    }

    /// Prints what `error` has to say, one line each, and exits. Help and version, which the parser throws too, go to standard
    /// output with status 0.
    static func exit(for error: any Error) -> Never {
        let failure = Failure(error)
        guard let failure else { Viaduct.exit(withError: error) }
        for line in failure.lines { Output.error(line) }
        Viaduct.exit(withError: ExitCode(failure.status.rawValue))
    }

    /// `nil` for what is no failure.
    private init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ManagementError: self.init(error)
        case let error as GatewayError: self.init(APIError(error))
        default:
            let code = Viaduct.exitCode(for: error)
            guard code != .success else { return nil }
            // Of the parser's text the first line says what is wrong; the rest is usage, which has its own command.
            let first = Viaduct.message(for: error).split(whereSeparator: \.isNewline).first.map(String.init) ?? "\(error)"
            guard code == .validationFailure else {
                self.init(["viaduct: \(first)"])
                return
            }
            self.init(["viaduct: \(first); see 'viaduct help'"], .usage)
        }
    }

    private init(_ error: ManagementError) {
        if case .refused(let refusal) = error { self.init(refusal) } else { self.init(["viaduct: \(error)"]) }
    }

    private init(_ error: APIError) {
        let status: Status = error.code == GatewayError.badConfigurationCode ? .badConfiguration : .failed
        self.init(error.details + ["viaduct: \(error.message)"], status)
    }
}
