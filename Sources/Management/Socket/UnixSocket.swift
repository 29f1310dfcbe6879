import Glibc

// The system calls about socket files. Everything else in the module goes through these.

enum UnixSocket {
    /// Longest path that NIO takes, on either side: the least of what its platforms have room for. Linux alone would take 107.
    static let pathByteCountMax = 103

    static let permissionDenied = EACCES

    /// Who is behind a path.
    enum Occupant: Equatable {
        case nobody
        /// A socket that somebody listens on.
        case listener
        /// A socket that nobody listens on any more.
        case stale
        case notASocket
        /// errno of the attempt to find out.
        case unknown(CInt)
    }

    /// Connects and closes at once.
    static func occupant(of path: String) -> Occupant {
        var status = stat()
        guard lstat(path, &status) == 0 else { return errno == ENOENT ? .nobody : .unknown(errno) }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
        guard let error = connectError(path) else { return .listener }
        switch error {
        case ECONNREFUSED: return .stale
        case ENOENT: return .nobody
        // A full backlog: somebody is there, and busy.
        case EAGAIN: return .listener
        default: return .unknown(error)
        }
    }

    /// `nil` when the connection was made. Does not wait: the connect of a Unix socket is immediate, or EAGAIN.
    private static func connectError(_ path: String) -> CInt? {
        guard var address = sockaddr_un(path: path) else { return ENAMETOOLONG }
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        return result == 0 ? nil : errno
    }
}

/// A file as such, whatever its name is.
struct FileIdentity: Equatable {
    let device: dev_t
    let inode: ino_t

    /// `nil` when there is no such file.
    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }
}

extension sockaddr_un {
    /// `nil` when the path does not fit.
    fileprivate init?(path: String) {
        self.init()
        guard path.utf8.count <= UnixSocket.pathByteCountMax else { return nil }
        sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: path.utf8) }
    }
}

/// Text of an errno value.
func systemMessage(_ number: CInt) -> String { String(cString: strerror(number)) }
