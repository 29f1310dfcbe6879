// Values of the keys that limit and guard.

extension YAMLNode {
    /// `1000`, or `{ maximum: 1000, action: drop }`.
    func macLimit() -> Located<Configuration.MACLimit>? {
        guard pairs != nil else {
            return integer(in: Configuration.Limits.macLimit, unit: "MACs")?.map { Configuration.MACLimit(maximum: $0) }
        }
        guard let limit = mapping(keys: ["maximum", "action"]) else { return nil }
        let maximum = limit.required("maximum", example: "1000")?.integer(in: Configuration.Limits.macLimit, unit: "MACs")
        let action = limit.value("action", default: .flood) { $0.choice(of: Configuration.LimitAction.self) }
        guard let maximum, let action else { return nil }
        return Located(Configuration.MACLimit(maximum: maximum.value, action: action.value), at: position)
    }

    /// `{ broadcast: 1000, unknown-unicast: 1000, multicast: 1000 }`, at least one of them.
    func stormControl() -> Located<Configuration.StormControl>? {
        let keys = ["broadcast", "unknown-unicast", "multicast"]
        guard let classes = mapping(keys: keys) else { return nil }
        let rates = keys.map { classes[$0]?.integer(in: Configuration.Limits.stormRate, unit: "frames a second") }
        guard keys.contains(where: { classes[$0] != nil }) else {
            findings.error(at: position, "\(named) limits nothing", advice: "add a rate, for example `broadcast: 1000`, or remove the key")
            return nil
        }
        guard zip(keys, rates).allSatisfy({ classes[$0] == nil || $1 != nil }) else { return nil }
        let values = rates.map { $0?.value }
        return Located(
            Configuration.StormControl(broadcast: values[0], unknownUnicast: values[1], multicast: values[2]), at: position)
    }

    /// `{ maximum: 5, window: 180, hold: 180 }`, of which any may be left out.
    func moveGuard() -> Located<Draft.MoveGuard>? {
        guard let moves = mapping(keys: ["maximum", "window", "hold"]) else { return nil }
        let maximum = moves["maximum"]?.integer(in: Configuration.Limits.moves, unit: "moves; 0 is no guard")
        let window = moves["window"]?.integer(in: Configuration.Limits.moveSeconds, unit: "seconds")
        let hold = moves["hold"]?.integer(in: Configuration.Limits.moveSeconds, unit: "seconds")
        return Located(Draft.MoveGuard(maximum: maximum?.value, window: window?.value, hold: hold?.value), at: position)
    }
}
