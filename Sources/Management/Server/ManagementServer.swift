import Gateway
import Hummingbird
import Logging
import ServiceLifecycle

/// The local API: HTTP and JSON on a Unix socket that only the gateway's own user may open (mode 0600).
///
/// The socket appears when the server answers, and is gone when ``run()`` has returned, whatever it returned for. Call
/// ``SocketPlace/ensureFree(_:)`` first.
package struct ManagementServer: Service {
    package let path: String
    private let gateway: any GatewayControl
    private let logger: Logger

    package init(path: String, gateway: any GatewayControl, logger: Logger) {
        self.path = path
        self.gateway = gateway
        self.logger = logger
    }

    /// Serves until the service group shuts down or the task is cancelled.
    /// - Throws: ``ManagementError`` when the socket cannot be opened.
    package func run() async throws {
        let staging = try SocketPlace.Staging(for: path)
        let opening = Opening(staging: staging, logger: logger)
        do {
            try await serve(opening)
        } catch {
            await opening.close()
            throw await opening.failure ?? asManagementError(error)
        }
        await opening.close()
        if let failure = await opening.failure { throw failure }
    }

    /// Runs until the application ends, which gets a limited time for it: a client that hangs must not keep the gateway alive.
    private func serve(_ opening: Opening) async throws {
        let application = makeApplication(opening)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: .milliseconds(APILimits.shutdownMilliseconds))
            }
            try await group.next()
            group.cancelAll()
            // What the loser of the two throws is its cancellation.
            while (try? await group.next()) != nil {}
        }
    }

    private func makeApplication(_ opening: Opening) -> some ApplicationProtocol {
        var quiet = logger
        // Hummingbird tells of each start and stop; the gateway says so itself.
        quiet.logLevel = max(logger.logLevel, logger.logLevel <= .debug ? .debug : .warning)
        return Application(
            router: Routes(gateway: gateway).makeRouter(),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(Int64(APILimits.idleSeconds)),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: APILimits.headerByteCountMax, maxHeaderListSize: APILimits.headerByteCountMax,
                        maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .unixDomainSocket(path: opening.staging.socket), serverName: "viaduct",
                availableConnectionsDelegate: .maximum(APILimits.connectionCountMax, logger: quiet)),
            onServerRunning: { channel in
                if await !opening.publish() { channel.close(promise: nil) }
            },
            logger: quiet)
    }

    /// The bind's own errors: NIO throws an `IOError` whose description ends in the errno's text.
    private func asManagementError(_ error: any Error) -> any Error {
        if error is CancellationError || error is ManagementError { return error }
        return ManagementError.socketUnusable(path: path, reason: "\(error)")
    }
}

/// The socket file of one run of the server.
private actor Opening {
    nonisolated let staging: SocketPlace.Staging
    private let logger: Logger
    private var published: PublishedSocket?
    private(set) var failure: ManagementError?

    init(staging: SocketPlace.Staging, logger: Logger) {
        self.staging = staging
        self.logger = logger
    }

    /// Whether clients can find the socket now.
    func publish() -> Bool {
        defer { staging.remove() }
        do {
            published = try staging.publish()
            logger.info("local API ready", metadata: ["socket": "\(staging.path)"])
            return true
        } catch {
            failure = error
            return false
        }
    }

    func close() {
        published?.remove()
        staging.remove()
    }
}
