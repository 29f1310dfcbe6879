import ArgumentParser
import Gateway
import Management

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the running gateway knows and does.",
        discussion: """
              viaduct show                       the gateway at a glance
              viaduct show drops                 why packets were dropped
              viaduct show macs --port lan0      who was seen behind a port
              viaduct show ports --json          the same for programs
            """,
        subcommands: [
            Ports.self, Networks.self, MACs.self, Tunnels.self, Neighbors.self, Groups.self, Multicast.self, Limits.self, Drops.self,
            Workers.self,
        ])

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.client
        let summary = try await client.summary()
        guard !options.json else { return try Output.json(summary) }
        let ports = try await client.ports()
        let networks = try await client.networks()
        try Output.write(
            Overview.text(summary) + "\n" + StatusTables.ports(ports.ports) + "\n" + StatusTables.networks(networks.networks))
    }

    struct Ports: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Access and underlay ports with their counters.",
            discussion: """
                OUTER CHECKSUM tells who computes the checksum of outer IPv4 headers: the NIC (hardware) or a worker (software).
                """)
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.ports()) { StatusTables.ports($0.ports) }
        }
    }

    struct Networks: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Networks: VNI, UDP port, members (port:VLAN), multicast group and remote VTEPs.")
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.networks()) { StatusTables.networks($0.networks) }
        }
    }

    struct Tunnels: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remote VTEPs and groups: how packets get there, and how many.",
            discussion: """
                ORIGIN tells whether the configuration names the remote, or it was discovered from its packets, or is a multicast group. Where \
                flows are spread over several next hops, each has a line, and PATH is its state.
                """)
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.tunnels()) { StatusTables.tunnels($0.tunnels) }
        }
    }

    struct Neighbors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Next hops on the underlay, and known hosts of networks that suppress ARP and ND.",
            discussion: """
                Next hops have no NETWORK. Requests for the hosts of a network are answered by the gateway; PORT or REMOTE is where a host is, \
                as the MAC table has it. STATE: known; probing, asked whether it is still there; static, from the configuration.
                """)

        @Option(help: ArgumentHelp("Only hosts of this network.", valueName: "name"))
        var network: String?

        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.neighbors(network: network)) { StatusTables.neighbors($0.neighbors) }
        }
    }

    struct Groups: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Multicast groups that underlay ports are in.",
            discussion: """
                NETWORKS are those whose flooded frames go to the group; the groups without any are those in which neighbours ask for the \
                gateway's IPv6 addresses. VERSION is what is spoken on the link: older ones while an older querier is about. LAST QUERY: \
                how long ago; where there is never one, switches that snoop may not pass the group on.
                """)
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.groups()) { StatusTables.groups($0.groups) }
        }
    }

    struct Limits: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Limits of MACs and of flooded frames: how far they are, and how often they were met.",
            discussion: """
                LIMIT OF: learned MACs (of the table: all entries), or flooded frames a second by class. BEYOND: what becomes of a frame that is too \
                many. flood: it passes, its MAC is not learned; drop: it is dropped; replace-oldest: as flood, and the port or VTEP with \
                the most MACs loses its oldest. REFUSED counts frames from the start, or from the last change of the limit.
                """)
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.limits()) { StatusTables.limits($0.limits) }
        }
    }

    struct Workers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Worker threads: load, cycles a packet, bursts, and the receive queues that they poll.",
            discussion: """
                BUSY, CYCLES/PACKET, AVERAGE BURST, PACKETS/S and SHARE are those of the last second, PACKETS counts from the start. \
                BURST FILL is the average burst as a part of the 32 packets that a worker takes at once. BUSIEST compares the busiest \
                queue of a port with an even share: 1.00x is even; with two queues, 2.00x is all packets in one.
                """)
        @OptionGroup var options: ClientOptions

        func run() async throws {
            let client = options.client
            let workers = try await client.workers()
            guard !options.json else { return try Output.json(workers) }
            try Output.write(WorkerTables.text(workers.workers, try await client.ports().ports))
        }
    }

    struct Drops: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Dropped packets by reason.",
            discussion: "Reasons that never happened are left out unless --all is given; --json has all of them.")

        @Flag(help: "Also the reasons that never happened.")
        var all = false

        @OptionGroup var options: ClientOptions

        func run() async throws {
            try options.print(try await options.client.drops()) { StatusTables.drops($0.drops, all: all) }
        }
    }
}
