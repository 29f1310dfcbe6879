import ArgumentParser
import Gateway
import Logging
import Management

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway in the foreground.",
        discussion: """
            Logs to standard error. SIGINT (Ctrl-C) and SIGTERM stop it within 2 s and print the totals; SIGHUP applies the
            changed configuration file.

              viaduct run --config lab.yaml
              viaduct run --config /etc/viaduct/viaduct.yaml --log-level debug

            Exit status: 0 stopped by a signal, 1 failed, 78 bad configuration.
            """)

    @Option(help: ArgumentHelp("Configuration file (YAML).", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("Least important lines to log: trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel = Logger.Level.info

    @Option(help: ArgumentHelp("Unix socket of the local API, instead of the configuration's.", valueName: "path"))
    var socket: String?

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = LineLogHandler(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "gateway")
        let configuration = try load(logger)
        let path = config
        let totals = try await GatewayProcess.run(socket: socket ?? configuration.system.socket, logger: logger) {
            () throws(GatewayError) in
            try Gateway(configurationPath: path, configuration: configuration, logger: logger)
        }
        try Output.write(Overview.text(totals))
    }

    /// Errors go out as `viaduct check` prints them, warnings into the log.
    private func load(_ logger: Logger) throws(Failure) -> Configuration {
        let reading = try ConfigurationLoading.read(config)
        guard let configuration = reading.configuration else {
            let lines = reading.diagnostics.map { $0.rendered(file: config) }
            throw Failure(lines + ["\(config): \(ConfigurationLoading.count(reading))"], .badConfiguration)
        }
        for warning in reading.warnings { logger.warning("\(warning.rendered(file: config))") }
        return configuration
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
