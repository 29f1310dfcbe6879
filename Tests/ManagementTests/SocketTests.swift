import Foundation
import Gateway
import Management
import ServiceLifecycle
import Testing

@Suite struct SocketTests {
    @Test func `the socket has mode 0600, in a directory that is made when missing`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/a/b/viaduct.sock"
            try await withServer(at: socket) { client in
                #expect(try mode(of: socket) == 0o600)
                #expect(try mode(of: directory + "/a/b") == 0o755)
                _ = try await client.ports()
            }
        }
    }

    @Test func `the longest path that fits works`() async throws {
        try await withDirectory { directory in
            let folder = directory + "/" + String(repeating: "x", count: 91 - directory.utf8.count)
            let socket = folder + "/" + String(repeating: "y", count: 10)
            #expect(socket.utf8.count == 103)
            try await withServer(at: socket) { client in _ = try await client.ports() }
        }
    }

    @Test func `nothing is left behind when the server stops`() async throws {
        try await withDirectory { directory in
            try await withServer(at: directory + "/viaduct.sock") { _ in
                let files = try FileManager.default.contentsOfDirectory(atPath: directory)
                #expect(files == ["viaduct.sock"])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test func `nothing is left behind when the server is cancelled`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            let server = ManagementServer(path: socket, gateway: FixedGateway(), logger: quietLogger)
            let running = Task { try await server.run() }
            try await waitUntil("the server answers") { FileManager.default.fileExists(atPath: socket) }
            running.cancel()
            _ = await running.result
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test func `the socket of a gateway that was killed is replaced`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            try SilentSocket(path: socket).close()
            #expect(FileManager.default.fileExists(atPath: socket))
            try await withServer(at: socket) { client in _ = try await client.ports() }
        }
    }

    @Test func `the socket of a gateway that lives is refused and goes on working`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            try await withServer(at: socket) { client in
                #expect(throws: ManagementError.socketInUse(path: socket)) { try SocketPlace.ensureFree(socket) }
                let second = ManagementServer(path: socket, gateway: FixedGateway(), logger: quietLogger)
                await #expect(throws: ManagementError.socketInUse(path: socket)) { try await second.run() }
                _ = try await client.ports()
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["viaduct.sock"])
            }
        }
    }

    @Test func `of two servers that start at once one gets the socket`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            let servers = (0..<8).map { _ in
                Task { try await ManagementServer(path: socket, gateway: FixedGateway(), logger: quietLogger).run() }
            }
            try await waitUntil("the server answers") { FileManager.default.fileExists(atPath: socket) }
            // Seven fail by themselves; the one that does not is cancelled.
            let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
                for server in servers {
                    group.addTask {
                        do { try await server.value } catch { return error as? ManagementError == .socketInUse(path: socket) }
                        return false
                    }
                }
                var count = 0
                while count < 7, let failed = try await group.next() { count += failed ? 1 : 0 }
                _ = try await ManagementClient(path: socket).ports()
                for server in servers { server.cancel() }
                return count
            }
            #expect(failures == 7)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test func `a socket that somebody else has put in place is not removed`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            var other: SilentSocket?
            try await withServer(at: socket) { _ in
                try FileManager.default.removeItem(atPath: socket)
                other = try SilentSocket(path: socket)
            }
            #expect(FileManager.default.fileExists(atPath: socket))
            try other?.close()
        }
    }

    @Test func `a file that is no socket is not touched`() async throws {
        try await withDirectory { directory in
            let path = directory + "/viaduct.sock"
            try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: ManagementError.notASocket(path: path)) { try SocketPlace.ensureFree(path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("precious".utf8))
        }
    }

    @Test func `a path that cannot be has an error that says why`() async throws {
        try await withDirectory { directory in
            let long = directory + "/" + String(repeating: "x", count: 103 - directory.utf8.count)
            #expect(throws: ManagementError.socketPathTooLong(path: long)) { try SocketPlace.ensureFree(long) }
            let deep = directory + "/" + String(repeating: "x", count: 92 - directory.utf8.count) + "/s"
            #expect(throws: ManagementError.socketPathTooLong(path: deep)) { try SocketPlace.ensureFree(deep) }
            try Data().write(to: URL(fileURLWithPath: directory + "/file"))
            let inFile = directory + "/file/viaduct.sock"
            #expect(throws: ManagementError.self) { try SocketPlace.ensureFree(inFile) }
        }
    }

    @Test func `a request that is not answered does not keep the server from stopping`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            let took = try await timeToStop(FixedGateway(delay: .seconds(3600)), at: socket) {
                Task { try await ManagementClient(path: socket, timeoutSeconds: 60).ports() }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(took < .seconds(20))
        }
    }

    @Test func `a client that says half a request and hangs does not keep the server from stopping`() async throws {
        try await withDirectory { directory in
            let socket = directory + "/viaduct.sock"
            var client: RawClient?
            let took = try await timeToStop(FixedGateway(), at: socket) {
                client = try RawClient(path: socket)
                try client?.send("POST /v1/macs HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(took < .seconds(20))
            try client?.close()
        }
    }

    /// From the end of `body` to the end of the server.
    private func timeToStop(
        _ gateway: FixedGateway, at socket: String, _ body: () async throws -> Void
    ) async throws -> Duration {
        let clock = ContinuousClock()
        let asked = try await withServer(gateway, at: socket) { _ in
            try await body()
            return clock.now
        }
        return clock.now - asked
    }
}
