import Dataplane
import Glibc
import Testing

@Suite("Flow hash")
struct FlowHashTests {
    static let a = MACAddress(2, 0, 0, 0, 1, 1), b = MACAddress(2, 0, 0, 0, 1, 2)
    static let ports: UInt32 = 49152 << 16 | 16384

    private static let macs = MACTable.make(capacity: 16, seed: 1)

    static func hash(_ frame: Bytes, tagBytes: Int = 0) -> UInt64 {
        frame.withUnsafeBytes { hash($0.baseAddress!, tagBytes: tagBytes, byteCount: $0.count) }
    }

    /// As a worker does it: with the hashes of the keys of both MACs.
    private static func hash(_ frame: UnsafeRawPointer, tagBytes: Int, byteCount: Int) -> UInt64 {
        let hashes = [0, 6].map { (offset: Int) in
            let octets = (0..<6).map { UInt64(frame.load(fromByteOffset: offset + $0, as: UInt8.self)) << (8 * UInt64($0)) }
            return macs.hash(MACKey(network: NetworkIndex(1), mac: MACAddress(bits: octets.reduce(0, |))))
        }
        return InnerFlow(frame + tagBytes, byteCount: byteCount - tagBytes, source: hashes[1], destination: hashes[0]).hash
    }

    /// A frame with a packet that has ports at `offset` of its 100 bytes behind the Ethernet header.
    static func ipv6(next: UInt8 = 17, source: UInt8 = 1, destination: UInt8 = 2, ports: Bytes = [1, 2, 3, 4], label: UInt8 = 0) -> Bytes {
        let prefix = Bytes(hex: "20010db8 00000000 00000000 000000")
        let packet: Bytes = [0x60, 0, 0, label, 0, 60, next, 64] + prefix + [source] + prefix + [destination] + ports
        return ethernet(to: b, from: a, type: 0x86DD, packet + Bytes(repeating: 0, count: 56))
    }

    static func ipv4(_ change: (inout IPv4Packet) -> Void = { _ in }) -> Bytes {
        var packet = IPv4Packet(payload: [1, 2, 3, 4] + Bytes(repeating: 0, count: 40))
        change(&packet)
        return ethernet(to: b, from: a, packet.bytes)
    }

    /// All different, and each the same on a second look.
    private func expectDifferent(_ frames: [Bytes], _ what: Comment) {
        #expect(Set(frames.map { FlowHashTests.hash($0) }).count == frames.count, what)
    }

    @Test("Addresses and type of the Ethernet header count")
    func layer2() {
        let frame = ethernet(to: FlowHashTests.b, from: FlowHashTests.a, type: 0x88B5, Bytes(repeating: 7, count: 46))
        expectDifferent([frame] + (0..<14).map { frame.replacing($0, frame[$0] ^ 1) }, "each byte of the header")
        #expect(FlowHashTests.hash(frame) == FlowHashTests.hash(frame.replacing(20, 9)), "the payload of an unknown type does not count")
    }

    @Test("Addresses and protocol of IPv4 count, what differs between packets of a flow does not")
    func layer3() {
        let frame = FlowHashTests.ipv4()
        expectDifferent([frame] + (26..<34).map { frame.replacing($0, frame[$0] ^ 1) }, "each byte of the addresses")
        expectDifferent([6, 17, 132, 1, 47].map { proto in FlowHashTests.ipv4 { $0.proto = proto } }, "the protocol")
        let sameFlow = FlowHashTests.ipv4 {
            $0.identification = 77
            $0.ttl = 3
            $0.tos = 0xB8
            $0.payload += [1, 2, 3]
        }
        #expect(FlowHashTests.hash(frame) == FlowHashTests.hash(sameFlow))
    }

    @Test("Ports of TCP, UDP and SCTP count", arguments: [6, 17, 132] as [UInt8])
    func layer4(proto: UInt8) {
        let frame = FlowHashTests.ipv4 { $0.proto = proto }
        expectDifferent([frame] + (34..<38).map { frame.replacing($0, frame[$0] ^ 1) }, "each byte of the ports over IPv4")
        let options = FlowHashTests.ipv4 {
            $0.proto = proto
            $0.options = [1, 1, 1, 1]
        }
        expectDifferent([options] + (38..<42).map { options.replacing($0, options[$0] ^ 1) }, "each byte of the ports behind options")
        #expect(FlowHashTests.hash(options) == FlowHashTests.hash(options.replacing(35, 9)), "options do not count")
        let ipv6 = FlowHashTests.ipv6(next: proto)
        expectDifferent([ipv6] + (54..<58).map { ipv6.replacing($0, ipv6[$0] ^ 1) }, "each byte of the ports over IPv6")
    }

    @Test("What lies where ports would be does not count for other protocols", arguments: [1, 2, 47, 50, 89] as [UInt8])
    func noPorts(proto: UInt8) {
        let frame = FlowHashTests.ipv4 { $0.proto = proto }
        #expect(FlowHashTests.hash(frame) == FlowHashTests.hash(frame.replacing(35, 9)))
    }

    @Test("Addresses and next header of IPv6 count, its flow label and length do not")
    func ipv6() {
        let frame = FlowHashTests.ipv6()
        expectDifferent([frame] + (22..<54).map { frame.replacing($0, frame[$0] ^ 1) }, "each byte of the addresses")
        expectDifferent([6, 17, 58, 44].map { FlowHashTests.ipv6(next: $0) }, "the next header")
        #expect(FlowHashTests.hash(frame) == FlowHashTests.hash(FlowHashTests.ipv6(label: 5)))
        let swapped = FlowHashTests.ipv6(source: 2, destination: 1)
        #expect(FlowHashTests.hash(frame) != FlowHashTests.hash(swapped), "the way back is another flow")
    }

    @Test("All fragments of a packet have one hash, whatever lies where ports would be", arguments: [6, 17, 132] as [UInt8])
    func fragments(proto: UInt8) {
        // First with more-fragments flag, middle, last.
        let hashes = [0x2000, 0x2001, 0x0100, 0x00FF, 0x1FFF].map { (field: UInt16) in
            FlowHashTests.hash(
                FlowHashTests.ipv4 {
                    $0.proto = proto
                    $0.flagsAndOffset = field
                    $0.payload[0] = UInt8(field & 0xFF)
                })
        }
        #expect(Set(hashes).count == 1)
        let ipv6 = FlowHashTests.ipv6(next: 44)
        #expect(FlowHashTests.hash(ipv6) == FlowHashTests.hash(ipv6.replacing(54, 99)), "IPv6 fragments say so in an extension header")
    }

    @Test("A tag does not change a flow")
    func tags() {
        for frame in [FlowHashTests.ipv4(), FlowHashTests.ipv6()] {
            #expect(FlowHashTests.hash(frame) == FlowHashTests.hash(tagged(frame, 0xE064), tagBytes: 4))
        }
    }

    @Test(
        "Source ports keep to the range and spread evenly", arguments: [49152...65535, 1024...1033, 5000...5000] as [ClosedRange<UInt16>])
    func sourcePorts(range: ClosedRange<UInt16>) {
        var random = seededRandom("FlowHash source ports")
        let flowCount = 16_000, binCount = min(16, range.count)
        var bins = [Int](repeating: 0, count: binCount)
        for _ in 0..<flowCount {
            let ports = withUnsafeBytes(of: UInt32(truncatingIfNeeded: random.next())) { Bytes($0) }
            let hash = FlowHashTests.hash(FlowHashTests.ipv4 { $0.payload = ports })
            let port = UInt16(bigEndian: FlowHash.sourcePortBE(hash, range: UInt32(range.lowerBound) << 16 | UInt32(range.count)))
            guard range.contains(port) else {
                Issue.record("port \(port)")
                return
            }
            bins[Int(port - range.lowerBound) * binCount / range.count] += 1
        }
        // Eight standard deviations.
        let mean = Double(flowCount) / Double(binCount)
        #expect(bins.allSatisfy { abs(Double($0) - mean) <= 8 * mean.squareRoot() }, "\(bins)")
    }

    @Test("A thousand serial flows get nearly a thousand source ports")
    func serialFlows() {
        let ports = (0..<1000).map { number in
            let frame = FlowHashTests.ipv4 { $0.payload = bytes(UInt16(40000 + number)) + bytes(UInt16(443)) }
            return FlowHash.sourcePortBE(FlowHashTests.hash(frame), range: FlowHashTests.ports)
        }
        // By chance, 1000 flows take 970 of 16384 ports.
        #expect(Set(ports).count > 930)
    }

    @Test("No byte behind the end of a frame is read, however short it is")
    func shortFrames() throws {
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        let pages = mmap(nil, 2 * pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        defer { munmap(pages, 2 * pageSize) }
        try #require(pages != MAP_FAILED && mprotect(pages + pageSize, pageSize, PROT_NONE) == 0)
        var frames = [FlowHashTests.ipv6(), FlowHashTests.ipv6(next: 44)]
        for proto in [1, 6, 17, 132] as [UInt8] {
            frames.append(FlowHashTests.ipv4 { $0.proto = proto })
            frames.append(
                FlowHashTests.ipv4 {
                    $0.options = Bytes(repeating: 1, count: 40); $0.proto = proto
                })
        }
        for frame in frames {
            for (tagBytes, whole) in [(0, frame), (4, tagged(frame, 100))] {
                for length in 14 + tagBytes...whole.count {
                    let start = pages + pageSize - length
                    whole.withUnsafeBytes { start.copyMemory(from: $0.baseAddress!, byteCount: length) }
                    _ = FlowHashTests.hash(start, tagBytes: tagBytes, byteCount: length)
                }
            }
        }
    }
}
