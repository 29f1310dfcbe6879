/// A limit in force, as `GET /v1/limits` and `viaduct show limits` tell it.
package struct LimitStatus: Codable, Equatable, Sendable {
    package enum Scope: String, Codable, Sendable { case table, port, network }

    /// `macs`: learned MAC entries; of the whole table, all entries. The others: flooded frames a second.
    package enum Kind: String, Codable, Sendable {
        case macs, broadcast, multicast
        case unknownUnicast = "unknown_unicast"
    }

    package var scope: Scope
    /// Of the port or the network; `nil` for the table.
    @Nullable package var name: String?
    package var kind: Kind
    package var limit: Int
    /// Entries at present; `nil` for rates.
    @Nullable package var current: Int?
    /// What becomes of the frames that are too many: `flood`, `drop` or `replace-oldest`.
    package var action: String
    /// Frames that met the limit.
    package var refused: UInt64
}
