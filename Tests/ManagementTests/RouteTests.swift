import Dataplane
import Foundation
import Gateway
import Management
import Testing

@Suite struct RouteTests {
    static let routes = [
        ("summary", Golden.summary), ("ports", Golden.ports), ("networks", Golden.networks), ("macs", Golden.macs),
        ("tunnels", Golden.tunnels), ("neighbors", Golden.neighbors), ("groups", Golden.groups), ("multicast", Golden.multicast),
        ("limits", Golden.limits), ("drops", Golden.drops),
        ("workers", Golden.workers),
    ]

    @Test(arguments: routes) func `every route answers with its golden document`(route: String, golden: String) async throws {
        try await withServer { client in
            let (status, body) = try await client.exchange("GET", "/v1/\(route)")
            #expect(status == 200)
            #expect(try canonical(body) == canonical(golden))
        }
    }

    @Test func `the promised keys are in every entry, with null where there is no value`() throws {
        for promise in Golden.promisedKeys {
            let document = try JSONSerialization.jsonObject(with: Data(promise.document.utf8)) as? [String: Any]
            let entries = try #require(document?[promise.list] as? [[String: Any]])
            for entry in entries {
                let missing = Set(promise.keys.split(separator: " ").map(String.init)).subtracting(entry.keys)
                #expect(missing.isEmpty, "\(promise.route)")
            }
        }
    }

    @Test func `the client reads what the server writes`() async throws {
        try await withServer { client async throws in
            #expect(try await client.summary() == decode(Golden.summary))
            #expect(try await client.ports() == decode(Golden.ports))
            #expect(try await client.networks() == decode(Golden.networks))
            #expect(try await client.macs() == decode(Golden.macs))
            #expect(try await client.tunnels() == decode(Golden.tunnels))
            #expect(try await client.neighbors() == decode(Golden.neighbors))
            #expect(try await client.groups() == decode(Golden.groups))
            #expect(try await client.multicast() == decode(Golden.multicast))
            #expect(try await client.drops() == decode(Golden.drops))
            #expect(try await client.workers() == decode(Golden.workers))
        }
    }

    @Test func `a MAC is added behind a remote VTEP or a port`() async throws {
        let gateway = FixedGateway()
        let remote = MACAddition(network: "blue", mac: MACAddress(2, 0, 0, 0, 0, 1), location: .remote(IPAddress("192.0.2.2")!))
        let tagged = MACAddition(
            network: "blue", mac: MACAddress(2, 0, 0, 0, 0, 2), location: .port("lan0", tags: MemberTags(vlan: VLANID(100))))
        let plain = MACAddition(network: "blue", mac: MACAddress(2, 0, 0, 0, 0, 3), location: .port("lan1", tags: nil))
        let pair = MemberTags(service: VLANID(300), vlan: VLANID(20))
        let stacked = MACAddition(network: "blue", mac: MACAddress(2, 0, 0, 0, 0, 5), location: .port("lan1", tags: pair))
        let untagged = MACAddition(network: "blue", mac: MACAddress(2, 0, 0, 0, 0, 6), location: .port("lan1", tags: .untagged))
        let all = [remote, tagged, plain, stacked, untagged]
        try await withServer(gateway) { client in
            for addition in all { try await client.addMAC(addition) }
            let body = Data(#"{"network":"blue","mac":"02-00-00-00-00-04","port":"lan0","vlan":7}"#.utf8)
            let (status, answer) = try await client.exchange("POST", "/v1/macs", body: body)
            #expect(status == 201)
            #expect(try canonical(answer) == #"{"mac":"02:00:00:00:00:04","network":"blue","port":"lan0","vlan":7}"#)
        }
        #expect(await Array(gateway.added.prefix(5)) == all)
    }

    @Test func `a MAC is deleted by network and address, whatever the network is called`() async throws {
        let gateway = FixedGateway()
        try await withServer(gateway) { client in
            let deleted = try await client.deleteMAC(network: "büro & co/2", mac: MACAddress(2, 0, 0, 0, 0, 1))
            #expect(deleted.deleted == 1)
        }
        #expect(await gateway.deleted == ["büro & co/2 02:00:00:00:00:01"])
    }

    @Test func `a flush passes its filter on and tells how many there were`() async throws {
        let gateway = FixedGateway()
        let filter = MACFilter(network: "blue", port: "lan0", remote: nil, mac: nil, origin: .controlPlane)
        try await withServer(gateway) { client async throws in
            #expect(try await client.flushMACs(filter).deleted == 7)
            #expect(try await client.flushMACs(MACFilter(remote: IPAddress("2001:db8::2"))).deleted == 7)
        }
        #expect(await gateway.flushed == [filter, MACFilter(remote: IPAddress("2001:db8::2"))])
    }

    @Test func `a reload tells its steps and warnings`() async throws {
        let gateway = FixedGateway()
        try await withServer(gateway) { client async throws in
            #expect(try await client.reload() == decode(Golden.reload))
        }
        #expect(await gateway.reloadCount == 1)
    }

    @Test func `neighbours are narrowed to a network, and nothing else narrows them`() async throws {
        try await withServer { client async throws in
            #expect(try await client.neighbors(network: "blue").neighbors.map(\.network) == ["blue", "blue"])
            #expect(try await client.neighbors(network: "red").neighbors == [])
            #expect(try await client.exchange("GET", "/v1/neighbors?netwrok=blue").0 == 400)
        }
    }

    @Test func `filters of the MAC table narrow it`() async throws {
        try await withServer { client async throws in
            #expect(try await client.macs(MACFilter(network: "red")).macs.count == 1)
            #expect(try await client.macs(MACFilter(port: "lan0")).macs.count == 1)
            #expect(try await client.macs(MACFilter(remote: IPAddress("192.0.2.2"))).macs.count == 1)
            #expect(try await client.macs(MACFilter(mac: MACAddress(2, 0, 0, 0, 0, 3))).macs.count == 1)
            #expect(try await client.macs(MACFilter(origin: .learned)).macs.count == 1)
            #expect(try await client.macs(MACFilter(network: "red", origin: .learned)).macs.isEmpty)
        }
    }
}
