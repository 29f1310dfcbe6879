import ArgumentParser
import Gateway
import Management

extension Show {
    struct MACs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "macs",
            abstract: "The MAC table: who is behind which port or remote VTEP.",
            discussion: """
                  viaduct show macs --network blue
                  viaduct show macs --remote 192.0.2.2 --limit 20
                  viaduct show macs --all --json > macs.json
                """)

        @OptionGroup var which: MACFilterOptions

        @Option(help: ArgumentHelp("Show at most this many entries.", valueName: "count"))
        var limit = 100

        @Flag(help: "Show all entries, however many there are.")
        var all = false

        @OptionGroup var options: ClientOptions

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        }

        func run() async throws {
            if options.json { try await printJSON() } else { try await printText() }
        }

        private func printText() async throws {
            var text = MACTableText()
            _ = try await forEachPage { page in try Output.write(text.render(page)) }
            try Output.write(text.closing())
        }

        /// The document of the API, written as it arrives, with each entry on its line.
        private func printJSON() async throws {
            var separator = "{\n  \"macs\" : ["
            var total: Int?
            let next = try await forEachPage { page in
                total = total ?? page.total
                var text = ""
                for entry in page.macs {
                    text += separator + "\n    " + (try JSON.text(entry, pretty: false))
                    separator = ","
                }
                try Output.write(text)
            }
            if separator != "," { try Output.write(separator) }
            let tail = [("next", next), ("total", total)].map { "  \"\($0)\" : \($1.map(String.init) ?? "null")" }
            try Output.write("\n  ],\n" + tail.joined(separator: ",\n") + "\n}\n")
        }

        /// Calls `body` with page after page until the limit or the end. Returns where the next page would start.
        private func forEachPage(_ body: (MACPage) throws -> Void) async throws -> Int? {
            let client = options.client
            var left = all ? Int.max : limit
            var cursor: Int?
            repeat {
                let page = try await client.macs(which.filter, from: cursor, limit: min(left, APILimits.macsMax))
                try body(page)
                left -= page.macs.count
                cursor = page.next
            } while cursor != nil && left > 0
            return cursor
        }
    }
}
