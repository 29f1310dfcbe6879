import Gateway

// The documents of the API, and of `--json`: each list under its own name, so that keys can be added beside it.

package struct PortsDocument: Codable, Equatable, Sendable { package var ports: [PortStatus] }
package struct NetworksDocument: Codable, Equatable, Sendable { package var networks: [NetworkStatus] }
package struct TunnelsDocument: Codable, Equatable, Sendable { package var tunnels: [TunnelStatus] }
package struct LimitsDocument: Codable, Equatable, Sendable { package var limits: [LimitStatus] }
package struct GroupsDocument: Codable, Equatable, Sendable { package var groups: [GroupStatus] }
package struct MulticastDocument: Codable, Equatable, Sendable { package var multicast: [MulticastStatus] }
package struct NeighborsDocument: Codable, Equatable, Sendable { package var neighbors: [NeighborStatus] }
package struct DropsDocument: Codable, Equatable, Sendable { package var drops: [DropStatus] }
package struct WorkersDocument: Codable, Equatable, Sendable { package var workers: [WorkerStatus] }

/// Answer to the deletion of MAC entries: how many there were.
package struct DeletedDocument: Codable, Equatable, Sendable { package var deleted: Int }

/// Body of every answer that is not a success.
package struct ErrorDocument: Codable, Equatable, Sendable { package var error: APIError }

/// `code` is stable and for programs, `message` one line for people, `details` one line each for the parts of the reason.
package struct APIError: Codable, Equatable, Sendable {
    package var code: String
    package var message: String
    package var details: [String]

    package init(code: String, message: String, details: [String] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    package init(_ error: GatewayError) { self.init(code: error.code, message: error.message, details: error.details) }
}
