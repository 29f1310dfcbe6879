import Dataplane

extension Gateway {
    package func limits() -> [LimitStatus] {
        guard totals == nil else { return [] }
        let macs = machinery.tables.macs
        let table = LimitStatus(
            scope: .table, name: nil, kind: .macs, limit: macs.capacity, current: macs.count, action: configuration.macs.whenFull.rawValue,
            refused: machinery.workers.reduce(0) { $0 + $1.counters.totals.macTableFull })
        let ports = reconciler.ports.all.flatMap { port -> [LimitStatus] in
            guard let policy = reconciler.portPolicies[port.index] else { return [] }
            return macLimit(.port, port.name, policy.macLimit, macs.quota(of: port.index))
                + storm(.port, port.name, policy.stormControl, machinery.tables.ports.stormMeters(port.index))
        }
        let networks = configuration.networks.flatMap { network -> [LimitStatus] in
            guard let running = reconciler.networks[network.vni] else { return [] }
            return macLimit(.network, network.name, running.policy.macLimit, macs.quota(of: running.index))
                + storm(.network, network.name, running.policy.stormControl, machinery.tables.networks.stormMeters(running.index))
        }
        return [table] + ports + networks
    }

    private func macLimit(
        _ scope: LimitStatus.Scope, _ name: String, _ limit: Configuration.MACLimit?, _ quota: MACQuotaStatus
    ) -> [LimitStatus] {
        guard let limit else { return [] }
        return [
            LimitStatus(
                scope: scope, name: name, kind: .macs, limit: limit.maximum, current: quota.count, action: limit.action.rawValue,
                refused: quota.refused)
        ]
    }

    private func storm(
        _ scope: LimitStatus.Scope, _ name: String, _ limits: Configuration.StormControl, _ meters: StormMeters
    ) -> [LimitStatus] {
        let rates = limits.rates
        return FloodClass.allCases.compactMap { floodClass in
            rates[floodClass].map { rate in
                LimitStatus(
                    scope: scope, name: name, kind: LimitStatus.Kind(floodClass), limit: rate, current: nil,
                    action: Configuration.LimitAction.drop.rawValue, refused: meters.refused(floodClass))
            }
        }
    }
}

extension LimitStatus.Kind {
    init(_ floodClass: FloodClass) {
        switch floodClass {
        case .broadcast: self = .broadcast
        case .unknownUnicast: self = .unknownUnicast
        case .multicast: self = .multicast
        }
    }
}
