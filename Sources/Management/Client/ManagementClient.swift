import AsyncHTTPClient
import Foundation

/// Talks to a running gateway through its Unix socket.
///
/// Every call throws ``ManagementError``: `noGateway`, `permissionDenied`, `notASocket` before the first byte, `noAnswer` or
/// `connectionLost` after, `refused` for what the gateway does not want to do.
package struct ManagementClient: Sendable {
    package let path: String
    /// For one request and its answer.
    package let timeoutSeconds: Int
    private let http: HTTPClient

    package init(path: String, timeoutSeconds: Int = 10, http: HTTPClient = .shared) {
        self.path = path
        self.timeoutSeconds = timeoutSeconds
        self.http = http
    }

    /// A request in the terms of the API: `uri` is path and query.
    struct Call {
        var method = "GET"
        var uri: String
        var body: Data?
        /// When it differs from the client's.
        var timeoutSeconds: Int?
    }

    func send<Answer: Decodable>(_ call: Call, as type: Answer.Type = Answer.self) async throws(ManagementError) -> Answer {
        let (status, body) = try await exchange(call)
        guard (200..<300).contains(status) else { throw refusal(status, body) }
        do {
            return try JSONDecoder().decode(Answer.self, from: body)
        } catch {
            throw .unexpectedAnswer(path: path, reason: (error as? DecodingError)?.summary ?? "\(error)")
        }
    }

    /// One request as it is, without a word about what is in it. Status and body.
    package func exchange(_ method: String, _ uri: String, body: Data? = nil) async throws(ManagementError) -> (Int, Data) {
        try await exchange(Call(method: method, uri: uri, body: body))
    }

    private func exchange(_ call: Call) async throws(ManagementError) -> (status: Int, body: Data) {
        try ensureListening()
        let seconds = call.timeoutSeconds ?? timeoutSeconds
        do {
            let response = try await http.execute(try request(call), timeout: .seconds(Int64(seconds)))
            let body = try await response.body.collect(upTo: APILimits.responseByteCountMax)
            return (Int(response.status.code), Data(body.readableBytesView))
        } catch let error as ManagementError {
            throw error
        } catch let error as HTTPClientError where ManagementClient.timeouts.contains(error) {
            throw .noAnswer(path: path, seconds: seconds)
        } catch {
            throw .connectionLost(path: path, reason: (error as? HTTPClientError)?.shortDescription ?? "\(error)")
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .getConnectionFromPoolTimeout,
    ]

    /// Tells at once and exactly what is wrong with the path; the HTTP client would try again until its time is over.
    private func ensureListening() throws(ManagementError) {
        guard path.utf8.count <= UnixSocket.pathByteCountMax else { throw .socketPathTooLong(path: path) }
        switch UnixSocket.occupant(of: path) {
        case .listener: return
        case .nobody, .stale: throw .noGateway(path: path)
        case .notASocket: throw .notASocket(path: path)
        case .unknown(let error) where error == UnixSocket.permissionDenied: throw .permissionDenied(path: path)
        case .unknown(let error): throw .connectionLost(path: path, reason: systemMessage(error))
        }
    }

    private func request(_ call: Call) throws -> HTTPClientRequest {
        guard let url = URL(httpURLWithSocketPath: path, uri: call.uri) else {
            throw ManagementError.socketUnusable(path: path, reason: "not a path that fits an address")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .init(rawValue: call.method)
        if let body = call.body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        return request
    }

    private func refusal(_ status: Int, _ body: Data) -> ManagementError {
        guard let document = try? JSONDecoder().decode(ErrorDocument.self, from: body) else {
            return .unexpectedAnswer(path: path, reason: "status \(status)")
        }
        return .refused(document.error)
    }
}
