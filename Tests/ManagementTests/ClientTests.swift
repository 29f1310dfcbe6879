import Foundation
import Management
import Testing

@Suite struct ClientTests {
    @Test func `without a socket the client says how to start a gateway`() async throws {
        let client = ManagementClient(path: "/nonexistent/viaduct.sock")
        await #expect(throws: ManagementError.noGateway(path: client.path)) { try await client.ports() }
        #expect(
            ManagementError.noGateway(path: "/run/viaduct/viaduct.sock").description
                == "no gateway is running on /run/viaduct/viaduct.sock: start one with 'viaduct run --config FILE'")
    }

    @Test func `a stale socket is no gateway either, told at once`() async throws {
        try await withDirectory { directory in
            let client = ManagementClient(path: directory + "/viaduct.sock", timeoutSeconds: 60)
            try SilentSocket(path: client.path).close()
            let clock = ContinuousClock()
            let took = await clock.measure {
                await #expect(throws: ManagementError.noGateway(path: client.path)) { try await client.ports() }
            }
            #expect(took < .seconds(20))
        }
    }

    @Test func `a gateway that hangs is given up after the timeout`() async throws {
        try await withDirectory { directory in
            let client = ManagementClient(path: directory + "/viaduct.sock", timeoutSeconds: 1)
            let silent = try SilentSocket(path: client.path)
            await #expect(throws: ManagementError.noAnswer(path: client.path, seconds: 1)) { try await client.ports() }
            try silent.close()
        }
    }

    @Test func `a path to an ordinary file is told as such`() async throws {
        try await withDirectory { directory in
            let client = ManagementClient(path: directory + "/file")
            try Data().write(to: URL(fileURLWithPath: client.path))
            await #expect(throws: ManagementError.notASocket(path: client.path)) { try await client.ports() }
        }
    }

    @Test func `a socket path with odd characters works`() async throws {
        try await withDirectory { directory in
            try await withServer(at: directory + "/a b%20ü+&?.sock") { client in
                let ports = try await client.ports()
                #expect(ports.ports.count == 2)
            }
        }
    }

    @Test func `every error is one line`() {
        let path = "/run/viaduct/viaduct.sock"
        let errors: [ManagementError] = [
            .socketInUse(path: path), .socketPathTooLong(path: path), .notASocket(path: path),
            .socketUnusable(path: path, reason: "x"), .noGateway(path: path), .permissionDenied(path: path),
            .noAnswer(path: path, seconds: 10), .connectionLost(path: path, reason: "x"),
            .unexpectedAnswer(path: path, reason: "x"),
        ]
        for error in errors {
            #expect(error.description.contains(path))
            #expect(!error.description.contains("\n"))
        }
    }
}
