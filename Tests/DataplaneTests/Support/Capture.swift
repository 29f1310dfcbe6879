import Foundation
import Testing

/// A capture file: the classic little-endian pcap format, Ethernet.
struct Capture {
    let frames: [Bytes]

    /// A file of the Captures folder.
    init(named name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "pcap", subdirectory: "Captures"))
        let file = Bytes(try Data(contentsOf: url))
        try #require(Capture.u32(file, 0) == 0xA1B2_C3D4 && Capture.u32(file, 20) == 1)
        var frames: [Bytes] = []
        var offset = 24
        while offset + 16 <= file.count {
            let length = Int(Capture.u32(file, offset + 8))
            try #require(length == Int(Capture.u32(file, offset + 12)), "a truncated packet")
            frames.append(Bytes(file[offset + 16..<offset + 16 + length]))
            offset += 16 + length
        }
        self.frames = frames
    }

    private static func u32(_ bytes: Bytes, _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
