import ArgumentParser
import Dataplane
import Gateway
import Management

struct MAC: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mac",
        abstract: "Add, delete or flush MAC entries.",
        discussion: """
            An added entry replaces a learned one and does not age; it is gone after a restart. Static entries belong into the
            configuration file and can only be changed there.

              viaduct mac add blue 02:00:00:00:00:02 --remote 192.0.2.2
              viaduct mac add blue 02:00:00:00:00:03 --port lan0 --vlan 100
              viaduct mac delete blue 02:00:00:00:00:02
              viaduct mac flush --port lan0
            """,
        subcommands: [Add.self, Delete.self, Flush.self])

    struct Entry: ParsableArguments {
        @Argument(help: "Name of the network.")
        var network: String

        @Argument(help: "MAC address, like 02:00:00:00:00:01.")
        var mac: MACAddress
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say where a MAC is: behind a remote VTEP, or behind an access port.",
            discussion: """
                  viaduct mac add blue 02:00:00:00:00:02 --remote 192.0.2.2
                  viaduct mac add blue 02:00:00:00:00:03 --port lan0 --vlan 100
                """)

        @OptionGroup var entry: Entry

        @Option(help: ArgumentHelp("Remote VTEP.", valueName: "address"))
        var remote: IPAddress?

        @Option(help: ArgumentHelp("Access port.", valueName: "name"))
        var port: String?

        @Option(help: ArgumentHelp("VLAN ID on the port; needed when the port is in the network more than once.", valueName: "id"))
        var vlan: VLANID?

        @Option(name: .customLong("service-vlan"), help: ArgumentHelp("VLAN ID of the service tag (QinQ).", valueName: "id"))
        var serviceVLAN: VLANID?

        @OptionGroup var options: ClientOptions

        @Flag(help: "The untagged member; needed when the port is in the network with a VLAN as well.")
        var untagged = false

        private var tags: MemberTags? {
            untagged || vlan != nil || serviceVLAN != nil ? MemberTags(service: serviceVLAN, vlan: vlan) : nil
        }

        func validate() throws {
            guard (remote == nil) != (port == nil), remote == nil || tags == nil, !untagged || tags == .untagged else {
                throw ValidationError(
                    "give either --remote ADDRESS, or --port NAME, alone or with --untagged, or with --vlan ID, --service-vlan ID or both")
            }
        }

        func run() async throws {
            guard let location = remote.map(MACAddition.Location.remote) ?? port.map({ .port($0, tags: tags) }) else { return }
            let addition = MACAddition(network: entry.network, mac: entry.mac, location: location)
            try await options.client.addMAC(addition)
            try options.print(addition) { "added \($0.mac) to \($0.network)\n" }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete one MAC entry, learned or added.",
            discussion: "  viaduct mac delete blue 02:00:00:00:00:02")

        @OptionGroup var entry: Entry
        @OptionGroup var options: ClientOptions

        func run() async throws {
            let deleted = try await options.client.deleteMAC(network: entry.network, mac: entry.mac)
            try options.print(deleted) { _ in "deleted \(entry.mac) from \(entry.network)\n" }
        }
    }

    struct Flush: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete all MAC entries that match.",
            discussion: """
                Learned entries are meant unless --origin control says otherwise; held MACs are of that origin.
                Frames to a MAC without an entry are flooded until it is learned again.

                  viaduct mac flush --network blue
                  viaduct mac flush --remote 192.0.2.2
                  viaduct mac flush --all
                """)

        @OptionGroup var which: MACFilterOptions

        @Flag(help: "All learned entries of all networks.")
        var all = false

        @OptionGroup var options: ClientOptions

        func validate() throws {
            guard all != (which.filter != MACFilter()) else {
                throw ValidationError("give at least one of --network, --port, --remote, --mac, --origin, or --all alone")
            }
        }

        func run() async throws {
            let deleted = try await options.client.flushMACs(which.filter)
            try options.print(deleted) { "flushed \(Readable.count($0.deleted, "entry", plural: "entries"))\n" }
        }
    }
}
