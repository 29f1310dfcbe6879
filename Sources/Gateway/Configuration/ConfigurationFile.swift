#if canImport(Glibc)
import Glibc
#endif

/// The system calls of reading a configuration file.
enum ConfigurationFile {
    /// The content of the file, cut after `byteCountMax` bytes. Pipes are read until their end, so `/dev/stdin` works.
    static func bytes(path: String, byteCountMax: Int) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error(errno, path: path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while content.count < byteCountMax {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, byteCountMax - content.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw error(errno, path: path) }
            if count == 0 { break }
            content += chunk[..<count]
        }
        return content
    }

    private static func error(_ number: Int32, path: String) -> ConfigurationError {
        switch number {
        case ENOENT, ENOTDIR: .fileMissing(path: path)
        case EACCES, EPERM: .notPermitted(path: path)
        case EISDIR: .notAFile(path: path)
        default: .unreadable(path: path, reason: String(cString: strerror(number)))
        }
    }

    /// Where the longest valid prefix of `bytes` ends. Columns count Unicode scalars, as everywhere in diagnostics.
    static func firstInvalidUTF8(in bytes: [UInt8]) -> Configuration.Position {
        var decoder = UTF8()
        var input = bytes.makeIterator()
        var position = Configuration.Position.start
        while case .scalarValue(let scalar) = decoder.decode(&input) {
            position =
                scalar == "\n"
                ? .init(line: position.line + 1, column: 1) : .init(line: position.line, column: position.column + 1)
        }
        return position
    }
}
