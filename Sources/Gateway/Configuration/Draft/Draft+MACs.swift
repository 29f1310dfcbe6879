extension Draft.MACs {
    /// `node` is `nil` when the section is left out.
    init(_ node: YAMLNode?, missingAt position: Configuration.Position) {
        let standard = Configuration.MACs()
        let section = node?.mapping(keys: ["capacity", "ageing", "when-full", "moves"])
        capacity = section.value("capacity", default: standard.capacity, missingAt: position) {
            $0.integer(in: Configuration.Limits.macCapacity)
        }
        ageing = section.value("ageing", default: standard.ageing, missingAt: position) {
            $0.integer(in: Configuration.Limits.ageing, unit: "seconds; 0 is never")
        }
        whenFull = section.value("when-full", default: standard.whenFull, missingAt: position) {
            $0.choice(of: Configuration.LimitAction.self)
        }
        moves = section?["moves"]?.moveGuard()
    }
}
