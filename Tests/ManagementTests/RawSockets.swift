import Foundation
import Testing

/// A Unix socket that is bound and listens, with nobody who accepts: what a gateway that hangs looks like. Closing it leaves its
/// file behind, as a gateway that was killed does.
struct SilentSocket {
    private let handle: FileHandle

    init(path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let result = withUnixAddress(path) { bind(descriptor, $0, $1) }
        try #require(result == 0 && listen(descriptor, 4) == 0)
    }

    func close() throws { try handle.close() }
}

/// A client that says what it likes.
struct RawClient {
    private let handle: FileHandle

    init(path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try #require(withUnixAddress(path) { connect(descriptor, $0, $1) } == 0)
    }

    func send(_ text: String) throws { try handle.write(contentsOf: Data(text.utf8)) }
    func close() throws { try handle.close() }
}

private func withUnixAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}
