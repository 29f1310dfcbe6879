import Foundation
import Gateway
import Testing

/// A configuration file and all findings that reading it must give, in order. The file is written with a `«` in front of each
/// place that a finding points at.
struct ConfigurationCase: CustomTestStringConvertible, Sendable {
    let text: String
    /// For each `«` in turn: the beginning of the finding without its place, as in "error: unknown key".
    let expected: [String]
    let testDescription: String

    init(text: String, finds expected: [String], called description: String? = nil) {
        self.text = text
        self.expected = expected
        testDescription = description ?? expected.joined(separator: " + ")
    }

    /// ``sample`` with some of its text replaced. Each text to replace must be there exactly once.
    static func changing(_ edits: (old: String, new: String)..., finds expected: String...) -> ConfigurationCase {
        changing(sample, edits, expected)
    }

    /// ``underlaySample`` with some of its text replaced, likewise.
    static func underlay(_ edits: (old: String, new: String)..., finds expected: String...) -> ConfigurationCase {
        changing(underlaySample, edits, expected)
    }

    private static func changing(_ sample: String, _ edits: [(old: String, new: String)], _ expected: [String]) -> ConfigurationCase {
        var text = sample
        for edit in edits {
            let parts = text.components(separatedBy: edit.old)
            precondition(parts.count == 2, "\(edit.old) is \(parts.count - 1) times in the sample")
            text = parts.joined(separator: edit.new)
        }
        return ConfigurationCase(text: text, finds: expected)
    }

    /// `line:column: ` of every mark, and the text without marks.
    var marked: (places: [String], text: String) {
        var places: [String] = []
        var plain = ""
        var (line, column) = (1, 1)
        for scalar in text.unicodeScalars {
            if scalar == "«" {
                places.append("\(line):\(column): ")
                continue
            }
            plain.unicodeScalars.append(scalar)
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return (places, plain)
    }

    func verify(machine: Configuration.Machine = .sample, sourceLocation: SourceLocation = #_sourceLocation) {
        let (places, plain) = marked
        let reading = ConfigurationReader.read(plain, machine: machine)
        let found = reading.diagnostics.map { String($0.rendered(file: "f").dropFirst(2)) }
        let wanted = zip(places, expected).map { $0 + $1 }
        #expect(places.count == expected.count, "marks and findings differ in number", sourceLocation: sourceLocation)
        #expect(
            found.count == wanted.count && zip(found, wanted).allSatisfy { $0.hasPrefix($1) },
            "found \(found.joined(separator: "\n")), wanted \(wanted.joined(separator: "\n"))", sourceLocation: sourceLocation)
        #expect((reading.configuration == nil) == !reading.errors.isEmpty, sourceLocation: sourceLocation)
        #expect(reading.diagnostics.allSatisfy { !$0.advice.isEmpty }, "a finding without advice", sourceLocation: sourceLocation)
    }

    /// A file without findings that has every key of a simple gateway.
    static let sample = """
        system:
          cores: [1, 2]
          memory: 512
          hugepages: auto
          idle: adaptive
          socket: /run/viaduct/viaduct.sock
        ports:
          - name: lan0
            device: "net_tap0,iface=vd-lan0"
            role: access
            mtu: 1500
          - name: lan1
            device: "net_tap1,iface=vd-lan1"
            role: access
          - name: wan0
            device: "0000:3b:00.0"
            role: underlay
            mtu: 1600
            addresses: [192.0.2.1/24]
            gateway: 192.0.2.254
            neighbors:
              - { address: 192.0.2.9, mac: "02:00:00:00:00:09" }
        vxlan:
          port: 4789
          source-ports: 49152-65535
        macs:
          capacity: 65536
          ageing: 300
        networks:
          - name: blue
            vni: 10100
            members:
              - { port: lan0, vlan: 100 }
              - { port: lan1, untagged: true }
            remotes: [192.0.2.2, 192.0.2.3]
            static-macs:
              - { mac: "02:00:00:00:00:02", remote: 192.0.2.2 }
              - { mac: "02:00:00:00:00:03", port: lan0 }
          - name: red
            vni: 10200
            members: [{ port: lan0, vlan: 200 }]
            remotes: [198.51.100.7]

        """
}

extension Configuration.Machine {
    /// CPUs 0 to 3, of which 3 is offline.
    static let sample = Configuration.Machine(existing: [0, 1, 2, 3], usable: [0, 1, 2])
}
