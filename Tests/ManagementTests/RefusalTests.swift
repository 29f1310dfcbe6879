import Dataplane
import Foundation
import Gateway
import Management
import Testing

@Suite struct RefusalTests {
    static let errors: [(GatewayError, Int, String)] = [
        (.notFound("no network 'x'", advice: "see 'viaduct show networks'"), 404, "not_found"),
        (.invalid("MAC is multicast", advice: "give a unicast one"), 400, "invalid"),
        (.conflict("entry is static", advice: "change the file"), 409, "conflict"),
        (.needsRestart(["system.cores: [1] -> [1, 2]"]), 409, "needs_restart"),
        (.badConfiguration(["a.yaml:1:1: error: b; c"]), 422, "bad_configuration"),
        (.failed("port lan0 does not start", advice: "see the log"), 500, "failed"),
    ]

    @Test(arguments: errors) func `an error of the gateway has a status, a code, a message and details`(
        error: GatewayError, status: Int, code: String
    ) async throws {
        try await withServer(FixedGateway(failure: error)) { client in
            let (answered, body) = try await client.exchange("POST", "/v1/reload")
            #expect(answered == status)
            let golden = ["error": ["code": code, "message": error.message, "details": error.details] as [String: Any]]
            let expected = try canonical(JSONSerialization.data(withJSONObject: golden))
            #expect(try canonical(body) == expected)
            let thrown = ManagementError.refused(APIError(error))
            await #expect(throws: thrown) { try await client.reload() }
            await #expect(throws: thrown) { try await client.macs() }
        }
    }

    static let badRequests: [(String, String, String?, Int, String)] = [
        ("GET", "/v1/nothing", nil, 404, "no such route: GET /v1/nothing"),
        ("GET", "/", nil, 404, "no such route: GET /"),
        ("POST", "/v1/ports", nil, 404, "no such route: POST /v1/ports"),
        ("GET", "/v1/macs?netwrok=blue", nil, 400, "unknown query key 'netwrok'"),
        ("GET", "/v1/macs?mac=zz", nil, 400, "mac: 'zz' is not possible; write it as 02:00:00:00:00:01"),
        ("GET", "/v1/macs?remote=1.2.3", nil, 400, "remote: '1.2.3' is not possible"),
        ("GET", "/v1/macs?origin=x", nil, 400, "use static, control or learned"),
        ("GET", "/v1/macs?limit=0", nil, 400, "use a number from 1 to 10000"),
        ("GET", "/v1/macs?limit=10001", nil, 400, "use a number from 1 to 10000"),
        ("GET", "/v1/macs?cursor=-1", nil, 400, "cursor: '-1' is not possible"),
        ("DELETE", "/v1/macs", nil, 400, "give both and nothing else"),
        ("DELETE", "/v1/macs?network=blue", nil, 400, "give both and nothing else"),
        ("POST", "/v1/macs", "", 400, ""),
        ("POST", "/v1/macs", "{", 400, ""),
        ("POST", "/v1/macs", "{}", 400, "key 'network' is missing"),
        ("POST", "/v1/macs", #"{"network":"a","mac":"1"}"#, 400, "mac: '1' is not a MAC address"),
        ("POST", "/v1/macs", #"{"network":"a","mac":"02:00:00:00:00:01"}"#, 400, "give either 'remote', or 'port'"),
        (
            "POST", "/v1/macs", #"{"network":"a","mac":"02:00:00:00:00:01","port":"p","remote":"192.0.2.1"}"#, 400,
            "give either 'remote', or 'port'"
        ),
        ("POST", "/v1/macs", #"{"network":"a","mac":"02:00:00:00:00:01","port":"p","vlan":7,"untagged":true}"#, 400, "'untagged' excludes"),
        ("POST", "/v1/macs", #"{"network":"a","mac":"02:00:00:00:00:01","port":"p","vlan":4095}"#, 400, "vlan: '4095' is not a VLAN ID"),
        ("POST", "/v1/macs/flush", #"{"netwrok":"blue"}"#, 400, "unknown key 'netwrok'; use network, port, remote, mac, origin"),
        ("POST", "/v1/macs/flush", "[]", 400, ""),
    ]

    @Test(arguments: badRequests) func `a bad request is answered with what is wrong with it`(
        method: String, uri: String, body: String?, status: Int, message: String
    ) async throws {
        let gateway = FixedGateway()
        try await withServer(gateway) { client in
            let (answered, answer) = try await client.exchange(method, uri, body: body.map { Data($0.utf8) })
            #expect(answered == status)
            let error = try JSONDecoder().decode(ErrorDocument.self, from: answer).error
            #expect(!error.message.isEmpty && !error.message.contains("\n"))
            #expect(error.message.contains(message) || message.isEmpty, "\(error.message)")
        }
        #expect(await gateway.isUntouched)
    }

    @Test func `a request body that is too large is refused, and the server goes on`() async throws {
        try await withServer { client in
            let large = Data(repeating: UInt8(ascii: " "), count: 1 << 20)
            let (status, body) = try await client.exchange("POST", "/v1/macs", body: large)
            #expect(status == 413)
            #expect(try JSONDecoder().decode(ErrorDocument.self, from: body).error.code == "too_large")
            #expect(try await client.ports().ports.count == 2)
        }
    }

    @Test func `a request line that is too large is refused, and the server goes on`() async throws {
        try await withServer { client in
            let uri = "/v1/macs?network=" + String(repeating: "x", count: 1 << 20)
            let answer = try? await client.exchange("GET", uri)
            #expect(answer == nil || answer?.0 == 400)
            let after = try await client.ports()
            #expect(after.ports.count == 2)
        }
    }
}
