import Dataplane
import Gateway
import Testing

@Suite("ARP packets")
struct ARPPacketTests {
    private let request = ARPPacket.request(for: Underlay.peer, from: Underlay.own, at: Underlay.ownMAC)

    @Test("A request is built as Scapy builds it")
    func buildsRequest() {
        #expect(request.frame(to: .broadcast) == UnderlayFrames.arpRequest)
    }

    @Test("A reply is built as Scapy builds it")
    func buildsReply() {
        let question = ARPPacket.request(for: Underlay.own, from: Underlay.peer, at: Underlay.peerMAC)
        #expect(question.reply(from: Underlay.ownMAC).frame(to: Underlay.peerMAC) == UnderlayFrames.arpReply)
    }

    @Test("An announcement is built as Scapy builds it")
    func buildsAnnouncement() {
        let announcement = ARPPacket.announcement(of: Underlay.own, at: Underlay.ownMAC)
        #expect(announcement.frame(to: .broadcast) == UnderlayFrames.arpAnnouncement)
    }

    @Test("A unicast probe differs from the broadcast request in the Ethernet destination only")
    func unicastProbe() {
        let frame = request.frame(to: Underlay.peerMAC)
        #expect(frame[0..<6] == Underlay.peerMAC.octets[...])
        #expect(frame[6...] == UnderlayFrames.arpRequest[6...])
    }

    @Test("A frame made by Scapy reads back field by field")
    func reads() throws {
        let packet = try ARPPacket(frame: UnderlayFrames.arpReply)
        #expect(packet.operation == .reply)
        #expect(packet.senderMAC == Underlay.ownMAC)
        #expect(packet.senderAddress == Underlay.own)
        #expect(packet.targetMAC == Underlay.peerMAC)
        #expect(packet.targetAddress == Underlay.peer)
        #expect(!packet.isProbe)
    }

    @Test(
        "What was built reads back the same",
        arguments: [UnderlayFrames.arpRequest, UnderlayFrames.arpReply, UnderlayFrames.arpAnnouncement])
    func roundTrip(frame: [UInt8]) throws {
        let ethernet = try EthernetHeader(frame: frame)
        #expect(try ARPPacket(frame: frame).frame(to: ethernet.destination) == frame)
    }

    @Test("A probe is told by its sender without an address")
    func probe() throws {
        #expect(try ARPPacket(frame: UnderlayFrames.arpProbe).isProbe)
    }

    @Test("A frame without padding is as good as a padded one")
    func unpadded() throws {
        #expect(try ARPPacket(frame: [UInt8](UnderlayFrames.arpRequest[..<42])) == request)
    }

    @Test("Every length too short for the packet is refused", arguments: 0..<42)
    func short(count: Int) {
        #expect(throws: PuntDropReason.arpShort) { try ARPPacket(frame: [UInt8](UnderlayFrames.arpRequest[..<count])) }
    }

    @Test(
        "Each malformed field is refused for its own reason",
        arguments: [
            ("hardware", UnderlayFrames.arpRequest.replacing(14, 0, 6), PuntDropReason.arpHardwareType),
            ("protocol", UnderlayFrames.arpRequest.replacing(16, 0x86, 0xDD), .arpProtocolType),
            ("hardware length", UnderlayFrames.arpRequest.replacing(18, 8), .arpAddressLength),
            ("protocol length", UnderlayFrames.arpRequest.replacing(19, 16), .arpAddressLength),
            ("operation 0", UnderlayFrames.arpRequest.replacing(20, 0, 0), .arpOperation),
            ("RARP operation", UnderlayFrames.arpRequest.replacing(20, 0, 3), .arpOperation),
            ("operation above 255", UnderlayFrames.arpRequest.replacing(20, 1, 1), .arpOperation),
            ("zero MAC", UnderlayFrames.arpRequest.replacing(22, 0, 0, 0, 0, 0, 0), .arpSenderMAC),
            ("multicast MAC", UnderlayFrames.arpRequest.replacing(22, 3), .arpSenderMAC),
            ("broadcast MAC", UnderlayFrames.arpRequest.replacing(22, 255, 255, 255, 255, 255, 255), .arpSenderMAC),
            ("multicast sender", UnderlayFrames.arpRequest.replacing(28, 224, 0, 0, 1), .arpSenderAddress),
            ("broadcast sender", UnderlayFrames.arpRequest.replacing(28, 255, 255, 255, 255), .arpSenderAddress),
            ("loopback sender", UnderlayFrames.arpRequest.replacing(28, 127, 0, 0, 1), .arpSenderAddress),
            ("reply without sender", UnderlayFrames.arpReply.replacing(28, 0, 0, 0, 0), .arpSenderAddress),
        ])
    func malformed(field: String, frame: [UInt8], reason: PuntDropReason) {
        #expect(throws: reason, "\(field)") { try ARPPacket(frame: frame) }
    }
}
