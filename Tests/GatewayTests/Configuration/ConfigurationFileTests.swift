import Dataplane
import Foundation
import Gateway
import Testing

@Suite("Configuration files")
struct ConfigurationFileTests {
    /// The project's Config folder.
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Config")
        .standardized

    @Test("Each file in Config is read without a finding")
    func examplesAreClean() throws {
        let machine = Configuration.Machine(existing: Set(0..<8), usable: Set(0..<8))
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.examples.path).filter { $0.hasSuffix(".yaml") }.sorted()
        #expect(names == ["gateway.yaml", "ipv6-ecmp.yaml", "layer2.yaml", "multicast.yaml", "physical-nics.yaml"])
        for name in names {
            let reading = try ConfigurationReader.load(path: Self.examples.appending(path: name).path, machine: machine)
            #expect(reading.diagnostics.map { $0.rendered(file: name) } == [])
            #expect(reading.configuration != nil)
        }
    }

    @Test("The example of two uplinks has two paths to every VTEP, and that of multicast a group for every network")
    func underlayExamples() throws {
        let machine = Configuration.Machine(existing: Set(0..<8), usable: Set(0..<8))
        func load(_ name: String) throws -> Configuration {
            try #require(try ConfigurationReader.load(path: Self.examples.appending(path: name).path, machine: machine).configuration)
        }
        let spread = try load("ipv6-ecmp.yaml")
        let ports = spread.ports.enumerated().map { (index: PortIndex(UInt16($0.offset)), port: $0.element) }
        let routes = UnderlayRoutes(ports, routes: spread.routes, local: spread.vxlan.local)
        for remote in spread.networks.flatMap(\.remotes) {
            #expect(!remote.isIPv4 && routes.lookup(remote)?.paths.count == 2)
            #expect(routes.lookup(remote)?.source == spread.vxlan.local.first)
        }
        #expect(!spread.networks.flatMap(\.remotes).isEmpty)
        #expect(try load("multicast.yaml").networks.allSatisfy { $0.group != nil })
    }

    /// Every fenced or indented example of docs/CONFIGURATION.md that is a whole file.
    @Test("The examples of the reference are read without a finding")
    func documentedExamplesAreClean() throws {
        let text = try String(contentsOf: Self.examples.appending(path: "../docs/CONFIGURATION.md").standardized, encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(blocks.count >= 4)
        for block in blocks {
            let reading = ConfigurationReader.read(block, machine: .sample)
            #expect(reading.diagnostics.map { $0.rendered(file: "docs/CONFIGURATION.md") } == [], "\(block)")
        }
    }

    @Test("The file to start from describes the demo")
    func demoFile() throws {
        let reading = try ConfigurationReader.load(path: Self.examples.appending(path: "gateway.yaml").path, machine: .sample)
        let configuration = try #require(reading.configuration)
        #expect(configuration.system.cores == [1] && configuration.system.hugepages == .auto)
        #expect(
            configuration.ports.map(\.device) == ["net_tap0,iface=vd-lan0", "net_tap1,iface=vd-lan1", "net_tap2,iface=vd-wan0"])
        #expect(configuration.networks.map(\.vni.rawValue) == [10100])
    }

    @Test("A file that cannot be read is an error that says why")
    func unreadableFiles() throws {
        let missing = "/nonexistent/gateway.yaml"
        #expect(throws: ConfigurationError.fileMissing(path: missing)) {
            try ConfigurationReader.load(path: missing, machine: .sample)
        }
        #expect(throws: ConfigurationError.notAFile(path: "/")) { try ConfigurationReader.load(path: "/", machine: .sample) }
        #expect("\(ConfigurationError.fileMissing(path: "x.yaml"))".hasPrefix("x.yaml: there is no such file; "))
        #expect("\(ConfigurationError.notAFile(path: "x"))".hasPrefix("x: it is a folder; "))
        #expect("\(ConfigurationError.notPermitted(path: "x"))".hasPrefix("x: no permission to read it; "))
        #expect(
            "\(ConfigurationError.unreadable(path: "x", reason: "Input/output error"))".hasPrefix(
                "x: cannot be read: Input/output error; "))
    }

    @Test("A file with bytes that are not UTF-8 is refused at the first of them")
    func invalidUTF8() throws {
        let reading = try load(Data("# grün\nports: ".utf8) + [0xFF, 0x0A])
        #expect(reading.configuration == nil)
        #expect(
            reading.diagnostics.map { $0.rendered(file: "f") } == [
                "f:2:8: error: this byte is not UTF-8 text; save the file with the encoding UTF-8"
            ])
    }

    @Test("A file of more than 4 MiB is refused, one of 4 MiB is read")
    func largeFiles() throws {
        let largest = Data(repeating: UInt8(ascii: "#"), count: 4 << 20)
        #expect(try load(largest).diagnostics.map(\.message) == ["the file is empty"])
        #expect(try load(largest + [0x23]).diagnostics.map(\.message) == ["the file is larger than 4 MiB"])
    }

    private func load(_ content: Data) throws -> ConfigurationReading {
        let file = FileManager.default.temporaryDirectory.appending(path: "viaduct-\(UUID().uuidString).yaml")
        try content.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try ConfigurationReader.load(path: file.path, machine: .sample)
    }

    @Test("A thousand networks are read")
    func manyNetworks() {
        let networks = (1...1000).map {
            "  - { name: n\($0), vni: \(20000 + $0), members: [{ port: lan0, vlan: \(1000 + $0) }], remotes: [192.0.2.2] }\n"
        }
        let reading = ConfigurationReader.read(ConfigurationCase.sample + networks.joined(), machine: .sample)
        #expect(reading.diagnostics == [])
        #expect(reading.configuration?.networks.count == 1002)
    }
}

@Suite("The machine")
struct MachineTests {
    @Test("This machine has CPUs, and those that can be used exist")
    func current() {
        let machine = Configuration.Machine.current()
        #expect(!machine.usable.isEmpty)
        #expect(machine.usable.isSubset(of: machine.existing))
        #expect(machine.usable.count <= ProcessInfo.processInfo.processorCount)
    }
}
