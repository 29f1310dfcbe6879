import Dataplane
import Gateway
import Testing

@Suite("What the gateway asks hosts")
struct NeighborProberTests {
    private let prober = NeighborProber(mac: Underlay.ownMAC)

    @Test("Over IPv4 a host is asked by an ARP probe to it alone, byte for byte")
    func arp() {
        let expected = Underlay.bytes(
            """
            020000000002 020000000001 0806 0001 0800 06 04 0001 020000000001 00000000 000000000000 c0000202
            000000000000000000000000000000000000
            """)
        #expect(prober.probe(Underlay.peer, at: Underlay.peerMAC) == expected)
    }

    @Test("Over IPv6 by a solicitation to it alone, from a link-local address, byte for byte")
    func neighborDiscovery() {
        // fe80::ff:fe00:1 is ::1's MAC as an interface identifier.
        let expected = Underlay.bytes(
            """
            020000000002 020000000001 86dd 60000000 0020 3a ff fe8000000000000000000000 fffe0001 20010db8000000000000000000000002
            8700 0000 00000000 20010db8000000000000000000000002 0101020000000001
            """.replacing(" fffe0001", with: "fffe000001").replacing("fe8000000000000000000000", with: "fe80000000000000000000")
        )
        .withICMPv6Checksum
        #expect(prober.linkLocal == Underlay.linkLocal)
        #expect(prober.probe(Underlay.peer6, at: Underlay.peerMAC) == expected)
        #expect((try? NeighborSighting(frame: expected))?.address == Underlay.linkLocal)
    }

    @Test("A host that asks for the gateway's link-local address is answered; nobody else is")
    func answers() throws {
        let question = NDPeer.question(for: Underlay.linkLocal.description)
        let answer = try #require(prober.answer(to: question))
        #expect(
            try NeighborSighting(frame: answer)
                == NeighborSighting(.answer, of: Underlay.linkLocal, at: Underlay.ownMAC, isRouter: false))
        #expect([UInt8](answer[0..<6]) == Underlay.peerMAC.octets)
        for other in [
            NDPeer.question(for: "2001:db8::9"), NDPeer.probe(for: Underlay.linkLocal.description), UnderlayFrames.arpRequest,
            NDPeer.advertisement(isSolicited: true, isOverride: true), [], [UInt8](question.prefix(60)),
        ] {
            #expect(prober.answer(to: other) == nil)
        }
    }
}
