import Dataplane

extension Gateway {
    /// Applies the configuration file as it is now, and logs what came of it, whoever asked for it.
    package func reload() throws(GatewayError) -> ReloadReport {
        do {
            let report = try applyFile()
            for warning in report.warnings { logger.warning("\(warning)") }
            for step in report.steps { logger.info("reload: \(step)") }
            logger.info(report.unchanged ? "reload: nothing to change" : "reload: done")
            return report
        } catch {
            logger.error("reload: \(error.message)")
            for detail in error.details { logger.error("reload: \(detail)") }
            throw error
        }
    }

    private func applyFile() throws(GatewayError) -> ReloadReport {
        guard totals == nil else { throw .failed("the gateway is stopping", advice: "") }
        let (wanted, warnings) = try readConfiguration()
        let differences = RestartCheck.differences(
            from: configuration, to: wanted, macCapacityMaximum: machinery.tables.macs.capacityMaximum)
        guard differences.isEmpty else { throw .needsRestart(differences) }
        let (steps, refused, actions) = reconciler.reconcile(
            to: WantedState(wanted, ports: reconciler.ports), routes: UnderlayRoutes(wanted, ports: reconciler.ports), now: now,
            seconds: machinery.clock.seconds)
        configuration = wanted
        perform(actions)
        guardLoops()
        setNeighborNetworks()
        followSnooping()
        release { held in reconciler.network(at: held.key.network)?.policy.moves.maximum ?? 0 == 0 }
        for case .addTunnel(let remote, _) in steps {
            if let index = reconciler.tunnels[remote]?.index { tunnelBaselines[index] = counters(of: index) }
        }
        return ReloadReport(steps: steps.map(\.description), warnings: warnings + refused.map { "no room for this: \($0)" })
    }

    private func readConfiguration() throws(GatewayError) -> (Configuration, warnings: [String]) {
        let reading: ConfigurationReading
        do {
            reading = try ConfigurationReader.load(path: configurationPath, machine: machine)
        } catch {
            throw .badConfiguration([error.description])
        }
        guard let wanted = reading.configuration else {
            throw .badConfiguration(reading.diagnostics.map { $0.rendered(file: configurationPath) })
        }
        return (wanted, reading.warnings.map { $0.rendered(file: configurationPath) })
    }
}
