import Foundation
import Gateway
import Logging
import Management
import ServiceLifecycle
import Testing

/// Only errors, so that the output of the tests stays readable.
let quietLogger: Logger = {
    var logger = Logger(label: "test") { LineLogHandler(label: $0) }
    logger.logLevel = .critical
    return logger
}()

/// A new directory under the system's temporary one, removed afterwards.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = NSTemporaryDirectory() + "viaduct-test-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// A real server on a real socket, stopped gracefully afterwards.
@discardableResult
func withServer<Value: Sendable>(
    _ gateway: any GatewayControl = FixedGateway(), at socket: String, _ body: (ManagementClient) async throws -> Value
) async throws -> Value {
    try SocketPlace.ensureFree(socket)
    let server = ManagementServer(path: socket, gateway: gateway, logger: quietLogger)
    let group = ServiceGroup(services: [server], logger: quietLogger)
    let running = Task { try await group.run() }
    do {
        try await waitUntil("the server answers") { FileManager.default.fileExists(atPath: socket) }
        let value = try await body(ManagementClient(path: socket, timeoutSeconds: 30))
        await group.triggerGracefulShutdown()
        try await running.value
        return value
    } catch {
        running.cancel()
        // Why the server did not start tells more than that it did not.
        if error is Expired, case .failure(let cause) = await running.result { throw cause }
        _ = await running.result
        throw error
    }
}

@discardableResult
func withServer<Value: Sendable>(
    _ gateway: any GatewayControl = FixedGateway(), _ body: (ManagementClient) async throws -> Value
) async throws -> Value {
    try await withDirectory { directory in try await withServer(gateway, at: directory + "/api.sock", body) }
}

/// Tries every few milliseconds, for ten seconds at most.
func waitUntil(_ what: String, _ condition: () async -> Bool) async throws {
    for _ in 0..<2000 {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw Expired(what: what)
}

struct Expired: Error { let what: String }

/// Permission bits of a file.
func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
