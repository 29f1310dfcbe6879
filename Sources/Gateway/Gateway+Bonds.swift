import Dataplane

/// Which members of a bond were seen to carry traffic.
struct BondWatch {
    var active: [Bool]
    /// Since when none does; `nil` = some do.
    var idleSince: MonotonicTime?
    var isToldIdle = false

    /// So long a bond may take to find members, and LACP its partner, before people hear of it.
    static let patience = Duration.seconds(5)
}

extension Gateway {
    /// Tells of members that carry traffic now or no more, and of bonds without any.
    func watchBonds(_ now: MonotonicTime) {
        for (position, port) in machinery.ports.enumerated() {
            guard let bond = port.configuration.bond else { continue }
            let index = PortIndex(UInt16(position)), name = port.configuration.name
            let active = port.device.activeMembers(of: port.members)
            var watch = housekeeping.bonds[index] ?? BondWatch(active: active)
            if active != watch.active {
                let names = zip(port.members, active).filter(\.1).map(\.0.arguments)
                logger.notice("port \(name): active members of the bond: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
            }
            watch.active = active
            if active.contains(true) {
                (watch.idleSince, watch.isToldIdle) = (nil, false)
            } else {
                watch.idleSince = watch.idleSince ?? now
            }
            if let since = watch.idleSince, !watch.isToldIdle, since + BondWatch.patience <= now {
                watch.isToldIdle = true
                let cause = bond.mode == .lacp ? "no link, or no partner that speaks LACP" : "no link"
                logger.warning("port \(name): no member of the bond is active (\(cause)): nothing is received or sent")
            }
            housekeeping.bonds[index] = watch
        }
    }
}
