import Glibc

/// A pcap file of Ethernet frames for `net_pcap`, in a directory of its own under TMPDIR.
struct CaptureFile {
    let directory: String
    var path: String { directory + "/frames.pcap" }

    init(_ frames: [[UInt8]]) throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/viaduct-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchError.failed("cannot make a directory in \(parent): \(String(cString: strerror(errno)))")
        }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try CaptureFile.write(frames, to: path)
    }

    func remove() {
        unlink(path)
        rmdir(directory)
    }

    /// The classic format: a file header, then sixteen bytes before each frame.
    private static func bytes(_ frames: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        let append = { (words: [UInt32]) in
            for word in words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
        }
        append([0xA1B2_C3D4, 4 << 16 | 2, 0, 0, 65535, 1])
        for frame in frames {
            append([0, 0, UInt32(frame.count), UInt32(frame.count)])
            bytes += frame
        }
        return bytes
    }

    static func write(_ frames: [[UInt8]], to path: String) throws {
        let bytes = bytes(frames)
        guard let file = fopen(path, "w") else { throw BenchError.failed("cannot write \(path): \(String(cString: strerror(errno)))") }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw BenchError.failed("cannot write \(path)") }
    }
}
