import Dataplane
import Gateway
import Testing

@Suite("Neighbour solicitations")
struct NeighborSolicitationTests {
    private func read(_ frame: [UInt8]) throws -> NeighborSolicitation {
        try NeighborSolicitation(ICMPv6Message(frame: frame, header: IPv6Header(frame: frame)))
    }

    @Test("A question to everybody is built as Scapy builds it: in the target's group")
    func buildsQuestion() {
        let solicitation = NeighborSolicitation(for: Underlay.peer6, from: Underlay.own6, at: Underlay.ownMAC)
        #expect(solicitation.frame(from: Underlay.ownMAC, to: nil) == NDFrames.solicitation)
    }

    @Test("A question to one MAC is built as Scapy builds it: to the target's own address")
    func buildsUnicast() {
        let solicitation = NeighborSolicitation(for: Underlay.peer6, from: Underlay.own6, at: Underlay.ownMAC)
        #expect(solicitation.frame(from: Underlay.ownMAC, to: Underlay.peerMAC) == NDFrames.unicastProbe)
    }

    @Test("A probe is built as Scapy builds it: from nobody, without an option")
    func buildsProbe() {
        #expect(NeighborSolicitation.probe(for: Underlay.own6).frame(from: Underlay.ownMAC, to: nil) == NDFrames.ownProbe)
    }

    @Test("Frames made by Scapy read back field by field")
    func reads() throws {
        let question = try read(NDFrames.question)
        #expect(question.target == Underlay.own6)
        #expect(question.source == Underlay.peer6)
        #expect(question.sourceMAC == Underlay.peerMAC)
        #expect(!question.isProbe)
        let probe = try read(NDFrames.peerProbe)
        #expect(probe.isProbe && probe.sourceMAC == nil && probe.target == Underlay.own6)
    }

    @Test("Frames made by Linux are read, with options that we do not know")
    func readsLinux() throws {
        let question = try read(LinuxFrames.solicitation)
        #expect(question.target == Underlay.address("fd00:1::2"))
        #expect(question.sourceMAC == MACAddress(2, 0, 0, 1, 0x0A, 1))
        #expect(try read(LinuxFrames.probe) == .probe(for: Underlay.address("fe80::ff:fe01:a01")))
    }

    @Test("A question from one host to another needs no link-layer address")
    func withoutOption() throws {
        #expect(try read(NDFrames.question.withOptions()).sourceMAC == nil)
    }

    @Test("Other options are passed over, wherever they are, and of two of a kind the first counts")
    func otherOptions() throws {
        let nonce: [UInt8] = [14, 1, 1, 2, 3, 4, 5, 6]
        let long: [UInt8] = [200, 2] + [UInt8](repeating: 0xFF, count: 14)
        let target: [UInt8] = [2, 1, 1, 1, 1, 1, 1, 1]
        let mine: [UInt8] = [1, 1, 2, 0, 0, 0, 0, 2]
        let other: [UInt8] = [1, 1, 2, 0, 0, 0, 0, 3]
        let frame = ([UInt8](NDFrames.question[..<78]) + nonce + long + target + mine + other).withICMPv6Length
        #expect(try read(frame).sourceMAC == Underlay.peerMAC)
    }

    @Test(
        "Each malformed message is refused for its own reason",
        arguments: [
            ("hop limit 254", NDFrames.question.replacing(NDOffset.hopLimit, 254), PuntDropReason.ndHopLimit),
            ("hop limit 0", NDFrames.question.replacing(NDOffset.hopLimit, 0), .ndHopLimit),
            ("code 1", NDFrames.question.replacing(NDOffset.code, 1).withICMPv6Checksum, .ndCode),
            ("23 bytes", [UInt8](NDFrames.question[..<77]).withICMPv6Length, .ndShort),
            ("4 bytes", [UInt8](NDFrames.question[..<58]).withICMPv6Length, .ndShort),
            ("multicast target", NDFrames.question.replacing(NDOffset.target, address: "ff02::1"), .ndTarget),
            ("no target", NDFrames.question.replacing(NDOffset.target, address: "::"), .ndTarget),
            ("loopback target", NDFrames.question.replacing(NDOffset.target, address: "::1"), .ndTarget),
            ("IPv4-mapped target", NDFrames.question.replacing(NDOffset.target, address: "::ffff:192.0.2.1"), .ndTarget),
            ("option length 0", NDFrames.question.withOptions(1, 0, 2, 0, 0, 0, 0, 2), .ndOptionLength),
            ("other option of length 0", NDFrames.question.withOptions(14, 0, 2, 0, 0, 0, 0, 2), .ndOptionLength),
            ("length 0 behind a good one", NDFrames.question.withOptions(1, 1, 2, 0, 0, 0, 0, 2, 5, 0), .ndOptionLength),
            ("option beyond the end", NDFrames.question.withOptions(1, 2, 2, 0, 0, 0, 0, 2), .ndOptionLength),
            ("option of one byte", NDFrames.question.withOptions(1, 1, 2, 0, 0, 0, 0, 2, 1), .ndOptionLength),
            ("option cut off", NDFrames.question.withOptions(1, 1, 2, 0, 0, 0, 0), .ndOptionLength),
            (
                "address of 14 bytes", NDFrames.question.withOptions(1, 2, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
                .ndLinkAddress
            ),
            ("multicast MAC", NDFrames.question.withOptions(1, 1, 3, 0, 0, 0, 0, 2), .ndLinkAddress),
            ("zero MAC", NDFrames.question.withOptions(1, 1, 0, 0, 0, 0, 0, 0), .ndLinkAddress),
            ("probe to all nodes", NDFrames.peerProbe.replacing(NDOffset.destination, address: "ff02::1"), .ndProbeDestination),
            ("probe to one", NDFrames.peerProbe.replacing(NDOffset.destination, address: "2001:db8::1"), .ndProbeDestination),
            (
                "probe next to the groups", NDFrames.peerProbe.replacing(NDOffset.destination, address: "ff02::1:fe00:1"),
                .ndProbeDestination
            ),
            ("probe with a MAC", NDFrames.peerProbe.withOptions(1, 1, 2, 0, 0, 0, 0, 2), .ndProbeLinkAddress),
        ])
    func malformed(field: String, frame: [UInt8], reason: PuntDropReason) {
        #expect(throws: reason, "\(field)") { try read(frame) }
    }
}
