import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

/// The life of `viaduct run`: gateway, local API and signals as one group of services.
package enum GatewayProcess {
    /// All services together; the command promises to be gone within 2 s.
    static let gracefulShutdownMillisecondsMax = 1500

    /// Runs until a signal or an error, and returns the totals. `start` makes the gateway, after it is known that no other one
    /// has the socket.
    /// - Throws: ``ManagementError`` for the socket, ``GatewayError`` from `start` or the running gateway. The gateway has been
    ///   stopped and the socket is gone in any case.
    package static func run<G: RunnableGateway>(
        socket: String, logger: Logger, start: () async throws(GatewayError) -> G
    ) async throws -> GatewayTotals {
        try SocketPlace.ensureFree(socket)
        let signals = await UnixSignalsSequence(trapping: SignalService.trapped)
        let gateway = try await start()
        let server = ManagementServer(path: socket, gateway: gateway, logger: logger)
        let attendant = SignalService(gateway: gateway, signals: signals, logger: logger)
        do {
            try await makeGroup(gateway, server, attendant, logger).run()
        } catch {
            _ = await gateway.stop()
            throw error
        }
        return await gateway.stop()
    }

    /// Services stop in reverse order: first the API, so that nobody gives orders to a gateway that stops.
    private static func makeGroup(
        _ gateway: any Service, _ server: ManagementServer, _ signals: SignalService, _ logger: Logger
    ) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: gateway, serviceName: "gateway"),
                .init(service: server, serviceName: "api"),
                .init(service: signals, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "signals"),
            ],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = .milliseconds(gracefulShutdownMillisecondsMax)
        return ServiceGroup(configuration: configuration)
    }
}
