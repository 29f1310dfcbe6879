import Dataplane
import Gateway
import Testing

@Suite("Random configuration files")
struct ConfigurationFuzzTests {
    private static let fragments = [
        "", "«", "\t", "\n", "  ", ":", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "\"", "'", "#", "|", ">", "%", "!", "!!int ",
        "@", "`", "?", "? ",
        "---\n", "...\n", "~", "<<: ", "-1", "0", "99999999999999999999", "1e9", "::", "0.0.0.0/0", "255.255.255.255",
        "ff:ff:ff:ff:ff:ff",
        "\u{0}", "\u{FEFF}", "\u{85}", "\u{2028}", "\u{E000}", "é", "🧱", "ports:", "name: lan0\n", "mtu: 1\n    mtu: 2\n",
        "remotes: []", "::/0", "fe80::1", "ff02::1", "239.0.0.0/4", "0xffffffffffffffff", "copy", "any", "group-port: wan0\n",
        "gateway: [::, 0.0.0.0, 1.2.3.4]\n", "next-hops: []", "mtu: 68\n", "port: 1\n", "vlan:",
    ]

    /// The first once had a name of two lines in a message.
    @Test(
        "A mutated file gives a configuration or errors with places, and never a crash",
        arguments: [7_654_687_846_993_638_629, UInt64.random(in: .min ... .max)])
    func mutations(seed: UInt64) {
        print("configuration fuzz seed: \(seed)")
        var random = SeededRandom(state: seed)
        for round in 0..<6000 {
            let sample = round.isMultiple(of: 2) ? ConfigurationCase.sample : ConfigurationCase.underlaySample
            let text = mutated(sample, random: &random)
            let reading = ConfigurationReader.read(text, machine: .sample)
            #expect((reading.configuration == nil) == !reading.errors.isEmpty, "seed \(seed)")
            #expect(reading.diagnostics.allSatisfy { $0.position.line >= 1 && $0.position.column >= 1 }, "seed \(seed)")
            #expect(reading.diagnostics.allSatisfy { !$0.rendered(file: "f").contains { $0.isNewline } }, "seed \(seed)")
        }
    }

    /// Values that fit their keys, so that the checks between them see what no mutation of text would give.
    @Test(
        "Keys of the underlay with random values give a configuration or errors with places", arguments: [UInt64.random(in: .min ... .max)])
    func values(seed: UInt64) {
        print("configuration values seed: \(seed)")
        var random = SeededRandom(state: seed)
        var usable = 0
        for _ in 0..<4000 {
            var text = ConfigurationCase.underlaySample
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let (old, new) = Self.replacements.randomElement(using: &random)!
                text = text.replacing(old, with: new.randomElement(using: &random)!, maxReplacements: 1)
            }
            let reading = ConfigurationReader.read(text, machine: .sample)
            #expect((reading.configuration == nil) == !reading.errors.isEmpty, "seed \(seed)")
            #expect(reading.diagnostics.allSatisfy { !$0.rendered(file: "f").contains { $0.isNewline } }, "seed \(seed)")
            guard let configuration = reading.configuration else { continue }
            usable += 1
            expectWays(configuration, seed: seed, text: text)
        }
        #expect((100..<3900).contains(usable), "seed \(seed): the replacements are too kind or too harsh: \(usable) of 4000 can be used")
    }

    /// What a check has let through has a way to every remote and group, each over existing ports with a source of its family.
    private func expectWays(_ configuration: Configuration, seed: UInt64, text: String) {
        let ports = configuration.ports.enumerated().map { (index: PortIndex(UInt16($0.offset)), port: $0.element) }
        let routes = UnderlayRoutes(ports, routes: configuration.routes, local: configuration.vxlan.local)
        for network in configuration.networks {
            let ways =
                network.remotes.map { routes.lookup($0) }
                + (network.group.map { [routes.lookup(group: $0, port: network.groupPort)] } ?? [])
            for way in ways {
                let isWhole =
                    way.map { way in
                        !way.paths.isEmpty && way.paths.count <= Configuration.Limits.nextHops
                            && way.paths.allSatisfy { $0.nextHop.isIPv4 == way.source.isIPv4 }
                    } ?? false
                #expect(isWhole, "seed \(seed): a remote or group has no way\n\(text)")
            }
        }
    }

    private static let addresses = [
        "192.0.2.1", "192.0.2.9", "192.0.2.254", "198.51.100.7", "203.0.113.1", "10.1.2.3", "172.16.5.5", "239.1.1.1", "0.0.0.0", "\"::\"",
        "\"2001:db8::1\"", "\"2001:db8::77\"", "\"2001:db8:1::5\"", "\"2001:db8:2::5\"", "\"2001:db8:7::5\"", "\"fe80::9\"", "\"ff05::9\"",
    ]
    private static let prefixes = [
        "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "192.0.2.128/25", "172.16.0.0/12", "203.0.113.1/32", "\"::/0\"",
        "\"2001:db8::/32\"", "\"2001:db8:2::/48\"", "\"2001:db8::/64\"",
    ]
    private static let replacements: [(old: String, new: [String])] = [
        ("172.16.0.9", addresses), ("10.1.0.9", addresses), ("192.0.2.253", addresses), ("198.51.100.253", addresses),
        ("198.51.100.254", addresses),
        ("192.0.2.254", addresses), ("\"fe80::1\"", addresses), ("203.0.113.1", addresses), ("\"2001:db8:ffff::1\"", addresses),
        ("239.1.1.1", addresses),
        ("\"ff05::1:2\"", addresses), ("10.1.0.0/16", prefixes), ("\"2001:db8:2::/48\"", prefixes),
        ("\"2001:db8:1::1/64\"", ["\"2001:db8:5::1/64\"", "10.1.0.1/20"]),
        ("198.51.100.1/24", ["10.1.2.9/24", "198.51.100.1/30"]), ("mtu: 1600", ["mtu: 1500", "mtu: 1280", "mtu: 9000"]),
        ("mtu: 1450", ["mtu: 68", "mtu: 9600"]),
        ("group-port: wan1", ["group-port: wan0", "mtu: 9"]), ("icmp-too-big: true", ["icmp-too-big: false"]),
        ("vlan: 300", ["vlan: 1", "mtu: 2"]),
        ("port: 8472", ["port: 4789", "port: 1"]), ("gateway: 198", ["gateway: 192"]), ("    gateway: 198.51.100.254\n", [""]),
    ]

    /// `text` with one to eight places cut, doubled, replaced or exchanged.
    private func mutated(_ text: String, random: inout SeededRandom) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let start = Int.random(in: 0...scalars.count, using: &random)
            let end = min(scalars.count, start + Int.random(in: 0...12, using: &random))
            let part = Array(scalars[start..<end])
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scalars.removeSubrange(start..<end)
            case 1: scalars.insert(contentsOf: part, at: Int.random(in: 0...scalars.count, using: &random))
            case 2: scalars.replaceSubrange(start..<end, with: Self.fragments.randomElement(using: &random)!.unicodeScalars)
            default: scalars.insert(contentsOf: Self.fragments.randomElement(using: &random)!.unicodeScalars, at: start)
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }
}
