// What the running gateway was asked for beyond forwarding, as people would write it: so that they can see what a reload has changed.

extension PortPolicy {
    /// Keys of the configuration and their values, those alone that are not as they are by default.
    package var settings: [String] {
        var settings: [String] = []
        if learning != .on { settings.append("learning: \(learning.rawValue)") }
        if isIsolated { settings.append("isolated: true") }
        if let splitHorizonGroup { settings.append("split-horizon-group: \(splitHorizonGroup)") }
        if detectsLoops { settings.append("loop-detection: true") }
        if serviceTag != .ieee8021ad { settings.append("service-tag: \(serviceTag.rawValue)") }
        return settings
    }
}

extension NetworkPolicy {
    /// The same of a network; `moves` where it is not `standardMoves`.
    package func settings(standardMoves: Configuration.MoveGuard) -> [String] {
        var settings: [String] = []
        if moves != standardMoves { settings.append("moves: { maximum: \(moves.maximum), window: \(moves.window), hold: \(moves.hold) }") }
        if suppressesNeighbors { settings.append("neighbor-suppression: true") }
        if !neighbors.isEmpty { settings.append("neighbors: \(neighbors.count)") }
        if snoopsMulticast { settings.append("multicast-snooping: true") }
        if innerTag != .drop { settings.append("inner-tag: \(innerTag.rawValue)") }
        if !linkLocal.isEmpty { settings.append("link-local: [\(linkLocal.map(\.rawValue).sorted().joined(separator: ", "))]") }
        return settings
    }
}
