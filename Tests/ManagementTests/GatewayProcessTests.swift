import Foundation
import Gateway
import Management
import Testing

/// One after the other: signals go to the whole process.
@Suite(.serialized) struct GatewayProcessTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal stops everything and gives the totals`(signal: CInt) async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            let gateway = FixedGateway()
            let running = Task { try await GatewayProcess.run(socket: socket, logger: quietLogger) { gateway } }
            try await waitUntil("the gateway answers") { FileManager.default.fileExists(atPath: socket) }
            _ = try await ManagementClient(path: socket).ports()
            kill(getpid(), signal)
            #expect(try await running.value == decode(Golden.summary, as: GatewaySummary.self).totals)
            #expect(await gateway.stopCount == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test func `a signal that comes while the gateway starts stops it as soon as it has`() async throws {
        try await withDirectory { directory in
            let gateway = FixedGateway()
            _ = try await GatewayProcess.run(socket: directory + "/viaduct.sock", logger: quietLogger) {
                kill(getpid(), SIGTERM)
                return gateway
            }
            #expect(await gateway.stopCount == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test func `SIGHUP reloads, also when the reload fails`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            let gateway = FixedGateway()
            let running = Task { try await GatewayProcess.run(socket: socket, logger: quietLogger) { gateway } }
            try await waitUntil("the gateway answers") { FileManager.default.fileExists(atPath: socket) }
            for count in 1...3 {
                kill(getpid(), SIGHUP)
                try await waitUntil("the gateway reloads") { await gateway.reloadCount == count }
            }
            kill(getpid(), SIGTERM)
            _ = try await running.value
        }
    }

    @Test func `a socket in use is found before the gateway starts`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            try await withServer(at: socket) { _ in
                await #expect(throws: ManagementError.socketInUse(path: socket)) {
                    try await GatewayProcess.run(socket: socket, logger: quietLogger) { () throws(GatewayError) -> FixedGateway in
                        Issue.record("started")
                        return FixedGateway()
                    }
                }
            }
        }
    }

    @Test func `a gateway that does not start leaves nothing behind`() async throws {
        try await withDirectory { directory async throws in
            let error = GatewayError.failed("device net_tap9 does not open", advice: "run as root")
            await #expect(throws: error) {
                try await GatewayProcess.run(socket: directory + "/viaduct.sock", logger: quietLogger) {
                    () throws(GatewayError) -> FixedGateway in throw error
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }
}
