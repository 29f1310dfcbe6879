import Dataplane

/// An entry of the MAC table as `GET /v1/macs` and `viaduct show macs` tell it: behind a port of this gateway, or behind a
/// remote VTEP.
package struct MACStatus: Codable, Equatable, Sendable {
    package var network: String
    package var mac: MACAddress
    /// `nil` when the MAC is behind a remote VTEP.
    @Nullable package var port: String?
    /// `nil` without service tag, or behind a remote VTEP.
    @Nullable package var serviceVLAN: VLANID?
    /// `nil` when untagged, or behind a remote VTEP.
    @Nullable package var vlan: VLANID?
    /// `nil` when the MAC is behind a port of this gateway.
    @Nullable package var remote: IPAddress?
    package var origin: MACOrigin
    /// Why the MAC may not move; `nil` for one that may.
    @Nullable package var held: Held?
    /// Seconds since the last frame from this MAC, a second more or less; `nil` for entries that do not age.
    @Nullable package var ageSeconds: Int?

    /// A MAC that has moved too often: where it was seen, and how long it is still held.
    package struct Held: Codable, Equatable, Sendable {
        package var moves: Int
        package var places: [String]
        package var secondsLeft: Int

        enum CodingKeys: String, CodingKey {
            case moves, places
            case secondsLeft = "seconds_left"
        }
    }

    package var tags: MemberTags { MemberTags(service: serviceVLAN, vlan: vlan) }

    enum CodingKeys: String, CodingKey {
        case network, mac, port, vlan, remote, origin, held
        case serviceVLAN = "service_vlan"
        case ageSeconds = "age_seconds"
    }
}

/// Part of the MAC table: a table of millions of entries is never in one answer.
package struct MACPage: Codable, Equatable, Sendable {
    /// At most the limit asked for, in the order of the table.
    package var macs: [MACStatus]
    /// Entries that match the filter in the whole table; `nil` on every page but the first, so that paging through a table does not
    /// count it once a page.
    @Nullable package var total: Int?
    /// Where the next page starts; `nil` after the last one. Entries that come, move or go meanwhile may be missed or told twice;
    /// all others are told once.
    @Nullable package var next: Int?

    package init(macs: [MACStatus], total: Int?, next: Int?) {
        self.macs = macs
        self.total = total
        self.next = next
    }
}
