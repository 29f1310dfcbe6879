import ArgumentParser
import Gateway
import Management

extension Show {
    struct Multicast: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Multicast inside of networks that snoop: queriers, routers, groups and their members.",
            discussion: """
                STATE filtering: multicast goes to members and routers (port:VLAN, remote VTEP); flooding: to everyone, because nobody asks \
                for members, or the first query is not answered yet. EXPIRES: without another query or report. The groups that the \
                gateway itself joins on the underlay are in 'viaduct show groups'.
                """)
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.multicast()) { MulticastTables.text($0.multicast) }
        }
    }
}
