import ArgumentParser
import Gateway
import Management

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with a configuration file.",
        discussion: """
            Prints every finding at once as file:line:column: error|warning: what; what to do. No gateway is touched.

              viaduct check --config lab.yaml

            Exit status: 0 when the file can be used, with warnings too; 78 when it has errors.
            """)

    @Option(help: ArgumentHelp("Configuration file (YAML).", valueName: "file"))
    var config: String

    func run() throws {
        let reading = try ConfigurationLoading.read(config)
        for finding in reading.diagnostics { Output.error(finding.rendered(file: config)) }
        guard let configuration = reading.configuration else {
            throw Failure(["\(config): \(ConfigurationLoading.count(reading))"], .badConfiguration)
        }
        let found = reading.diagnostics.isEmpty ? "no findings" : ConfigurationLoading.count(reading)
        try Output.write("\(config): usable, \(found): \(size(of: configuration))\n")
    }

    private func size(of configuration: Configuration) -> String {
        Readable.count(configuration.ports.count, "port") + ", " + Readable.count(configuration.networks.count, "network")
    }
}
