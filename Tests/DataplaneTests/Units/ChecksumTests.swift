import BenchSupport
import CShims
import Dataplane
import Testing

/// The sum by the book, as ``vd_checksum`` has it: words as they lie in memory, not inverted.
private func naiveSum(_ bytes: Bytes) -> UInt16 { (~naiveChecksum(bytes)).byteSwapped }

@Suite("Sums for checksums")
struct ChecksumTests {
    private func sum(_ bytes: Bytes, from offset: Int = 0, count: Int? = nil) -> UInt16 {
        bytes.withUnsafeBufferPointer { vd_checksum($0.baseAddress! + offset, UInt32(count ?? bytes.count - offset)) }
    }

    @Test("Every length at every place in a cache line has the sum by the book")
    func lengthsAndPlaces() {
        var random = seededRandom("Checksums")
        let memory = (0..<512).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for offset in 0..<64 {
            for count in 0...300 {
                let bytes = Bytes(memory[offset..<offset + count])
                #expect(sum(memory, from: offset, count: count) == naiveSum(bytes), "\(count) bytes at \(offset)")
            }
        }
    }

    @Test("As many carries as there can be are not lost", arguments: [1, 2, 3, 4, 15, 16, 17, 63, 1500, 9216, 65534, 65535])
    func carries(_ count: Int) {
        #expect(sum(Bytes(repeating: 0xFF, count: count)) == naiveSum(Bytes(repeating: 0xFF, count: count)))
        #expect(sum(Bytes(repeating: 0, count: count)) == 0)
        for position in [0, count / 2, count - 1] {
            let bytes = Bytes(repeating: 0xFF, count: count).replacing(position, 0xFE)
            #expect(sum(bytes) == naiveSum(bytes))
        }
    }

    @Test("Each byte counts, and only those that are asked for", arguments: [1, 14, 16, 19, 47, 130])
    func eachByte(_ count: Int) {
        for position in 0..<count {
            let bytes = Bytes(repeating: 0, count: count).replacing(position, 0x5A)
            #expect(sum(bytes) == naiveSum(bytes))
            let neighbours = [0x77] + bytes + [0x77]
            #expect(sum(neighbours, from: 1, count: count) == naiveSum(bytes))
        }
    }
}

extension PacketPath {
    @Suite("Sums over packets")
    struct PacketChecksumTests {
        /// A packet of a segment for each piece.
        private func chain(_ pool: PacketPool, _ pieces: [Bytes]) -> Packet {
            let packets = pieces.map { pool.packet($0)! }
            for (packet, next) in zip(packets, packets.dropFirst()) { packet.pointee.next = next }
            packets[0].pointee.nb_segs = UInt16(packets.count)
            packets[0].pointee.pkt_len = UInt32(pieces.map(\.count).reduce(0, +))
            return packets[0]
        }

        @Test("Segments that start at odd bytes, short ones and empty ones have the sum of the bytes that they hold")
        func segments() throws {
            var random = seededRandom("Packet checksums")
            try Environment.start()
            let pool = try PacketPool.make(name: "checksums", count: 1023, frameMaximum: 2048)
            defer { pool.free() }
            for round in 0..<3000 {
                let pieces = (0..<1 + random.below(6)).map { _ in
                    (0..<random.below(round % 10 == 0 ? 1500 : 40)).map { _ in
                        UInt8(truncatingIfNeeded: random.next()) | (round % 3 == 0 ? 0xF0 : 0)
                    }
                }
                let bytes = pieces.flatMap { $0 }
                let offset = random.below(bytes.count + 1), count = random.below(bytes.count - offset + 1)
                let packet = chain(pool, pieces)
                #expect(
                    vd_mbuf_checksum(packet, UInt32(offset), UInt32(count)) == naiveSum(Bytes(bytes[offset..<offset + count])),
                    "\(count) bytes from \(offset) on of \(pieces.map(\.count))")
                vd_mbuf_free(packet)
            }
            #expect(pool.available == pool.size)
        }
    }
}
