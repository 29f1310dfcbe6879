import Dataplane
import Gateway
import Testing

@Suite("What ARP and ND tell of hosts")
struct NeighborSightingTests {
    private static func address(_ text: String) -> IPAddress { IPAddress(text)! }

    private func read(_ frame: [UInt8]) -> Result<NeighborSighting, NeighborSightingError> {
        Result { () throws(NeighborSightingError) in try NeighborSighting(frame: frame) }
    }

    @Test("ARP: who asks, who answers, who announces, who probes")
    func arp() {
        let own = Underlay.own, mac = Underlay.ownMAC
        #expect(read(UnderlayFrames.arpRequest) == .success(NeighborSighting(.question, of: own, at: mac)))
        #expect(read(UnderlayFrames.arpReply) == .success(NeighborSighting(.answer, of: own, at: mac)))
        #expect(read(UnderlayFrames.arpAnnouncement) == .success(NeighborSighting(.announcement, of: own, at: mac)))
        #expect(read(UnderlayFrames.arpAnnouncement.replacing(21, 2)) == .success(NeighborSighting(.announcement, of: own, at: mac)))
        #expect(read(UnderlayFrames.arpProbe) == .success(NeighborSighting(.probe, of: own, at: Underlay.peerMAC)))
    }

    @Test("ND: likewise, and advertisements tell whether they override and whether their sender is a router")
    func neighborDiscovery() {
        let peer = Underlay.peer6, mac = Underlay.peerMAC
        #expect(read(NDPeer.question(for: "2001:db8::9")) == .success(NeighborSighting(.question, of: peer, at: mac)))
        #expect(read(NDPeer.probe(for: "2001:db8::2")) == .success(NeighborSighting(.probe, of: peer, at: mac)))
        let answer = NDPeer.advertisement(isSolicited: true, isOverride: true)
        #expect(read(answer) == .success(NeighborSighting(.answer, of: peer, at: mac, isRouter: false)))
        #expect(
            read(NDPeer.advertisement(isSolicited: false, isOverride: false))
                == .success(NeighborSighting(.announcement, of: peer, at: mac, isRouter: false, isOverride: false)))
        let router = answer.replacing(NDOffset.flags, 0xE0).withICMPv6Checksum
        #expect(read(router) == .success(NeighborSighting(.answer, of: peer, at: mac, isRouter: true)))
        #expect(read(answer.withOptions()) == .success(NeighborSighting(.answer, of: peer, at: mac, isRouter: false)), "no option")
    }

    @Test("Nothing is told by other frames, by solicitations that do not say where they come from, and by those that lie")
    func refusals() {
        #expect(read(UnderlayFrames.echoRequest) == .failure(.irrelevant))
        #expect(read(NDPeer.question(for: "2001:db8::9").withOptions()) == .failure(.irrelevant))
        #expect(read(UnderlayFrames.arpReply.replacing(11, 9)) == .failure(.otherMAC))
        #expect(read(UnderlayFrames.arpProbe.replacing(11, 9)) == .failure(.otherMAC))
        #expect(read(NDPeer.question(for: "2001:db8::9").replacing(11, 9)) == .failure(.otherMAC))
        #expect(read(UnderlayFrames.arpReply.replacing(28, 224)) == .failure(.malformed(.arpSenderAddress)))
        #expect(read([UInt8](UnderlayFrames.arpReply.prefix(41))) == .failure(.malformed(.arpShort)))
        #expect(read(NDPeer.question(for: "2001:db8::9").replacing(NDOffset.hopLimit, 64)) == .failure(.malformed(.ndHopLimit)))
        #expect(read([]) == .failure(.malformed(.frameShort)))
    }

    @Test("Damaged frames give a sighting or an error, and a sighting is of the frame's own source")
    func badInput() {
        let seed = UInt64.random(in: .min ... .max)
        print("sightings seed: \(seed)")
        var random = SeededRandom(state: seed)
        let frames = [
            UnderlayFrames.arpRequest, UnderlayFrames.arpReply, UnderlayFrames.arpProbe, NDPeer.question(for: "2001:db8::9"),
            NDPeer.probe(for: "2001:db8::9"), NDPeer.advertisement(isSolicited: true, isOverride: true),
        ]
        var sightings = 0
        for _ in 0..<100_000 {
            var frame = frames.randomElement(using: &random)!
            if Int.random(in: 0..<4, using: &random) == 0 { frame.removeLast(Int.random(in: 0...frame.count, using: &random)) }
            for _ in 0..<Int.random(in: 0...2, using: &random) where !frame.isEmpty {
                frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if frame.count >= 86, Bool.random(using: &random) { frame = frame.withICMPv6Checksum }
            guard case .success(let sighting) = read(frame) else { continue }
            sightings += 1
            #expect(sighting.mac.octets == [UInt8](frame[6..<12]) && !sighting.mac.isMulticast, "seed \(seed)")
        }
        #expect(sightings > 10_000)
    }
}
