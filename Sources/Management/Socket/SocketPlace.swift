import Foundation
import Glibc

/// The place of the API's socket in the file system, from the check that it is free to its removal.
///
/// The server does not bind to the path itself. Hummingbird first removes whatever socket is at the path that it is given, that of
/// a running gateway too; and between bind and chmod a socket has the mode that the umask gives, which cannot be changed for one
/// thread alone. So it binds inside a new directory that only this user may enter; the socket gets mode 0600 there and is then
/// linked to its path. The link is atomic and fails when the path is taken: of two gateways that start at once one gets it and
/// the other one an error.
package enum SocketPlace {
    /// Finds out whether the path is free, creates its directory when there is none and removes a stale socket. Call it before
    /// anything else starts: nothing is bound yet.
    /// - Throws: `socketInUse`, `notASocket`, `socketPathTooLong`, `socketUnusable`
    package static func ensureFree(_ path: String) throws(ManagementError) {
        let parent = directory(of: path)
        guard parent.utf8.count <= folderByteCountMax, path.utf8.count <= UnixSocket.pathByteCountMax else {
            throw .socketPathTooLong(path: path)
        }
        try createDirectory(parent, for: path)
        switch UnixSocket.occupant(of: path) {
        case .nobody: return
        case .listener: throw .socketInUse(path: path)
        case .notASocket: throw .notASocket(path: path)
        case .stale:
            guard unlink(path) == 0 || errno == ENOENT else { throw unusable(path) }
        case .unknown(let error): throw unusable(path, error)
        }
    }

    /// Of the directory inside the folder of the socket.
    fileprivate static let hiddenTemplate = "/.vXXXXXX"
    static let folderByteCountMax = UnixSocket.pathByteCountMax - hiddenTemplate.utf8.count - "/s".utf8.count

    fileprivate static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func createDirectory(_ directory: String, for path: String) throws(ManagementError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw .socketUnusable(path: path, reason: "cannot create \(directory)")
        }
    }

    fileprivate static func unusable(_ path: String, _ error: CInt = errno) -> ManagementError {
        .socketUnusable(path: path, reason: systemMessage(error))
    }
}

extension SocketPlace {
    /// A new directory, mode 0700, beside `path`, for the server to bind in.
    struct Staging: Sendable {
        let path: String
        let directory: String
        var socket: String { directory + "/s" }

        init(for path: String) throws(ManagementError) {
            var template = Array((SocketPlace.directory(of: path) + SocketPlace.hiddenTemplate).utf8CString)
            guard mkdtemp(&template) != nil else { throw SocketPlace.unusable(path) }
            self.path = path
            directory = String(decoding: template.dropLast().map(UInt8.init(truncatingIfNeeded:)), as: UTF8.self)
        }

        /// Gives the bound socket its mode and its path.
        /// - Throws: `socketInUse` when somebody else has taken the path meanwhile.
        func publish() throws(ManagementError) -> PublishedSocket {
            guard chmod(socket, 0o600) == 0, let identity = FileIdentity(path: socket) else { throw SocketPlace.unusable(path) }
            guard link(socket, path) == 0 else {
                throw errno == EEXIST ? .socketInUse(path: path) : SocketPlace.unusable(path)
            }
            return PublishedSocket(path: path, identity: identity)
        }

        func remove() {
            unlink(socket)
            rmdir(directory)
        }
    }
}

/// A socket file that clients can find.
struct PublishedSocket: Sendable {
    let path: String
    let identity: FileIdentity

    /// Removes the file, unless somebody has put another one in its place.
    func remove() {
        guard FileIdentity(path: path) == identity else { return }
        unlink(path)
    }
}
