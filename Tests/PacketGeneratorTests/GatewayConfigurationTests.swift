import PacketGenerator
import Testing

@Suite("Configuration for a gateway")
struct GatewayConfigurationTests {
    @Test("A device in shared memory has its counterpart at the other end")
    func peers() {
        let peer = GatewayConfiguration.peer(of:_:)
        #expect(peer("net_virtio_user3,path=/run/a.sock,queues=1", 0) == "net_vhost0,iface=/run/a.sock")
        #expect(peer("net_memif7,role=client,id=2,socket=/run/m", 1) == "net_memif1,role=server,id=2,socket=/run/m")
        #expect(peer("0000:03:00.0", 0).hasPrefix("PUT"))
        #expect(peer(nil, 0).hasPrefix("PUT"))
    }

    @Test("It has a network for each VLAN, room for every MAC, and a subnet for all VTEPs")
    func text() {
        var settings = Settings()
        settings.plan.vlans = 7...8
        settings.plan.flows = 100_000
        settings.outer.vteps = 300
        let text = GatewayConfiguration(settings).text
        #expect(text.contains("addresses: [192.0.2.1/23]"))
        #expect(text.contains("capacity: 200000"))
        #expect(text.contains("- { name: vlan7, vni: 10007, members: [{ port: lan0, vlan: 7 }], remotes: [192.0.2.2, 192.0.2.3,"))
        #expect(text.contains("192.0.3.45] }\n  - { name: vlan8, vni: 10008"))
    }
}
