import Dataplane
import Gateway
import Testing

@Suite("Neighbour advertisements")
struct NeighborAdvertisementTests {
    private func message(_ frame: [UInt8]) throws -> ICMPv6Message {
        try ICMPv6Message(frame: frame, header: IPv6Header(frame: frame))
    }

    private func read(_ frame: [UInt8]) throws -> NeighborAdvertisement { try NeighborAdvertisement(message(frame)) }

    @Test("An answer is built as Scapy builds it: solicited and overriding")
    func buildsAnswer() throws {
        let question = try NeighborSolicitation(message(NDFrames.question))
        let answer = NeighborAdvertisement(answering: question, at: Underlay.ownMAC)
        #expect(answer.frame(from: Underlay.ownMAC, to: Underlay.peerMAC) == NDFrames.answer)
    }

    @Test("An answer to a probe goes to all nodes, unsolicited: it is the announcement")
    func buildsAnswerToProbe() throws {
        let probe = try NeighborSolicitation(message(NDFrames.peerProbe))
        let answer = NeighborAdvertisement(answering: probe, at: Underlay.ownMAC)
        #expect(answer.frame(from: Underlay.ownMAC, to: Underlay.peerMAC) == NDFrames.announcement)
    }

    @Test("An announcement is built as Scapy builds it")
    func buildsAnnouncement() {
        let announcement = NeighborAdvertisement(announcing: Underlay.own6, at: Underlay.ownMAC)
        #expect(announcement.frame(from: Underlay.ownMAC, to: .broadcast) == NDFrames.announcement)
    }

    @Test("A question that Linux asked is answered as Linux answered it")
    func answersAsLinux() throws {
        let question = try NeighborSolicitation(message(LinuxFrames.solicitation))
        let answer = NeighborAdvertisement(answering: question, at: LinuxFrames.mac)
        #expect(answer.frame(from: LinuxFrames.mac, to: MACAddress(2, 0, 0, 1, 0x0A, 1)) == LinuxFrames.advertisement)
    }

    @Test("Frames made by Scapy read back field by field")
    func reads() throws {
        let answer = try read(NDFrames.confirmation)
        #expect(answer.target == Underlay.peer6)
        #expect(answer.targetMAC == Underlay.peerMAC)
        #expect(answer.destination == Underlay.own6)
        #expect(answer.isSolicited && answer.isOverride)
        let announcement = try read(NDFrames.announcement)
        #expect(announcement.destination == .allNodes)
        #expect(!announcement.isSolicited && announcement.isOverride)
    }

    @Test("Each flag is read by itself, and the router's flag as none", arguments: UInt8(0)..<8)
    func flags(bits: UInt8) throws {
        let answer = try read(NDFrames.confirmation.replacing(NDOffset.flags, bits << 5 | 0x1F).withICMPv6Checksum)
        #expect(answer.isSolicited == (bits & 2 != 0))
        #expect(answer.isOverride == (bits & 1 != 0))
    }

    @Test("A source's link-layer address is none of the target's")
    func otherOption() throws {
        #expect(try read(NDFrames.confirmation.withOptions(1, 1, 2, 0, 0, 0, 0, 2)).targetMAC == nil)
        #expect(try read(NDFrames.confirmation.withOptions()).targetMAC == nil)
    }

    @Test(
        "Each malformed message is refused for its own reason",
        arguments: [
            ("hop limit 64", NDFrames.confirmation.replacing(NDOffset.hopLimit, 64), PuntDropReason.ndHopLimit),
            ("code 255", NDFrames.confirmation.replacing(NDOffset.code, 255).withICMPv6Checksum, .ndCode),
            ("23 bytes", [UInt8](NDFrames.confirmation[..<77]).withICMPv6Length, .ndShort),
            ("multicast target", NDFrames.confirmation.replacing(NDOffset.target, address: "ff02::2"), .ndTarget),
            ("IPv4-mapped target", NDFrames.confirmation.replacing(NDOffset.target, address: "::ffff:192.0.2.2"), .ndTarget),
            ("option length 0", NDFrames.confirmation.withOptions(2, 0), .ndOptionLength),
            ("option beyond the end", NDFrames.confirmation.withOptions(2, 255, 2, 0, 0, 0, 0, 2), .ndOptionLength),
            ("broadcast MAC", NDFrames.confirmation.withOptions(2, 1, 255, 255, 255, 255, 255, 255), .ndLinkAddress),
            ("solicited by all", NDFrames.announcement.replacing(NDOffset.flags, 0x60).withICMPv6Checksum, .ndSolicitedMulticast),
        ])
    func malformed(field: String, frame: [UInt8], reason: PuntDropReason) {
        #expect(throws: reason, "\(field)") { try read(frame) }
    }
}
