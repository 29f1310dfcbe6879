import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

/// What the process does on signals: SIGHUP applies the changed configuration file, as `viaduct reload` does;
/// SIGINT and SIGTERM end this service, and with it the group.
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
            // What comes of it is in the log.
            _ = try? await gateway.reload()
        }
    }
}
