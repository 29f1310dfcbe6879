import Dataplane
import Gateway

/// The MAC table for people, page by page.
package struct MACTableText: Sendable {
    private var table = TextTable([
        .left("NETWORK"), .left("MAC"), .left("PORT"), .right("VLAN"), .left("REMOTE"), .left("ORIGIN"), .right("AGE"),
    ])
    private var shown = 0
    private var total: Int?

    package init() {}

    /// The lines of one page, sorted by network and MAC within it.
    package mutating func render(_ page: MACPage) -> String {
        shown += page.macs.count
        total = total ?? page.total
        return table.render(page.macs.sortedForPeople.map(MACTableText.row))
    }

    /// The line after the last page: nothing when all is told.
    package func closing() -> String {
        guard shown > 0 else { return "no MAC entries\n" }
        guard let total, total > shown else { return "" }
        return "\(Readable.count(total - shown)) more of \(Readable.count(total)); use --limit N or --all, or filter\n"
    }

    private static func row(_ entry: MACStatus) -> [String] {
        [
            entry.network, entry.mac.description, Readable.optional(entry.port),
            entry.port == nil || entry.tags == .untagged ? "-" : entry.tags.description,
            Readable.optional(entry.remote), entry.held == nil ? entry.origin.name : "held",
            entry.ageSeconds.map { Readable.duration(seconds: $0) } ?? "-",
        ]
    }
}

extension [MACStatus] {
    /// The table itself has no order that means anything.
    package var sortedForPeople: [MACStatus] {
        // Swapped, the bits of an address compare as its octets in wire order do.
        sorted { ($0.network, $0.mac.bits.byteSwapped) < ($1.network, $1.mac.bits.byteSwapped) }
    }
}
