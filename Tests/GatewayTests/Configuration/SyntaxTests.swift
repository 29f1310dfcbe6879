import Gateway
import Testing

@Suite("YAML and the shape of the file")
struct SyntaxTests {
    @Test(
        "Broken YAML is reported where it breaks",
        arguments: [
            ConfigurationCase(text: "«", finds: ["error: the file is empty; start from"], called: "empty"),
            ConfigurationCase(text: "«\n# only a comment\n", finds: ["error: the file is empty"], called: "comment only"),
            ConfigurationCase(text: "«just words", finds: ["error: `the file` must be a mapping, not `just words`"]),
            ConfigurationCase(text: "«- a\n- b", finds: ["error: `the file` must be a mapping, not a list; write `key: value`"]),
            ConfigurationCase(
                text: "system:\n«\tcores: [1]\n", finds: ["error: not valid YAML: found character that cannot start any token"]),
            ConfigurationCase(
                text: "ports: [a, b\nnetworks«: []\n", finds: ["error: not valid YAML: did not find expected ',' or ']'"]),
            ConfigurationCase(text: "a: \"b\n«", finds: ["error: not valid YAML: found unexpected end of stream"]),
            ConfigurationCase(text: "a: «*nobody\n", finds: ["error: not valid YAML: found undefined alias; define the anchor"]),
            ConfigurationCase(text: "a: 1\n«---\nb: 2\n", finds: ["error: not valid YAML: but found another document"]),
            ConfigurationCase(text: "a: 1\nbé: «\u{1}\n", finds: ["error: not valid YAML: control characters are not allowed"]),
        ])
    func brokenYAML(_ example: ConfigurationCase) { example.verify() }

    @Test("Deep nesting is refused rather than followed")
    func deepNesting() {
        let reading = ConfigurationReader.read(String(repeating: "[", count: 100_000), machine: .sample)
        #expect(reading.errors.count == 1)
    }

    @Test(
        "Unknown keys are errors, with the key that may have been meant",
        arguments: [
            ConfigurationCase.changing(
                ("\nmacs:\n", "\n«mac:\n"), finds: "error: unknown key `mac` in `the file`; did you mean `macs`?"),
            .changing(
                ("source-ports", "«source_ports"),
                finds: "error: unknown key `source_ports` in `vxlan`; did you mean `source-ports`?"),
            .changing(
                ("hugepages:", "«hugepaegs:"), finds: "error: unknown key `hugepaegs` in `system`; did you mean `hugepages`?"),
            .changing(("  ageing: 300", "  «zzz: 300"), finds: "error: unknown key `zzz` in `macs`; keys here: capacity, ageing"),
            .changing(
                ("mtu: 1600", "mtu: 1600\n    «Gatewy: x"),
                finds: "error: unknown key `Gatewy` in `ports`; did you mean `gateway`?"),
            .changing(
                ("vlan: 100", "vlan: 100, «tag: 1"),
                finds: "error: unknown key `tag` in `members`; keys here: port, service-vlan, vlan, untagged"),
            .changing(("ageing: 300", "«<<: {}"), finds: "error: unknown key `<<` in `macs`; merge keys are not supported"),
            .changing(("ageing: 300", "«[a]: 300"), finds: "error: a key of `macs` is not text"),
            .changing(("ageing: 300", "«\"a\\nb\": 300"), finds: "error: unknown key `a?b` in `macs`"),
        ])
    func unknownKeys(_ example: ConfigurationCase) { example.verify() }

    @Test("A misspelt key is one finding, and its value is still read")
    func misspeltKeys() {
        ConfigurationCase.changing(
            ("members: [{ port: lan0, vlan: 200 }]", "«member: [{ «prt: lan0, vlan: «4095 }]"), ("- name: red", "- «nmae: red"),
            finds: "error: unknown key `nmae` in `networks`; did you mean `name`?",
            "error: unknown key `member` in `networks`; did you mean `members`?", "error: unknown key `prt` in `members`",
            "error: `vlan` must be"
        ).verify()
    }

    @Test(
        "A repeated key is an error at its second place, and the rest of the file is still read",
        arguments: [
            ConfigurationCase.changing(
                ("mtu: 1600", "mtu: 1600\n    «mtu: 1700"), ("ageing: 300", "ageing: «-1"),
                finds: "error: `mtu` is already given on line 18; keep one of the two", "error: `ageing` must be"),
            .changing(
                ("memory: 512", "memory: 512\n  «memory: 513\n  «'memory': 514"),
                finds: "error: `memory` is already given on line 3", "error: `memory` is already given on line 3"),
            .changing(
                ("name: red", "name: red\n    «\"name\": green"), ("vlan: 100", "vlan: 100, «vlan: 101"),
                finds: "error: `vlan` is already given on line 33", "error: `name` is already given on line 39"),
            .changing(("networks:", "«macs: {}\nnetworks:"), finds: "error: `macs` is already given on line 26"),
            .changing(
                ("  ageing: 300", "  «&a ageing: 300\n  &b ageing: 1"),
                finds: "error: `ageing` is given more than once; keep one; the rest of the file has not been read"),
        ])
    func repeatedKeys(_ example: ConfigurationCase) { example.verify() }

    @Test("More repeated keys than the reader looks past end the reading")
    func manyRepeatedKeys() {
        let text = (0..<20).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        let reading = ConfigurationReader.read(text, machine: .sample)
        #expect(reading.configuration == nil)
        #expect(reading.diagnostics.map(\.message).contains { $0.contains("is given more than once") })
    }

    @Test(
        "Keys that cannot be left out are missed where they belong",
        arguments: [
            ConfigurationCase(
                text: "««vxlan: { port: 1 }\n",
                finds: [
                    "error: `ports` is missing in `the file`; add `ports: [...]`", "warning: there are no networks",
                ]),
            ConfigurationCase(
                text: "«ports:\nnetworks: «[]", finds: ["error: `ports` has no entries", "warning: there are no networks"]),
            .changing(
                ("name: lan1\n    device", "«device"), ("{ port: lan1, untagged: true }", "{ port: lan0, vlan: 7 }"),
                ("port: lan0 }\n", "port: lan0, vlan: 7 }\n"),
                finds: "error: `name` is missing in `ports`"),
            .changing(
                ("name: lan1\n    device: \"net_tap1,iface=vd-lan1\"", "«name: lan1"),
                finds: "error: `device` is missing in `ports`"),
            .changing(
                ("    role: underlay\n", ""), ("- name: wan0", "- «name: wan0"), finds: "error: `role` is missing in `ports`"),
            .changing(
                ("address: 192.0.2.9, ", ""), ("- { mac: \"02:00:00:00:00:09\"", "- «{ mac: \"02:00:00:00:00:09\""),
                finds: "error: `address` is missing in `neighbors`"),
            .changing(
                ("{ address: 192.0.2.9, mac: \"02:00:00:00:00:09\" }", "«{ address: 192.0.2.9 }"),
                finds: "error: `mac` is missing in `neighbors`"),
            .changing(("- name: red\n    vni", "- «vni"), finds: "error: `name` is missing in `networks`"),
            .changing(("    vni: 10200\n", ""), ("name: red", "«name: red"), finds: "error: `vni` is missing in `networks`"),
            .changing(("{ port: lan0, vlan: 200 }", "«{ vlan: 200 }"), finds: "error: `port` is missing in `members`"),
            .changing(
                ("mac: \"02:00:00:00:00:03\", ", ""), ("{ port: lan0 }", "«{ port: lan0 }"),
                finds: "error: `mac` is missing in `static-macs`"),
        ])
    func missingKeys(_ example: ConfigurationCase) { example.verify() }

    @Test(
        "Values of the wrong kind are errors",
        arguments: [
            ConfigurationCase.changing(
                ("[192.0.2.1/24]", "«192.0.2.1/24"),
                finds: "error: `addresses` must be a list, not `192.0.2.1/24`; write `addresses: [...]`"),
            .changing(("[198.51.100.7]", "«{ a: b }"), finds: "error: `remotes` must be a list, not a mapping"),
            .changing(
                ("- { port: lan0, vlan: 100 }", "- «lan0"), ("port: lan0 }\n", "port: lan1 }\n"),
                finds: "error: `members` must be a mapping, not `lan0`"),
            .changing(("name: red", "name: «[red]"), finds: "error: `name` must be text, not a list"),
            .changing(
                ("name: red", "«name: ~"), finds: "error: `name` must be text, not nothing; give it a value or remove the key"),
            .changing(
                ("gateway: 192.0.2.254", "«gateway:"), ("[198.51.100.7]", "[192.0.2.7]"),
                finds: "error: `gateway` must be text, not nothing"),
            .changing(
                ("memory: 512", "memory: «\"512\""),
                finds:
                    "error: `memory` must be a whole number from 64 to 1048576 (MiB), not `512`; write it in digits, without quotes"
            ),
            .changing(
                ("memory: 512", "memory: «+512"),
                finds: "error: `memory` must be a whole number from 64 to 1048576 (MiB), not `+512`"),
            .changing(("memory: 512", "memory: «0x200"), finds: "error: `memory` must be a whole number"),
            .changing(("memory: 512", "memory: «99999999999999999999"), finds: "error: `memory` must be a whole number"),
            .changing(("memory: 512", "memory: «1.5"), finds: "error: `memory` must be a whole number"),
            .changing(
                ("memory: 512", "memory: «[1]"),
                finds: "error: `memory` must be a whole number from 64 to 1048576 (MiB), not a list"),
            .changing(("untagged: true", "untagged: «yes"), finds: "error: `untagged` must be true or false, not `yes`"),
            .changing(
                ("  port: 4789\n  source-ports: 49152-65535", "  «- a"), finds: "error: `vxlan` must be a mapping, not a list"),
        ])
    func wrongKinds(_ example: ConfigurationCase) { example.verify() }
}
