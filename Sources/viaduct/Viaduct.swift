import ArgumentParser
import Gateway
import Glibc

/// The command `viaduct`.
struct Viaduct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "viaduct",
        abstract: "A software VXLAN gateway: bridges VLANs on access ports to VXLAN networks on an IP underlay.",
        discussion: """
            Start a gateway, then look at it from another terminal:

              viaduct check --config lab.yaml     what is wrong with the file, if anything
              viaduct run --config lab.yaml       run in the foreground until Ctrl-C
              viaduct show                        the gateway at a glance
              viaduct show macs --network blue    who is where
              viaduct reload                      apply the changed file

            Exit status: 0 done, 1 failed, 64 wrong usage, 78 bad configuration.
            """,
        version: "viaduct \(GatewayVersion.current)",
        subcommands: [Run.self, Check.self, Show.self, MAC.self, Reload.self])
}

@main
struct Main {
    static func main() async {
        // Whoever reads our output may go; writing then fails with EPIPE instead of killing a gateway.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Viaduct.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(for: error)
        }
    }
}
