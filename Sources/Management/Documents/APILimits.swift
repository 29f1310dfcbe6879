/// Limits of the local API.
package enum APILimits {
    /// A longer request body is refused.
    static let requestByteCountMax = 64 * 1024
    /// Most bytes of the request line and headers.
    static let headerByteCountMax = 16 * 1024
    /// Further connections wait until one of these ends.
    static let connectionCountMax = 64
    /// A connection that sends nothing, in the middle of a request too, is closed.
    static let idleSeconds = 30
    /// Time for requests that are being answered when the server is told to stop.
    static let shutdownMilliseconds = 500
    /// MAC entries in one answer: unless told otherwise, and at most.
    package static let macsDefault = 1000
    package static let macsMax = 10_000
    /// A client does not read longer answers.
    static let responseByteCountMax = 64 * 1024 * 1024
}
