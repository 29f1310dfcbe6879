import Dataplane

/// What can go wrong; each message says what, where and what to do.
package enum GeneratorError: Error, Equatable {
    /// Asked for something that cannot be.
    case usage(String)
    case failed(String)
    /// Stopped by a signal before there was a result.
    case interrupted

    package init(_ error: DeviceError) { self = .failed(error.message) }
}
