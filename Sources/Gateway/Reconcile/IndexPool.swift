/// Hands out table positions, those that were given back first, and takes them back.
struct IndexPool {
    private var freed: [UInt16] = []
    private var next: UInt16 = 1
    let limit: UInt16

    /// Positions 1..<`limit`; 0 means "none" in every table.
    init(limit: Int) { self.limit = UInt16(clamping: limit) }

    mutating func take() -> UInt16? {
        if let freed = freed.popLast() { return freed }
        guard next < limit else { return nil }
        defer { next += 1 }
        return next
    }

    mutating func giveBack(_ index: UInt16) { freed.append(index) }
}
