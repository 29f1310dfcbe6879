import ArgumentParser
import BenchSupport

/// What passes the stages of a worker: frames of one direction, with the underlay that their packets come or leave over.
struct Passage: CaseIterable, ExpressibleByArgument {
    let direction: Direction
    let underlay: Underlay

    /// As results and counts have it: `encap`, `decap-ipv6`.
    var name: String { underlay == .ipv4 ? direction.rawValue : "\(direction.rawValue)-\(underlay.rawValue)" }

    static let allCases = Underlay.allCases.flatMap { of($0) }

    /// Both directions.
    static func of(_ underlay: Underlay) -> [Passage] { Direction.allCases.map { Passage(direction: $0, underlay: underlay) } }
}

extension Passage {
    init?(argument: String) {
        guard let passage = Passage.allCases.first(where: { $0.name == argument }) else { return nil }
        self = passage
    }

    static var allValueStrings: [String] { allCases.map(\.name) }
    var defaultValueDescription: String { name }
}
