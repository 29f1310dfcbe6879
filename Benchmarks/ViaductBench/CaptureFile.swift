import BenchSupport
import Glibc

/// A pcap file of Ethernet frames for `net_pcap`, in a directory of its own under TMPDIR.
struct CaptureFile {
    let directory: String
    var path: String { directory + "/frames.pcap" }

    init(_ frames: [[UInt8]]) throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/viaduct-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchError("cannot make a directory in \(parent): \(String(cString: strerror(errno)))")
        }
        directory = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        do {
            try CaptureFile.write(frames, to: path)
        } catch {
            remove()
            throw error
        }
    }

    func remove() {
        unlink(path)
        rmdir(directory)
    }

    /// The classic format: a file header, then sixteen bytes before each frame.
    static func write(_ frames: [[UInt8]], to path: String) throws {
        guard let file = fopen(path, "w") else { throw BenchError("cannot write \(path): \(String(cString: strerror(errno)))") }
        var isWritten = put(header, file)
        for frame in frames where isWritten {
            isWritten = put(words([0, 0, UInt32(frame.count), UInt32(frame.count)]) + frame, file)
        }
        guard fclose(file) == 0, isWritten else { throw BenchError("cannot write \(path): is the disk full?") }
    }

    private static let header = words([0xA1B2_C3D4, 4 << 16 | 2, 0, 0, 65535, 1])

    private static func words(_ words: [UInt32]) -> [UInt8] { words.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) } }

    private static func put(_ bytes: [UInt8], _ file: UnsafeMutablePointer<FILE>) -> Bool {
        fwrite(bytes, 1, bytes.count, file) == bytes.count
    }
}
