import Dataplane
import Gateway
import Testing

@Suite("Addresses that follow from others on a link")
struct LinkAddressTests {
    @Test(
        "The link-local address is the MAC's modified EUI-64",
        arguments: [("02:00:00:00:00:01", "fe80::ff:fe00:1"), ("34:56:78:9a:bc:de", "fe80::3656:78ff:fe9a:bcde")])
    func linkLocal(_ mac: String, _ address: String) {
        let linkLocal = IPAddress(linkLocalOf: MACAddress(mac)!)
        #expect(linkLocal.description == address)
        #expect(linkLocal.isLinkLocal)
        #expect(!IPAddress("fec0::1")!.isLinkLocal)
        #expect(!IPAddress("169.254.0.1")!.isLinkLocal)
    }

    @Test("The solicited-node group has the last three octets")
    func solicitedNode() {
        #expect(IPAddress("2001:db8::1234:5678:9abc")!.solicitedNode.description == "ff02::1:ff78:9abc")
        #expect(IPAddress.allNodes.description == "ff02::1")
    }

    @Test(
        "A group has the MAC of its family",
        arguments: [
            ("239.129.2.3", "01:00:5e:01:02:03"), ("224.0.0.22", "01:00:5e:00:00:16"), ("ff02::16", "33:33:00:00:00:16"),
            ("ff02::1:ff78:9abc", "33:33:ff:78:9a:bc"),
        ])
    func groupMAC(_ group: String, _ mac: String) {
        #expect(MACAddress(group: IPAddress(group)!).description == mac)
    }
}
