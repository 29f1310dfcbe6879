import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

/// What the process does on signals: SIGHUP applies the changed configuration file, as `viaduct reload` does, and logs what came of
/// it; SIGINT and SIGTERM end this service, and with it the group.
struct SignalService: Service {
    static let trapped: [UnixSignal] = [.sighup, .sigint, .sigterm]

    let gateway: any GatewayControl
    /// Trapped before the gateway starts: a signal that comes meanwhile waits, instead of killing a process that has ports open.
    let signals: UnixSignalsSequence
    let logger: Logger

    func run() async {
        for await signal in signals.cancelOnGracefulShutdown() {
            guard signal == .sighup else {
                logger.info("stopping", metadata: ["signal": "\(signal)"])
                return
            }
            await reload()
        }
    }

    private func reload() async {
        do {
            let report = try await gateway.reload()
            for warning in report.warnings { logger.warning("\(warning)") }
            for step in report.steps { logger.info("reload: \(step)") }
            logger.info(report.unchanged ? "reload: nothing to change" : "reload: done")
        } catch {
            logger.error("reload: \(error.message)")
            for detail in error.details { logger.error("reload: \(detail)") }
        }
    }
}
