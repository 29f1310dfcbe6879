import Dataplane
import Gateway
import Testing

@Suite("Reading a configuration")
struct ConfigurationReaderTests {
    @Test("A file with every key becomes a configuration with every value")
    func everyKeyIsRead() throws {
        let reading = ConfigurationReader.read(ConfigurationCase.sample, machine: .sample)
        #expect(reading.diagnostics == [])
        let configuration = try #require(reading.configuration)
        #expect(configuration.system.cores == [1, 2])
        #expect(configuration.system.socket == "/run/viaduct/viaduct.sock")
        #expect(configuration.vxlan == .init())
        #expect(configuration.macs == .init())
        #expect(configuration.ports.map(\.name) == ["lan0", "lan1", "wan0"])
        #expect(configuration.ports.map(\.mtu) == [1500, 1500, 1600])
        let underlay = configuration.ports[2]
        #expect(underlay.device == "0000:3b:00.0" && underlay.role == .underlay)
        #expect(underlay.addresses == [InterfaceAddress("192.0.2.1/24")])
        #expect(underlay.gateways == [IPAddress("192.0.2.254")!])
        let neighbor = Configuration.StaticNeighbor(
            address: try #require(IPAddress("192.0.2.9")), mac: MACAddress(2, 0, 0, 0, 0, 9))
        #expect(underlay.neighbors == [neighbor])
    }

    @Test("Networks keep their members, remotes and static entries")
    func networksAreRead() throws {
        let configuration = try #require(ConfigurationReader.read(ConfigurationCase.sample, machine: .sample).configuration)
        let blue = try #require(configuration.networks.first)
        let tagged = Configuration.Member(port: "lan0", tags: MemberTags(vlan: VLANID(100)))
        let remote = try #require(IPAddress("192.0.2.2"))
        #expect(blue.name == "blue" && blue.vni == VNI(10100))
        #expect(blue.members == [tagged, .init(port: "lan1", tags: .untagged)])
        #expect(blue.remotes == [remote, IPAddress("192.0.2.3")])
        #expect(
            blue.staticMACs == [
                .init(mac: MACAddress(2, 0, 0, 0, 0, 2), location: .remote(remote)),
                .init(mac: MACAddress(2, 0, 0, 0, 0, 3), location: .member(tagged)),
            ])
        #expect(configuration.networks.map(\.name) == ["blue", "red"])
    }

    @Test("The underlay's keys become its values")
    func underlayKeysAreRead() throws {
        let reading = ConfigurationReader.read(ConfigurationCase.underlaySample, machine: .sample)
        #expect(reading.diagnostics == [])
        let configuration = try #require(reading.configuration)
        let wan0 = configuration.ports[1]
        #expect(wan0.vlan == VLANID(300) && wan0.priority == .fixed(5) && wan0.dscp == .fixed(46))
        #expect(wan0.udp6ZeroChecksum == [.send, .receive])
        #expect(wan0.addresses == [InterfaceAddress("192.0.2.1/24"), InterfaceAddress("2001:db8::1/64")])
        #expect(wan0.gateways == [IPAddress("192.0.2.254"), IPAddress("fe80::1")])
        #expect(wan0.neighbors.map(\.address) == [IPAddress("2001:db8::9"), IPAddress("fe80::1")])
        #expect(configuration.ports[2].gateways == [IPAddress("198.51.100.254")])
        var vxlan = Configuration.VXLAN()
        vxlan.local = [try #require(IPAddress("203.0.113.1")), try #require(IPAddress("2001:db8:ffff::1"))]
        vxlan.accept = .prefixes([try #require(InterfaceAddress("203.0.113.0/24")), try #require(InterfaceAddress("2001:db8:2::/48"))])
        vxlan.reservedBits = .mask(0x8000_0000_0000_00FF)
        vxlan.udpChecksum = true
        vxlan.ttl = 32
        vxlan.dscp = .copy
        vxlan.df = .inherit
        #expect(configuration.vxlan == vxlan)
    }

    @Test("Routes and the networks' share of the underlay are read")
    func routesAndGroupsAreRead() throws {
        let configuration = try #require(ConfigurationReader.read(ConfigurationCase.underlaySample, machine: .sample).configuration)
        #expect(configuration.routes.map(\.prefix) == [InterfaceAddress("10.1.0.0/16"), InterfaceAddress("2001:db8:2::/48")])
        #expect(configuration.routes[0].nextHops == [IPAddress("192.0.2.253"), IPAddress("198.51.100.253")])
        let blue = configuration.networks[0]
        #expect(blue.udpPort == 8472 && blue.mtu == 1450 && blue.icmpTooBig)
        #expect(blue.group == IPAddress("239.1.1.1") && blue.groupPort == "wan1")
        #expect(blue.remotes == [IPAddress("10.1.0.9"), IPAddress("2001:db8:2::9"), IPAddress("172.16.0.9")])
        #expect(blue.staticMACs.map(\.location) == [.remote(try #require(IPAddress("2001:db8::2")))])
        let red = configuration.networks[1]
        #expect(red.udpPort == nil && red.mtu == nil && !red.icmpTooBig && red.groupPort == nil)
        #expect(red.group == IPAddress("ff05::1:2"))
    }

    @Test("Each word that a key of the underlay may have is read")
    func wordsAreRead() throws {
        func read(_ old: String, _ new: String) throws -> Configuration {
            let reading = ConfigurationReader.read(ConfigurationCase.underlaySample.replacing(old, with: new), machine: .sample)
            #expect(reading.errors == [])
            return try #require(reading.configuration)
        }
        let accept = "[203.0.113.0/24, \"2001:db8:2::/48\"]"
        #expect(try read("priority: 5", "priority: dscp").ports[1].priority == .dscp)
        #expect(try read("dscp: 46", "dscp: copy").ports[1].dscp == .copy)
        #expect(try read("[send, receive]", "receive").ports[1].udp6ZeroChecksum == [.receive])
        #expect(try read("dscp: copy", "dscp: 0").vxlan.dscp == .fixed(0))
        #expect(try read("df: inherit", "df: unset").vxlan.df == .unset)
        #expect(try read("df: inherit", "df: set").vxlan.df == .set)
        #expect(try read(accept, "any").vxlan.accept == .any)
        #expect(try read(accept, "configured").vxlan.accept == .configured)
        #expect(try read(accept, "[]").vxlan.accept == .configured)
        #expect(try read("local: [203.0.113.1, \"2001:db8:ffff::1\"]", "local: []").vxlan.local == [])
    }

    @Test("Other values than the defaults are read")
    func otherValuesAreRead() throws {
        var text = ConfigurationCase.sample
        for (old, new) in [
            ("cores: [1, 2]", "cores: [2]"), ("memory: 512", "memory: 64"), ("hugepages: auto", "hugepages: off"),
            ("idle: adaptive", "idle: poll"), ("port: 4789", "port: 8472"), ("49152-65535", "50000-50000"), ("65536", "16777216"),
            ("ageing: 300", "ageing: 1"), ("/run/viaduct/viaduct.sock", "/tmp/v"),
        ] { text = text.replacing(old, with: new) }
        let reading = ConfigurationReader.read(text, machine: .sample)
        #expect(reading.diagnostics == [])
        let configuration = try #require(reading.configuration)
        #expect(configuration.system.cores == [2] && configuration.system.memory == 64)
        #expect(
            configuration.system.hugepages == .off && configuration.system.idle == .poll
                && configuration.system.socket == "/tmp/v")
        #expect(configuration.vxlan.port == 8472 && configuration.vxlan.sourcePorts == 50000...50000)
        #expect(configuration.macs.capacity == 16_777_216 && configuration.macs.ageing == 1)
    }

    @Test("What is left out has its default")
    func leftOutKeysHaveDefaults() throws {
        let text = """
            ports:
              - { name: a, device: net_tap0, role: access }
              - { name: b, device: net_tap1, role: access }
            networks:
              - { name: n, vni: 1, members: [{ port: a, untagged: true }, { port: b, vlan: 4094 }] }
            """
        let reading = ConfigurationReader.read(text, machine: .sample)
        #expect(reading.diagnostics == [])
        let configuration = try #require(reading.configuration)
        #expect(configuration.system == .init() && configuration.vxlan == .init() && configuration.macs == .init())
        #expect(configuration.ports[0] == .init(name: "a", device: "net_tap0", role: .access, mtu: 1500))
        #expect(configuration.routes == [])
    }

    @Test("Sections and lists with all their content commented out are as good as left out")
    func emptySectionsAreRead() {
        ConfigurationCase.changing(
            ("  port: 4789\n  source-ports: 49152-65535", "  # port: 4789"),
            ("remotes: [198.51.100.7]", "remotes:\n      # - 198.51.100.7"),
            ("name: red", "name: «red"),
            finds: "warning: the network has one member and no remotes"
        ).verify()
    }

    @Test("Anchors and aliases stand for the values they name")
    func aliasesAreRead() throws {
        let text = ConfigurationCase.sample.replacing("[192.0.2.2, 192.0.2.3]", with: "&peers [192.0.2.2, 192.0.2.3]")
            .replacing("[198.51.100.7]", with: "*peers")
        let reading = ConfigurationReader.read(text, machine: .sample)
        #expect(reading.diagnostics == [])
        #expect(reading.configuration?.networks.map(\.remotes.count) == [2, 2])
    }

    @Test("MAC addresses need no quotes, and a name may be a number")
    func plainScalarsStayText() throws {
        let text = ConfigurationCase.sample.replacing("\"02:00:00:00:00:02\"", with: "02:00:00:00:00:02")
            .replacing("name: red", with: "name: 100")
        let reading = ConfigurationReader.read(text, machine: .sample)
        #expect(reading.diagnostics == [])
        #expect(reading.configuration?.networks[0].staticMACs[0].mac == MACAddress(2, 0, 0, 0, 0, 2))
        #expect(reading.configuration?.networks[1].name == "100")
    }

    @Test("A port in several VLANs of a network has its static entries where they say")
    func staticEntriesChooseAMembership() throws {
        let text = ConfigurationCase.sample.replacing("{ port: lan1, untagged: true }", with: "{ port: lan0, untagged: true }")
            .replacing("port: lan0 }\n", with: "port: lan0, untagged: true }\n")
        let network = try #require(ConfigurationReader.read(text, machine: .sample).configuration?.networks.first)
        #expect(network.staticMACs[1].location == .member(.init(port: "lan0", tags: .untagged)))
    }

    @Test("All errors of a file are reported at once, in the order of the file")
    func allErrorsAreReported() {
        ConfigurationCase.changing(
            ("memory: 512", "memory: «1"), ("role: access\n    mtu: 1500", "role: «acess\n    mtu: «big"),
            ("vni: 10200", "vni: «0"), ("vlan: 200", "vlan: «100"), ("ageing: 300", "«agein: 300"),
            finds: "error: `memory` must be", "error: `role` must be", "error: `mtu` must be", "error: unknown key `agein`",
            "error: `vni` must be", "error: VLAN 100 of port `lan0` is already in network `blue`"
        ).verify()
    }

    @Test("A finding is one line: file, line, column, severity, message and advice")
    func findingsAreRendered() {
        let text = ConfigurationCase.sample.replacing("memory: 512", with: "memmory: 512")
        let lines = ConfigurationReader.read(text, machine: .sample).diagnostics.map { $0.rendered(file: "gw.yaml") }
        #expect(lines == ["gw.yaml:3:3: error: unknown key `memmory` in `system`; did you mean `memory`?"])
    }

    @Test("A file may start with a byte order mark and have Windows line ends")
    func windowsTextIsRead() {
        let text = "\u{FEFF}" + ConfigurationCase.sample.replacing("\n", with: "\r\n")
        #expect(ConfigurationReader.read(text, machine: .sample).diagnostics == [])
    }
}
