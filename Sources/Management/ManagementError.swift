/// What can go wrong between the command line and the gateway's local API. Every description is one line: what, where, what to do.
package enum ManagementError: Error, Equatable, Sendable {
    // Opening the socket.
    case socketInUse(path: String)
    case socketPathTooLong(path: String)
    case notASocket(path: String)
    case socketUnusable(path: String, reason: String)

    // Talking to a gateway.
    case noGateway(path: String)
    case permissionDenied(path: String)
    case noAnswer(path: String, seconds: Int)
    case connectionLost(path: String, reason: String)
    case unexpectedAnswer(path: String, reason: String)
    /// The gateway said no: ``GatewayError`` as it arrives.
    case refused(APIError)
}

extension ManagementError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .socketInUse(let path):
            "another gateway is running on \(path); stop it, or give this one another 'socket' under 'system'"
        case .socketPathTooLong(let path):
            "socket path \(path) is too long (at most \(UnixSocket.pathByteCountMax) bytes, its folder \(SocketPlace.folderByteCountMax)); choose a shorter one"
        case .notASocket(let path):
            "\(path) exists and is not a socket; remove it, or choose another socket path"
        case .socketUnusable(let path, let reason):
            "cannot open the socket \(path): \(reason); choose a path where this user may write"
        case .noGateway(let path):
            "no gateway is running on \(path): start one with 'viaduct run --config FILE'"
        case .permissionDenied(let path):
            "no permission to use \(path); run as the user that the gateway runs as, usually root"
        case .noAnswer(let path, let seconds):
            "the gateway on \(path) did not answer within \(seconds) s; look at its log"
        case .connectionLost(let path, let reason):
            "the gateway on \(path) closed the connection (\(reason)); see whether it is still running"
        case .unexpectedAnswer(let path, let reason):
            "unexpected answer from \(path): \(reason); is it a viaduct gateway of this version?"
        case .refused(let error): error.message
        }
    }
}
