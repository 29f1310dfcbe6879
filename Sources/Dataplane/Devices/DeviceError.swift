import Glibc

/// What can go wrong between Viaduct and DPDK. Each message says what, where and what to do.
package enum DeviceError: Error, Sendable, Equatable {
    case eal(reason: String)
    case memory(what: String)
    case attach(device: String, reason: String)
    case start(device: String, stage: String, reason: String)

    var reason: String {
        switch self {
        case .eal(let reason), .attach(_, let reason), .start(_, _, let reason): reason
        case .memory: ""
        }
    }

    /// The system has refused because of who asks.
    package var isMissingPermission: Bool { [EPERM, EACCES].contains { reason.contains(String(cString: strerror($0))) } }

    package var message: String {
        switch self {
        case .eal(let reason): "DPDK did not start: \(reason)"
        case .memory(let what): "no memory for \(what)"
        case .attach(let device, let reason): "device \"\(device)\" cannot be opened: \(reason)"
        case .start(let device, let stage, let reason): "device \"\(device)\" failed to \(stage): \(reason)"
        }
    }
}
