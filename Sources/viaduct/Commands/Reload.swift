import ArgumentParser
import Gateway
import Management

struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the running gateway apply its changed configuration file.",
        discussion: """
            Networks that did not change lose no packet. A file with errors changes nothing (status 78), nor does one that needs
            a restart (status 1): both are told line by line.

              viaduct reload
            """)

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let report = try await options.client.reload()
        if !options.json {
            for warning in report.warnings { Output.error(warning) }
        }
        try options.print(report) { report in
            report.unchanged ? "nothing to change\n" : report.steps.map { $0 + "\n" }.joined()
        }
    }
}
