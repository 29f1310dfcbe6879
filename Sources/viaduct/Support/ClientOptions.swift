import ArgumentParser
import Gateway
import Management

/// Options of every command that talks to a running gateway.
struct ClientOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Unix socket of the gateway.", valueName: "path"))
    var socket = Configuration.defaultSocket

    @Flag(help: "Print one JSON document with stable keys instead of text.")
    var json = false

    var client: ManagementClient { ManagementClient(path: socket) }

    /// Prints `document` as JSON, or `text` of it for people.
    func print<Document: Encodable>(_ document: Document, _ text: (Document) -> String) throws {
        if json { try Output.json(document) } else { try Output.write(text(document)) }
    }
}
