import Glibc

/// A file of a few lines, such as those of /proc.
package enum SmallFile {
    /// Its text, at most 16383 bytes; `nil` where there is no such file.
    package static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 16383)
        let length = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(length), as: UTF8.self)
    }
}
