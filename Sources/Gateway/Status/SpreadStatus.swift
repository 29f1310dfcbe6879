import Dataplane

/// How what a port receives is spread over its receive queues.
package struct SpreadStatus: Codable, Equatable, Sendable {
    /// Whose headers of a tunnel packet are hashed.
    package enum Headers: String, Codable, Sendable { case inner, outer }

    /// Who spreads; only where that is `rss` are the following known.
    package var by: Spreader
    /// Only on underlay ports.
    @Nullable package var headers: Headers?
    /// What is hashed: `ethernet`, `ip`, `tcp`, `udp`, `sctp`.
    package var fields: [String]
    /// Both directions of a flow have the same hash.
    package var symmetric: Bool
    /// What the device was asked for and does not do, a line each.
    package var refused: [String]
}

extension SpreadStatus {
    init(_ spreader: Spreader, _ rss: RSSStatus?, role: Configuration.Role) {
        by = spreader
        _headers = Nullable(wrappedValue: nil)
        fields = rss?.fields.names ?? []
        symmetric = rss?.isSymmetric ?? false
        refused = rss?.refusals ?? []
        if let rss, role == .underlay { headers = rss.fields.contains(.innermost) ? .inner : .outer }
    }
}
